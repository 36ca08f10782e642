"""Loads the sample: the house first, then each file through the real import, then what its owner decided by hand."""

from zoneinfo import ZoneInfo

import structlog
from django.db import transaction

from fullcircle.config.options import options
from fullcircle.core.kinds import MatchMethod, Role
from fullcircle.core.moments import Moment, now
from fullcircle.desk.needs import match_issue
from fullcircle.desk.people import merge_people
from fullcircle.ops.importing import read_import, source_for
from fullcircle.ops.sample.house import furnish
from fullcircle.ops.sample.rows import CHANNELS, Channelled, mapping_of, needs_by_id, write_file
from fullcircle.store import models
from fullcircle.store.scope import workspace_scope
from fullcircle.store.visibility import Viewer, operator, viewer_of
from fullcircle.workers.scheduler import settle_due

log = structlog.get_logger(__name__)


def load_sample(workspace: models.Workspace, at: Moment | None = None) -> None:
    """Fill an empty workspace with the bakery's last fortnight, ending `at` (now). All of it or nothing."""
    at = now() if at is None else at
    with transaction.atomic(), workspace_scope(workspace.id):
        models.Workspace.objects.filter(pk=workspace.pk).update(is_demo=True)
        viewer = _owner(workspace)
        needs = furnish(viewer, at)
        for channel in CHANNELS:
            _import(workspace, channel, at)
        _decide_needs(viewer, needs)
        _join_lena(viewer)
        settle_due(at)


def _owner(workspace: models.Workspace) -> Viewer:
    members = models.Member.everywhere.filter(workspace=workspace, role=Role.OWNER.value, is_active=True)
    member = members.order_by("id").first()
    return viewer_of(member) if member else operator(workspace.id)


def _import(workspace: models.Workspace, channel: Channelled, at: Moment) -> None:
    folder = options().home / "sample" / workspace.slug
    path = write_file(channel, folder, at, ZoneInfo(workspace.time_zone))
    row = source_for(workspace.id, str(path), mapping_of(channel), channel.source, counts_history=True)
    account = models.Account.everywhere.get(
        workspace=workspace, platform=channel.place.platform, handle=channel.account
    )
    models.Source.everywhere.filter(pk=row.pk).update(account=account)
    row.account = account
    done = read_import(row, on_share=lambda share, tally: None, own_process=False)
    log.debug("sample read", source=channel.source, **done.tally)


def _decide_needs(viewer: Viewer, needs: dict[str, models.Need]) -> None:
    """What the owner put under a need by hand. What is left stands as a proposal."""
    for channel in CHANNELS:
        decided = needs_by_id()[channel.stem]
        found = models.Touchpoint.everywhere.filter(
            workspace_id=viewer.workspace_id, platform=channel.place.platform, external_id__in=decided
        )
        rows = found.order_by("id").values_list("external_id", "case_id")
        cases = {external_id: case_id for external_id, case_id in rows if case_id is not None}
        issues = dict(models.Case.everywhere.filter(id__in=cases.values()).values_list("id", "issue_id"))
        for external_id, case_id in cases.items():
            match_issue(viewer, issues[case_id], needs[decided[external_id]].id)


def _join_lena(viewer: Viewer) -> None:
    """She rang twice and then wrote in public: one person, joined by hand with the reason."""
    people = [
        models.Identity.everywhere.filter(workspace_id=viewer.workspace_id, platform=platform, name="Lena Vogt").first()
        for platform in ("phone", "bluesky")
    ]
    called, wrote = people
    if called and wrote:
        reason = "She gave her number in reply, and it is the one that rang twice."
        merge_people(viewer, wrote.person_id, called.person_id, method=MatchMethod.BY_HAND, reasons=[reason])
