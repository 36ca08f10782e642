"""`fullcircle cases` and `fullcircle case ID`: the work somebody owes an answer to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from fullcircle.core.errors import ConfigError
from fullcircle.core.kinds import CaseStatus
from fullcircle.core.moments import Moment, now
from fullcircle.ops.listing import LIMIT, member_named, moment_of, say_limit, team_named
from fullcircle.ops.show import clock, in_workspace, show_json, show_table, when
from fullcircle.routing.rules import Priority

if TYPE_CHECKING:
    from fullcircle.store.queries.case_view import CaseView
    from fullcircle.store.queries.cases import CaseRow

NO_CASES = "No case fits. `fullcircle cases --status all` shows resolved ones too."


@click.command()
@click.option(
    "--status",
    type=click.Choice([*[status.value for status in CaseStatus], "unresolved", "all"]),
    default="unresolved",
    show_default=True,
)
@click.option("--team", default="", help="Name or id of a team.")
@click.option("--responder", default="", help="Name, address or id of a member.")
@click.option("--late", is_flag=True, help="Past a promised time.")
@click.option("--urgent", is_flag=True, help="Priority urgent.")
@click.option("--unassigned", is_flag=True, help="In nobody's hands.")
@click.option("--need", default=0, help="Id of a need.")
@click.option("--platform", default="", help="bluesky, mastodon, phone ...")
@LIMIT
@in_workspace
def cases(
    workspace_id: int,
    as_json: bool,
    status: str,
    team: str,
    responder: str,
    late: bool,
    urgent: bool,
    unassigned: bool,
    need: int,
    platform: str,
    limit: int,
) -> int:
    """Cases, the most pressing first: those whose promise runs out, then the urgent, then those that wait longest."""
    from fullcircle.store.queries.cases import CaseFilter, count_cases, most_pressing
    from fullcircle.store.visibility import operator

    viewer, at = operator(workspace_id), now()
    wanted = CaseFilter(
        status=status,
        team_id=team_named(workspace_id, team) if team else 0,
        responder_id=member_named(workspace_id, responder) if responder else 0,
        is_unassigned=unassigned,
        is_late=late,
        is_urgent=urgent,
        need_id=need,
        platform=platform.lower(),
    )
    rows = most_pressing(viewer, wanted, at, limit=limit)
    total = count_cases(viewer, wanted, at)
    if as_json:
        show_json({"total": total, "cases": rows})
        return 0
    case_table("Cases", rows, at, NO_CASES)
    say_limit(len(rows), total)
    return 0


def case_table(title: str, rows: "Sequence[CaseRow]", at: Moment, empty: str) -> None:
    """Cases as every list of them looks."""
    show_table(
        title,
        ["id", "what", "person", "where", "status", "priority", "team", "responder", "clock", "waits since"],
        [
            (
                str(row.id), row.title[:80], row.person, f"{row.platform} {row.channel}", row.status,
                priority(row.priority), row.team, row.responder, clock(row.due_at, at), when(row.waiting_since),
            )
            for row in rows
        ],
        empty,
    )  # fmt: skip


def priority(value: int) -> str:
    """The word for it."""
    return Priority(min(max(value, 0), 3)).name.lower()


@click.command()
@click.argument("case_id", type=int)
@click.option("--assign", default="", metavar="TEAM", help="Give it to a team.")
@click.option("--to", default="", metavar="MEMBER", help="Give it to a member.")
@click.option("--why", default="", help="Why it goes there; stands in the history.")
@click.option("--snooze", default=None, metavar="ISO", help="Put it aside until then. Its clocks go on.")
@click.option("--wake", is_flag=True, help="Take it up again now.")
@click.option("--resolve", default=None, metavar="REASON", help="Close it, and say why.")
@click.option("--reopen", is_flag=True, help="Open it again.")
@in_workspace
def case(workspace_id: int, as_json: bool, case_id: int, **asked: Any) -> int:
    """One case: thread, person, clocks, who had it and why, what happened. With an option, do one thing to it."""
    from fullcircle.desk.access import missing
    from fullcircle.store.queries.case_view import case_view
    from fullcircle.store.visibility import operator

    _work(workspace_id, case_id, asked)
    view = case_view(operator(workspace_id), case_id)
    if view is None:
        error = missing("case", case_id)
        error.hint = "`fullcircle cases` lists them."
        raise error
    if as_json:
        show_json(view)
    else:
        _show(view, now())
    return 0


def _work(workspace_id: int, case_id: int, asked: dict[str, Any]) -> None:
    from fullcircle.desk import cases as desk
    from fullcircle.store.visibility import operator

    viewer = operator(workspace_id)
    gives = bool(asked["assign"] or asked["to"])
    wanted = [gives, asked["snooze"] is not None, asked["wake"], asked["resolve"] is not None, asked["reopen"]]
    if sum(wanted) > 1:
        raise ConfigError(
            "One thing at a time.", hint="Give one of --assign/--to, --snooze, --wake, --resolve, --reopen."
        )
    if gives:
        desk.assign_case(
            viewer,
            case_id,
            team_id=team_named(workspace_id, asked["assign"]) if asked["assign"] else None,
            responder_id=member_named(workspace_id, asked["to"]) if asked["to"] else None,
            why=asked["why"],
        )
    elif asked["snooze"] is not None:
        desk.snooze_case(viewer, case_id, moment_of(asked["snooze"], "--snooze"))
    elif asked["wake"]:
        desk.wake_case(viewer, case_id)
    elif asked["resolve"] is not None:
        desk.resolve_case(viewer, case_id, asked["resolve"])
    elif asked["reopen"]:
        desk.reopen_case(viewer, case_id)


def _show(view: "CaseView", at: Moment) -> None:
    case = view.case
    who = " / ".join(part for part in (case.team, case.responder) if part) or "nobody"
    click.echo(f"Case {case.id}: {case.status}, {priority(case.priority)}, with {who}")
    click.echo(f"Person {case.person_id}: {view.person}; issue {view.issue_id}, need: {view.need or 'not decided'}")
    show_table(
        "Thread",
        ["when", "who", "says"],
        [(when(row.occurred_at), row.name or row.handle or row.direction, said(row)) for row in view.thread],
        "Its touchpoints are gone.",
    )
    if view.thread_is_cut:
        click.echo(f"Showing the first {len(view.thread):,} of the thread; all: fullcircle export touchpoints.")
    show_table(
        "Clocks",
        ["promise", "began", "due", "outcome"],
        [
            (row.kind, when(row.started_at), when(row.due_at),
             clock(row.due_at, at) if row.outcome == "open" else row.outcome)
            for row in view.targets
        ],
        "Nothing is promised.",
    )  # fmt: skip
    show_table(
        "Who had it",
        ["when", "team", "responder", "decided by", "why"],
        [(when(row.at), row.team, row.responder, row.decided_by, row.why) for row in view.assignments],
        "Nobody yet. `fullcircle case ID --assign TEAM` gives it to one.",
    )
    rows = [(when(row.at), row.name, row.actor) for row in view.events]
    show_table("What happened", ["when", "event", "by"], rows, "Nothing.")


def said(row: Any) -> str:
    """What a touchpoint says, in one line."""
    if row.deleted_at:
        return "(deleted by its author)"
    return f"{row.title} {row.text}".strip() or "(no words)"
