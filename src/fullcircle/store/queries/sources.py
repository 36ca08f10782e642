"""Sources: how each of them is, and what of theirs could not be read."""

from collections.abc import Iterator

import msgspec
from django.db.models import Count, Max, Min, QuerySet

from fullcircle.core.kinds import Role
from fullcircle.core.moments import HOUR, Moment
from fullcircle.store import models
from fullcircle.store.visibility import Viewer

QUIET_AFTER_MS = 24 * HOUR
"""A source that is polled and brought nothing for so long is named as quiet."""

WAITS_TO_BE_GIVEN = frozenset({"file", "phone", "webhook"})
"""Connectors nobody polls: that they are quiet says nothing."""


class SourceRow(msgspec.Struct, frozen=True):
    """One source. `cursor_moved_at`: of the stream that is furthest behind. Moments are 0 where nothing happened."""

    id: int
    name: str
    connector: str
    account: str
    state: str
    state_reason: str
    connected_at: Moment
    last_contact_at: Moment
    last_record_at: Moment
    cursor_moved_at: Moment
    retry_at: Moment
    failure_count: int
    quota_left: int
    quarantined_count: int
    quiet_ms: int  # how long nothing has come, where that is longer than it should be

    @property
    def is_well(self) -> bool:
        """On, and the last attempt went through."""
        return self.state == "on" and not self.failure_count


def source_rows(viewer: Viewer, at: Moment) -> list[SourceRow]:
    """All sources by name. An agency sees those of its accounts."""
    rows = models.Source.everywhere.filter(workspace_id=viewer.workspace_id).select_related("account").order_by("name")
    if viewer.role is Role.AGENCY:
        rows = rows.filter(account_id__in=viewer.account_ids)
    moved = dict(
        models.Cursor.everywhere.filter(workspace_id=viewer.workspace_id)
        .values_list("source_id")
        .annotate(at=Min("moved_at"))
    )
    held = dict(
        models.Quarantine.everywhere.filter(workspace_id=viewer.workspace_id, replayed_at=0)
        .values_list("source_id")
        .annotate(count=Count("id"))
    )
    return [_row(row, moved.get(row.id, 0), held.get(row.id, 0), at) for row in rows]


def _row(row: models.Source, moved_at: Moment, held: int, at: Moment) -> SourceRow:
    quiet_ms = at - (row.last_record_at or row.connected_at)
    is_quiet = row.state == "on" and row.connector not in WAITS_TO_BE_GIVEN and quiet_ms >= QUIET_AFTER_MS
    return SourceRow(
        id=row.id,
        name=row.name,
        connector=row.connector,
        account=row.account.handle if row.account else "",
        state=row.state,
        state_reason=row.state_reason,
        connected_at=row.connected_at,
        last_contact_at=row.last_contact_at,
        last_record_at=row.last_record_at,
        cursor_moved_at=moved_at,
        retry_at=row.retry_at if row.retry_at > at else 0,
        failure_count=row.failure_count,
        quota_left=row.quota_left,
        quarantined_count=held,
        quiet_ms=quiet_ms if is_quiet else 0,
    )


class QuarantineGroup(msgspec.Struct, frozen=True):
    """What waits of one source for one reason."""

    source: str
    reason: str
    count: int
    newest_at: Moment


class QuarantineRow(msgspec.Struct, frozen=True):
    """One piece of raw input that could not be read. The bytes are read one row at a time (`quarantined`)."""

    id: int
    source_id: int
    source: str
    reason: str
    detail: str
    form: str
    captured_at: Moment
    replayed_at: Moment
    attempt_count: int


def quarantine_groups(viewer: Viewer) -> list[QuarantineGroup]:
    """Counts of what waits, the largest first."""
    rows = (
        _waiting(viewer)
        .values_list("source__name", "reason")
        .annotate(count=Count("id"), newest=Max("captured_at"))
        .order_by("-count", "source__name", "reason")
    )
    return [QuarantineGroup(*row) for row in rows]


def quarantine_rows(viewer: Viewer, source_id: int = 0, *, limit: int = 50) -> list[QuarantineRow]:
    """What waits, newest first."""
    rows = _waiting(viewer, source_id).select_related("source").defer("payload").order_by("-id")[:limit]
    return [
        QuarantineRow(
            row.id, row.source_id, row.source.name, row.reason, row.detail, row.form, row.captured_at, row.replayed_at,
            row.attempt_count,
        )
        for row in rows
    ]  # fmt: skip


def quarantined_count(viewer: Viewer, source_id: int = 0) -> int:
    """How many wait."""
    return _waiting(viewer, source_id).count()


def access_quarantined(viewer: Viewer, row_id: int) -> models.Quarantine | None:
    """One row with its bytes, replayed or not; None where it is not theirs to see."""
    return _seen(viewer).filter(id=row_id).select_related("source").first()


def waiting_ids(viewer: Viewer, source_id: int = 0, *, after_id: int = 0, size: int = 200) -> Iterator[list[int]]:
    """Ids of what waits, oldest first, a batch at a time; what changes meanwhile is not seen twice."""
    while True:
        rows = _waiting(viewer, source_id).filter(id__gt=after_id).order_by("id")
        found = list(rows.values_list("id", flat=True)[:size])
        if not found:
            return
        yield found
        after_id = found[-1]


def _seen(viewer: Viewer) -> "QuerySet[models.Quarantine]":
    rows = models.Quarantine.everywhere.filter(workspace_id=viewer.workspace_id)
    # Raw bytes may hold anything, private words of any team included.
    return rows if viewer.sees_all else rows.none()


def _waiting(viewer: Viewer, source_id: int = 0) -> "QuerySet[models.Quarantine]":
    rows = _seen(viewer).filter(replayed_at=0)
    return rows.filter(source_id=source_id) if source_id else rows
