"""What a case page tells beside the thread: who decided what and why, what was promised and how it ended, the need."""

import msgspec

from fullcircle.core.kinds import Target
from fullcircle.core.moments import Moment
from fullcircle.store import models
from fullcircle.store.visibility import Viewer


class Decided(msgspec.Struct, frozen=True):
    """One assignment. `by`: a member's or rule's name, "" for the product itself."""

    at: Moment
    team: str
    responder: str
    by: str
    is_rule: bool
    why: str


class Promised(msgspec.Struct, frozen=True):
    """One promise of time; `outcome` as routing/case_clocks.TargetOutcome."""

    kind: Target
    started_at: Moment
    due_at: Moment
    outcome: str
    settled_at: Moment


class CaseStory(msgspec.Struct, frozen=True):
    """`need` decided by people, else `proposed_need` with its reason; both may be empty."""

    person: str
    team: str
    responder: str
    account: str
    disclosure: str
    need: str
    proposed_need: str
    proposed_reason: str
    decisions: list[Decided]
    promises: list[Promised]


def story_of(viewer: Viewer, case: models.Case) -> CaseStory:
    """Of a case the viewer may see (`access_case`)."""
    mine = {"workspace_id": viewer.workspace_id}
    person = models.Person.everywhere.filter(**mine, id=case.person_id).first()
    account = models.Account.everywhere.filter(**mine, id=case.account_id).first() if case.account_id else None
    issue = models.Issue.everywhere.filter(**mine, id=case.issue_id).first()
    needs = dict(models.Need.everywhere.filter(**mine).values_list("id", "name")) if issue else {}
    teams = dict(models.Team.everywhere.filter(**mine).values_list("id", "name"))
    names = {member.id: str(member.login) for member in models.Member.everywhere.filter(**mine).select_related("login")}
    return CaseStory(
        person=person.name if person else "",
        team=teams.get(case.team_id or 0, ""),
        responder=names.get(case.responder_id or 0, ""),
        account=(account.name or account.handle) if account else "",
        disclosure=account.disclosure if account else "",
        need=needs.get(issue.need_id or 0, "") if issue else "",
        proposed_need=needs.get(issue.proposed_need_id or 0, "") if issue else "",
        proposed_reason=issue.proposed_reason if issue else "",
        decisions=_decisions(mine, case.id, teams, names),
        promises=[
            Promised(Target(row.kind), row.started_at, row.due_at, row.outcome, row.settled_at)
            for row in models.CaseTarget.everywhere.filter(**mine, case_id=case.id).order_by("started_at", "id")
        ],
    )


def _decisions(mine: dict[str, int], case_id: int, teams: dict[int, str], names: dict[int, str]) -> list[Decided]:
    rules = dict(models.Rule.everywhere.filter(**mine).values_list("id", "name"))
    rows = models.Assignment.everywhere.filter(**mine, case_id=case_id).order_by("assigned_at", "id")
    return [
        Decided(
            at=row.assigned_at,
            team=teams.get(row.team_id or 0, ""),
            responder=names.get(row.responder_id or 0, ""),
            by=_decider(row.decided_by, rules, names),
            is_rule=row.decided_by.startswith("rule:"),
            why=_why(row),
        )
        for row in rows
    ]


def _why(row: models.Assignment) -> str:
    """Without the rule's name, which stands in `by`."""
    return row.why.partition("; ")[2] if row.decided_by.startswith("rule:") else row.why


def _decider(decided_by: str, rules: dict[int, str], names: dict[int, str]) -> str:
    noun, _, number = decided_by.partition(":")
    known = {"rule": rules, "member": names}.get(noun, {})
    return known.get(int(number), "") if number.isdigit() else ""
