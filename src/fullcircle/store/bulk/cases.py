"""A case between its row and the pure machine that lives it."""

from collections.abc import Sequence
from typing import Any

import msgspec

from fullcircle.core.kinds import CaseStatus, Target
from fullcircle.core.moments import Moment
from fullcircle.pipeline.settled import NewCase, OpenCase
from fullcircle.routing.case_clocks import NO_CLOCK, Clock, Targets
from fullcircle.routing.case_state import CaseState, next_due_at, promised_at
from fullcircle.store.bulk.tables import Table, many
from fullcircle.store.models import Case

CASE_COLUMNS = (
    "id",
    "issue_id",
    "person_id",
    "thread",
    "platform",
    "channel",
    "account_id",
    "team_id",
    "responder_id",
    "last_touchpoint_id",
    "priority",
    "status",
    "version",
    "opened_at",
    "first_inbound_at",
    "last_inbound_at",
    "last_outbound_at",
    "first_response_at",
    "waiting_since",
    "resolved_at",
    "snoozed_until",
    "reopen_count",
    "clocks",
)

_CASES = Table(
    Case,
    (
        *CASE_COLUMNS,
        "workspace_id",
        "first_touchpoint_id",
        "title",
        "language",
        "department",
        "labels",
        "resolved_reason",
        "next_due_at",
        "due_at",
        "updated_at",
    ),
)

_STATE_COLUMNS = (
    "last_touchpoint_id",
    "priority",
    *CASE_COLUMNS[11:],
    "next_due_at",
    "due_at",
    "updated_at",
)
_UPDATE = f'UPDATE "case" SET {", ".join(f"{name} = %s" for name in _STATE_COLUMNS)} WHERE id = %s'

_TARGET = """
INSERT INTO case_target (workspace_id, case_id, kind, started_at, due_at, outcome, settled_at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (case_id, kind, started_at) DO UPDATE SET
    due_at = excluded.due_at, outcome = excluded.outcome, settled_at = excluded.settled_at
"""
_TARGET_MOVED = "DELETE FROM case_target WHERE case_id = %s AND kind = %s AND started_at = %s"


class Clocks(msgspec.Struct, frozen=True, array_like=True):
    """How the clocks of a case lie in its row."""

    targets: tuple[int, int, int]
    calendar_id: int | None
    clocks: tuple[Clock, Clock, Clock]


STATE_FIELDS = CaseState.__struct_fields__

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Clocks).decode


def packed_clocks(state: CaseState, targets: Targets, calendar_id: int | None) -> bytes:
    """The bytes of the `clocks` column."""
    return _encode(
        Clocks(
            (targets.first_response, targets.next_response, targets.resolution),
            calendar_id,
            (state.first_response, state.next_response, state.resolution),
        )
    )


def open_case(row: Sequence[Any], survivors: dict[int, int]) -> OpenCase:
    """From the columns of CASE_COLUMNS; `survivors` maps a merged person to the one who stands for it."""
    clocks = _decode(bytes(row[22]))
    values = [CaseStatus(row[11]), *row[12:22], *clocks.clocks]
    state = CaseState(**dict(zip(STATE_FIELDS, values, strict=True)))
    return OpenCase(
        case_id=row[0],
        issue_id=row[1],
        person_id=survivors.get(row[2], row[2]),
        thread=row[3],
        platform=row[4],
        channel=row[5],
        account_id=row[6],
        team_id=row[7],
        responder_id=row[8],
        state=state,
        targets=Targets(*clocks.targets),
        calendar_id=clocks.calendar_id,
        last_touchpoint_id=row[9],
        priority=row[10],
        stored_state=state,
    )


def _state_values(case: OpenCase, now: Moment) -> tuple[Any, ...]:
    state = case.state
    return (
        case.last_touchpoint_id,
        case.priority,
        state.status.value,
        state.version,
        state.opened_at,
        state.first_inbound_at,
        state.last_inbound_at,
        state.last_outbound_at,
        state.first_response_at,
        state.waiting_since,
        state.resolved_at,
        state.snoozed_until,
        state.reopen_count,
        packed_clocks(state, case.targets, case.calendar_id),
        next_due_at(state),
        promised_at(state),
        now,
    )


def _new_row(workspace_id: int, new: NewCase, now: Moment) -> tuple[Any, ...]:
    case = new.case
    values = _state_values(case, now)
    return (
        case.case_id,
        case.issue_id,
        case.person_id,
        case.thread,
        case.platform,
        case.channel,
        case.account_id,
        case.team_id,
        case.responder_id,
        *values[:14],
        workspace_id,
        new.first_touchpoint_id,
        new.title,
        new.language,
        new.department,
        msgspec.json.encode(new.labels).decode(),
        "",
        *values[14:],
    )


def write_cases(workspace_id: int, new: Sequence[NewCase], changed: Sequence[OpenCase], now: Moment) -> None:
    """New rows, changed states, and the ledger of promises beside them."""
    _CASES.insert([_new_row(workspace_id, case, now) for case in new])
    many(_UPDATE, [(*_state_values(case, now), case.case_id) for case in changed])
    write_targets(workspace_id, [case.case for case in new] + list(changed))


def write_targets(workspace_id: int, cases: Sequence[OpenCase]) -> None:
    """Keep one row a promise. A promise that turned out to have begun earlier moves; a later wait is a new one."""
    moved, rows = [], []
    for case in cases:
        for target in Target:
            clock: Clock = getattr(case.state, target.value)
            before: Clock = getattr(case.stored_state, target.value) if case.stored_state else NO_CLOCK
            if clock == before or not clock.due_at:
                continue
            if before.due_at and clock.started_at < before.started_at:
                moved.append((case.case_id, target.value, before.started_at))
            rows.append(
                (
                    workspace_id,
                    case.case_id,
                    target.value,
                    clock.started_at,
                    clock.due_at,
                    clock.outcome.value,
                    clock.settled_at,
                )
            )
    many(_TARGET_MOVED, moved)
    many(_TARGET, rows)
