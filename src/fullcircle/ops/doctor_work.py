"""Checks of what is going on in the workspaces: sources, engine, quarantine, books, rules."""

from typing import TYPE_CHECKING

from fullcircle.core.errors import DeskError, FullcircleError
from fullcircle.core.moments import MINUTE, now, to_iso
from fullcircle.ops.doctor_finding import Finding, Patient, fail, ok, warn
from fullcircle.ops.doctor_home import is_running

if TYPE_CHECKING:
    from fullcircle.store.queries.sources import SourceRow

STALE_AFTER_MS = 15 * MINUTE
AHEAD_MS = 5 * MINUTE
NAMED = 5


def workspace(patient: Patient) -> Finding:
    """There is one to work in, and somebody who may."""
    from fullcircle.store.models import Member, Workspace

    slugs = list(Workspace.objects.order_by("id").values_list("slug", flat=True))
    if not slugs:
        return warn("There is no workspace yet.", "`fullcircle up` makes the first.")
    if not Member.everywhere.filter(is_active=True, role="owner").exists():
        return warn(f"{_named(slugs)}: nobody owns it.", "Make a member an owner.")
    return ok(f"{_named(slugs)}.")


def sources(patient: Patient) -> Finding:
    """All that should run do."""
    rows = _sources()
    stopped = [row.name for row in rows if row.state == "stopped"]
    failing = [row.name for row in rows if row.state == "on" and row.failure_count]
    if stopped:
        return fail(
            f"Stopped, and trying again cannot help: {_named(stopped)}.",
            "`fullcircle sources` says why; `sources change` takes a new credential, `sources resume` goes on.",
        )
    if failing:
        return warn(f"Not answering, tried again: {_named(failing)}.", "`fullcircle sources` says what they answered.")
    quiet = [row.name for row in rows if row.quiet_ms]
    if quiet:
        return warn(f"Nothing came for a day or longer: {_named(quiet)}.", "`fullcircle sources poll NAME` looks now.")
    return ok(f"{len(rows):,} sources, none stopped.")


def engine(patient: Patient) -> Finding:
    """What is connected is read, and the clock has not gone back."""
    from fullcircle.store.queries.sources import WAITS_TO_BE_GIVEN

    at = now()
    polled = [row for row in _sources() if row.state == "on" and row.connector not in WAITS_TO_BE_GIVEN]
    newest = max((row.last_contact_at for row in polled), default=0)
    if newest > at + AHEAD_MS:
        return fail(
            f"The newest contact is from {to_iso(newest)}: the clock has gone back.",
            "Set it, and let it be kept by NTP.",
        )
    if not polled:
        return ok("No source has to be polled.")
    if not is_running(patient):
        return warn(f"{len(polled):,} sources are on and nothing reads them.", "`fullcircle up` does.")
    if newest and at - newest > STALE_AFTER_MS and not all(row.failure_count for row in polled):
        minutes = (at - newest) // MINUTE
        return warn(f"It runs, but reached no source for {minutes:,} minutes.", "Look at its log; start it again.")
    return ok("It runs, and reads what is connected.")


def quarantine(patient: Patient) -> Finding:
    """Nothing waits to be read again."""
    from fullcircle.store.models import Quarantine

    waiting = Quarantine.everywhere.filter(replayed_at=0)
    count = waiting.count()
    if not count:
        return ok("Empty: everything that came in could be read.")
    ours = waiting.filter(reason__in=("connector_failed", "poison")).count()
    if ours:
        return warn(
            f"{count:,} records wait, {ours:,} of them because we failed.",
            "`fullcircle quarantine` shows them; install the newest version, then `fullcircle quarantine replay`.",
        )
    return warn(f"{count:,} records could not be read.", "`fullcircle quarantine` shows them and says why.")


def books(patient: Patient) -> Finding:
    """Every record that came in has its place."""
    from fullcircle.ops.auditing import audit
    from fullcircle.store.models import Workspace

    troubles = [
        f"{slug}: {trouble}"
        for workspace_id, slug in Workspace.objects.order_by("id").values_list("id", "slug")
        for trouble in audit(workspace_id).troubles
    ]
    if not troubles:
        return ok("They balance.")
    hint = "`fullcircle books` shows every source. While batches are being written the figures move: ask again."
    return fail(" ".join(troubles[:NAMED]), hint)


def rules(patient: Patient) -> Finding:
    """Each rule that is on is understood: one that is not would keep every batch of its workspace out."""
    from fullcircle.routing.rules import parse_rule
    from fullcircle.store.models import Rule, Team

    troubles = []
    teams = set(Team.everywhere.values_list("workspace_id", "id"))
    count = 0
    for row in Rule.everywhere.filter(is_on=True).order_by("id"):
        count += 1
        try:
            rule = parse_rule({**row.body, "name": row.name}, row.pk)
        except (DeskError, FullcircleError) as error:
            troubles.append(str(error))
            continue
        if rule.then.team_id and (row.workspace_id, rule.then.team_id) not in teams:
            troubles.append(f"rule {row.name!r}: there is no team {rule.then.team_id}")
    if troubles:
        return fail("; ".join(troubles[:NAMED]), "`fullcircle rules off NAME`, mend it, `fullcircle rules save FILE`.")
    return ok(f"{count:,} rules are on and understood.")


def _sources() -> "list[SourceRow]":
    from fullcircle.store.models import Workspace
    from fullcircle.store.queries.sources import source_rows
    from fullcircle.store.visibility import operator

    at = now()
    ids = Workspace.objects.order_by("id").values_list("id", flat=True)
    return [row for workspace_id in ids for row in source_rows(operator(workspace_id), at)]


def _named(names: list[str]) -> str:
    rest = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + rest
