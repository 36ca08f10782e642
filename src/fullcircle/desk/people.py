"""Joining and parting persons. The plan is made by `identity.merge`; here it is checked, written and recorded."""

from collections.abc import Iterable

import msgspec
from django.db import transaction

from fullcircle.core.errors import DeskError
from fullcircle.core.events import EventName
from fullcircle.core.kinds import MatchMethod
from fullcircle.core.moments import now
from fullcircle.desk.access import actor_of, missing, require_lead
from fullcircle.identity.merge import (
    Consent,
    MergePlan,
    PersonFacts,
    PersonGraph,
    Pointer,
    PointerChange,
    applied,
    plan_merge,
    plan_unmerge,
)
from fullcircle.store import models
from fullcircle.store.records import record_event
from fullcircle.store.visibility import Viewer

_CONSENT = {"given": Consent.GIVEN, "refused": Consent.REFUSED, "withdrawn": Consent.WITHDRAWN}


def merge_people(
    viewer: Viewer,
    keep_id: int,
    other_id: int,
    *,
    method: MatchMethod = MatchMethod.BY_HAND,
    reasons: Iterable[str] = (),
) -> models.Merge:
    """Read `other` as `keep` from now on. Raises DeskError: not_allowed, not_found, already_merged."""
    require_lead(viewer)
    with transaction.atomic():
        graph = _graph(viewer.workspace_id, (keep_id, other_id))
        plan = plan_merge(keep_id, other_id, graph)
        _apply(viewer.workspace_id, plan.changes, graph)
        merge = models.Merge.everywhere.create(
            workspace_id=viewer.workspace_id,
            keep_id=plan.keep_id,
            other_id=plan.other_id,
            undo=msgspec.to_builtins(plan),
            method=method.value,
            reasons=list(reasons),
            merged_by=actor_of(viewer),
            merged_at=now(),
        )
        record_event(
            viewer.workspace_id, EventName.PERSON_MERGED, plan.keep_id, actor=actor_of(viewer), other_id=plan.other_id
        )
    return merge


def unmerge_people(viewer: Viewer, merge_id: int) -> models.Merge:
    """Take one merge back, whatever was merged since. Raises DeskError: not_allowed, not_found, not_merged."""
    require_lead(viewer)
    with transaction.atomic():
        rows = models.Merge.everywhere.select_for_update().filter(workspace_id=viewer.workspace_id)
        merge = rows.filter(pk=merge_id).first()
        if merge is None:
            raise missing("merge", merge_id)
        if merge.undone_at:
            raise DeskError("not_merged", "This merge has been taken back already.")
        done = msgspec.convert(merge.undo, MergePlan)
        graph = _graph(viewer.workspace_id, (done.keep_id, done.other_id))
        plan = plan_unmerge(done, graph)
        _apply(viewer.workspace_id, plan.changes, graph)
        merge.undone_at, merge.undone_by = now(), actor_of(viewer)
        merge.save(update_fields=["undone_at", "undone_by"])
        record_event(
            viewer.workspace_id, EventName.PERSON_UNMERGED, done.keep_id, actor=actor_of(viewer), other_id=done.other_id
        )
    return merge


def _graph(workspace_id: int, person_ids: tuple[int, ...]) -> PersonGraph:
    """The groups of these persons. Raises DeskError not_found: a person of another workspace does not exist here."""
    mine = models.Person.everywhere.select_for_update().filter(workspace_id=workspace_id)
    named = {person.id: person for person in mine.filter(id__in=person_ids)}
    for person_id in person_ids:
        if person_id not in named:
            raise missing("person", person_id)
    roots = {person.root_id for person in named.values()}
    rows = list(mine.filter(root_id__in=roots).order_by("id"))
    ids = [row.id for row in rows]
    consents: dict[int, dict[str, Consent]] = {}
    for consent in models.Consent.everywhere.filter(workspace_id=workspace_id, person_id__in=ids).order_by("id"):
        consents.setdefault(consent.person_id, {})[consent.purpose] = _CONSENT[consent.state]
    identities = models.Identity.everywhere.filter(workspace_id=workspace_id, person_id__in=ids)
    return PersonGraph(
        {row.id: PersonFacts(row.id, workspace_id, row.merged_into or 0, consents.get(row.id, {})) for row in rows},
        dict(identities.values_list("id", "person_id")),
    )


def _apply(workspace_id: int, changes: tuple[PointerChange, ...], graph: PersonGraph) -> None:
    """Write the pointers, then where they lead for everybody of the groups."""
    mine = models.Person.everywhere.filter(workspace_id=workspace_id)
    for change in changes:
        if change.pointer is Pointer.MERGED_INTO:
            mine.filter(id=change.subject_id).update(merged_into=change.new or None)
        else:
            rows = models.Identity.everywhere.filter(workspace_id=workspace_id, id=change.subject_id)
            rows.update(person_id=change.new)
    after = applied(graph, changes)
    roots: dict[int, list[int]] = {}
    for person_id in after.persons:
        roots.setdefault(after.root(person_id).person_id, []).append(person_id)
    for root_id, members in roots.items():
        mine.filter(id__in=members).update(root_id=root_id)
