"""Matches: two identities that may be one person. Sure evidence joins, everything else is proposed and decided here."""

from collections.abc import Callable, Iterator

import msgspec
import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from fullcircle.core.errors import DeskError
from fullcircle.core.events import EventName
from fullcircle.core.kinds import MatchMethod
from fullcircle.core.moments import now
from fullcircle.desk.access import actor_of, missing, require_lead
from fullcircle.desk.people import merge_people
from fullcircle.identity.blocking import BLOCK_LIMIT, blocking_keys
from fullcircle.identity.facts import IdentityFacts
from fullcircle.identity.match import Match, match
from fullcircle.store import models
from fullcircle.store.queries.people import identities_by_id, identity_batches
from fullcircle.store.records import record_event
from fullcircle.store.visibility import Viewer

WRITE_SIZE = 200


class Proposed(msgspec.Struct, frozen=True):
    """What a look over all identities found. `compared_count`: identities that share a key with another."""

    identity_count: int
    compared_count: int
    proposed_count: int
    joined_count: int


def propose_matches(viewer: Viewer, on_identities: Callable[[int], None] = lambda count: None) -> Proposed:
    """Compare all identities, write proposals that were not made before, join what the closed list joins.

    Two passes: keys as 8-byte numbers over everybody, then the facts of those alone who share one. Raises DeskError
    not_allowed."""
    require_lead(viewer)
    sharing, total = _sharing_a_key(viewer.workspace_id, on_identities)
    rows = {row.id: row for row in identities_by_id(viewer.workspace_id, sharing)}
    persons = models.Person.everywhere.filter(workspace_id=viewer.workspace_id)
    roots = dict(persons.filter(id__in={row.person_id for row in rows.values()}).values_list("id", "root_id"))
    found = [
        one
        for one in match([facts_of(row) for row in rows.values()], {})
        if roots[rows[one.identity_id].person_id] != roots[rows[one.other_id].person_id]
    ]
    sure = [one for one in found if one.is_sure]
    proposed = sum(_write(viewer, part) for part in _parts([one for one in found if not one.is_sure]))
    joined = sum(_join(viewer, one, rows) for one in sure)
    return Proposed(total, len(sharing), proposed, joined)


def facts_of(row: models.Identity) -> IdentityFacts:
    """An identity as matching sees it. On the phone the number is the account, in mail the address is."""
    is_phone, is_mail = row.platform == "phone", row.platform in ("mail", "email")
    return IdentityFacts(
        identity_id=row.id,
        workspace_id=row.workspace_id,
        platform=row.platform,
        host=row.host,
        external_id=row.external_id,
        handle="" if is_phone or is_mail else row.handle,
        name=row.name,
        url=row.url,
        mail=row.external_id if is_mail else "",
        is_mail_proven=is_mail and row.is_verified,
        phone=row.external_id if is_phone else "",
        is_phone_verified=is_phone and row.is_verified,
    )


def _sharing_a_key(workspace_id: int, on_identities: Callable[[int], None]) -> tuple[list[int], int]:
    """Ids of identities that share a blocking key with 1 to BLOCK_LIMIT - 1 others, and how many there are in all."""
    keys: list[NDArray[np.int64]] = []
    total = 0
    for batch in identity_batches(workspace_id):
        pairs = [(hash(key), row.id) for row in batch for key in blocking_keys(facts_of(row))]
        keys.append(np.array(pairs, np.int64).reshape(-1, 2))
        total += len(batch)
        on_identities(total)
    if not keys:
        return [], 0
    table = np.concatenate(keys)
    _, place, sizes = np.unique(table[:, 0], return_inverse=True, return_counts=True)
    size = sizes[place]
    sharing = np.unique(table[(size > 1) & (size <= BLOCK_LIMIT), 1])
    return [int(identifier) for identifier in sharing], total


def _parts(found: list[Match]) -> Iterator[list[Match]]:
    for start in range(0, len(found), WRITE_SIZE):
        yield found[start : start + WRITE_SIZE]


def _write(viewer: Viewer, found: list[Match]) -> int:
    """Those that are new; a pair that was refused is not proposed again by the same evidence."""
    at = now()
    with transaction.atomic():
        known = set(
            models.Match.everywhere.filter(
                workspace_id=viewer.workspace_id, one_id__in=[one.identity_id for one in found]
            ).values_list("one_id", "other_id", "method")
        )
        fresh = [one for one in found if (one.identity_id, one.other_id, one.method.value) not in known]
        for one in fresh:
            row = models.Match.everywhere.create(
                workspace_id=viewer.workspace_id,
                one_id=one.identity_id,
                other_id=one.other_id,
                method=one.method.value,
                score=one.score,
                reasons=list(one.reasons),
                created_at=at,
            )
            record_event(viewer.workspace_id, EventName.MATCH_PROPOSED, row.pk, actor="fullcircle")
    return len(fresh)


def _join(viewer: Viewer, one: Match, rows: dict[int, models.Identity]) -> int:
    first, second = rows[one.identity_id].person_id, rows[one.other_id].person_id
    try:
        merge_people(viewer, first, second, method=one.method, reasons=one.reasons)
    except DeskError as error:
        if error.code != "already_merged":  # by an earlier pair of this very look
            raise
        return 0
    return 1


def accept_match(viewer: Viewer, match_id: int) -> models.Merge:
    """Yes: the two persons are one from now on. Raises DeskError: not_allowed, not_found, already_decided,
    already_merged."""
    require_lead(viewer)
    with transaction.atomic():
        row = _undecided(viewer, match_id)
        merge = merge_people(
            viewer, row.one.person_id, row.other.person_id, method=MatchMethod(row.method), reasons=row.reasons
        )
        _decide(viewer, row, "accepted")
    return merge


def refuse_match(viewer: Viewer, match_id: int) -> models.Match:
    """No: it is not proposed again by this evidence. Raises DeskError: not_allowed, not_found, already_decided."""
    require_lead(viewer)
    with transaction.atomic():
        row = _undecided(viewer, match_id)
        _decide(viewer, row, "refused")
    return row


def _undecided(viewer: Viewer, match_id: int) -> models.Match:
    rows = models.Match.everywhere.select_for_update(of=("self",)).filter(workspace_id=viewer.workspace_id)
    row = rows.select_related("one", "other").filter(pk=match_id).first()
    if row is None:
        raise missing("match", match_id)
    if row.state != "proposed":
        raise DeskError("already_decided", f"This match is {row.state} already.")
    return row


def _decide(viewer: Viewer, row: models.Match, state: str) -> None:
    row.state, row.decided_by, row.decided_at = state, actor_of(viewer), now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    record_event(viewer.workspace_id, EventName.MATCH_DECIDED, row.pk, actor=actor_of(viewer), state=state)
