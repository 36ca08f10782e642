"""Needs: named, joined to issues, merged. Analysis proposes; whoever does it here decides, and can take it back."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from fullcircle.core.errors import DeskError
from fullcircle.core.events import EventName
from fullcircle.core.moments import now
from fullcircle.desk.access import actor_of, missing, require_lead, require_write
from fullcircle.store import models
from fullcircle.store.house import touch_house
from fullcircle.store.records import record_event
from fullcircle.store.visibility import Viewer


def name_need(
    viewer: Viewer, name: str, words: Sequence[str] = (), *, what_we_want: str = "", owner_team_id: int | None = None
) -> models.Need:
    """A need in people's words; `words`: how they say it, for proposals. Raises DeskError: not_allowed, name_taken."""
    require_write(viewer)
    clean = " ".join(name.split())[:200]
    if not clean:
        raise DeskError("name_missing", "A need has a name, in the words people use for it.")
    try:
        with transaction.atomic():
            need = models.Need.everywhere.create(
                workspace_id=viewer.workspace_id,
                name=clean,
                words=[" ".join(word.split()) for word in words if word.strip()],
                what_we_want=what_we_want,
                owner_team_id=owner_team_id,
                named_by=actor_of(viewer),
                named_at=now(),
            )
            record_event(viewer.workspace_id, EventName.NEED_NAMED, need.id, actor=actor_of(viewer))
            touch_house(viewer.workspace_id)
    except IntegrityError as error:
        raise DeskError("name_taken", f"There is a need named “{clean}” already.") from error
    return need


def match_issue(viewer: Viewer, issue_id: int, need_id: int | None) -> models.Issue:
    """Put an issue under a need, or under none. Raises DeskError: not_allowed, not_found."""
    require_write(viewer)
    with transaction.atomic():
        mine = {"workspace_id": viewer.workspace_id}
        issue = models.Issue.everywhere.select_for_update().filter(**mine, id=issue_id).first()
        if issue is None:
            raise missing("issue", issue_id)
        if need_id is not None:
            need = models.Need.everywhere.filter(**mine, id=need_id).select_related("merged_into").first()
            if need is None:
                raise missing("need", need_id)
            need_id = need.merged_into_id or need.id
        before, issue.need_id, issue.decided_by = issue.need_id, need_id, actor_of(viewer)
        issue.save(update_fields=["need_id", "decided_by"])
        record_event(
            viewer.workspace_id,
            EventName.ISSUE_MATCHED,
            issue.id,
            actor=actor_of(viewer),
            need_id=need_id or 0,
            before=before or 0,
        )
    return issue


def accept_proposals(viewer: Viewer, need_id: int, at_least: float = 0.0) -> int:
    """Put every undecided issue proposed for a need under it; how many."""
    require_write(viewer)
    rows = models.Issue.everywhere.filter(
        workspace_id=viewer.workspace_id,
        need_id=None,
        proposed_need_id=need_id,
        proposed_score__gte=round(255 * at_least),
    )
    issue_ids = list(rows.order_by("id").values_list("id", flat=True))
    with transaction.atomic():
        for issue_id in issue_ids:
            match_issue(viewer, issue_id, need_id)
    return len(issue_ids)


def merge_needs(viewer: Viewer, keep_id: int, other_id: int) -> models.Need:
    """What was asked under `other` counts under `keep`; its issues keep their place, so that `part_needs` can take it
    back. Raises DeskError: not_allowed, not_found, same_need."""
    require_lead(viewer)
    if keep_id == other_id:
        raise DeskError("same_need", "These are the same need already.")
    with transaction.atomic():
        rows = models.Need.everywhere.select_for_update().filter(workspace_id=viewer.workspace_id, merged_into=None)
        found = {need.id: need for need in rows.filter(id__in=(keep_id, other_id))}
        for need_id in (keep_id, other_id):
            if need_id not in found:
                raise missing("need", need_id)
        models.Need.everywhere.filter(merged_into_id=other_id).update(merged_into_id=keep_id)
        other = found[other_id]
        other.merged_into = found[keep_id]
        other.save(update_fields=["merged_into"])
        record_event(viewer.workspace_id, EventName.NEED_MERGED, keep_id, actor=actor_of(viewer), other_id=other_id)
        touch_house(viewer.workspace_id)
    return found[keep_id]


def part_needs(viewer: Viewer, other_id: int) -> models.Need:
    """Take a merge of needs back. Raises DeskError: not_allowed, not_found."""
    require_lead(viewer)
    with transaction.atomic():
        rows = models.Need.everywhere.select_for_update().filter(workspace_id=viewer.workspace_id, id=other_id)
        need = rows.exclude(merged_into=None).first()
        if need is None:
            raise missing("merged need", other_id)
        need.merged_into = None
        need.save(update_fields=["merged_into"])
        record_event(viewer.workspace_id, EventName.NEED_PARTED, other_id, actor=actor_of(viewer))
        touch_house(viewer.workspace_id)
    return need
