"""Reads what settling knows of an organisation, and keeps it until the workspace's version moves."""

import msgspec
from django.db import models as orm
from django.db.models import Count, F, Prefetch

from fullcircle.analysis.tokens import tokens_of
from fullcircle.core.errors import ConfigError
from fullcircle.core.moments import DAY
from fullcircle.core.records import TermList
from fullcircle.needs.match import NeedFacts, NeedIndex, index_needs
from fullcircle.pipeline.house import AccountFacts, House, SourceFacts, TeamFacts
from fullcircle.routing.calendar import parse_calendar
from fullcircle.routing.capacity import Load, Responder, load_of
from fullcircle.routing.decide import Defaults, RuleBook, compile_rules
from fullcircle.routing.rules import parse_rule
from fullcircle.store import models

_houses: dict[int, House] = {}


def house_of(workspace_id: int) -> House:
    """The house as it is now: kept while the version holds; who is present, and with how much, is read anew."""
    row = models.Workspace.objects.filter(pk=workspace_id).values_list("version", "default_calendar_id").first()
    if row is None:
        raise ConfigError(f"There is no workspace {workspace_id}.")
    kept = _houses.get(workspace_id)
    if kept is None or kept.version != row[0]:
        kept = _houses[workspace_id] = _read_house(workspace_id, *row)
    load = _load(workspace_id)
    return kept if load == kept.load else msgspec.structs.replace(kept, load=load)


def touch_house(workspace_id: int) -> None:
    """Every desk verb that changes rules, terms, teams, accounts, calendars or needs calls this in its transaction."""
    models.Workspace.objects.filter(pk=workspace_id).update(version=F("version") + 1)


def _read_house(workspace_id: int, version: int, default_calendar_id: int | None) -> House:
    accounts = list(models.Account.everywhere.filter(workspace_id=workspace_id).order_by("id"))
    teams = models.Team.everywhere.filter(workspace_id=workspace_id).order_by("id")
    calendars = models.Calendar.everywhere.filter(workspace_id=workspace_id)
    team_facts = {team.id: TeamFacts(team.id, team.name, team.department, team.calendar_id) for team in teams}
    return House(
        workspace_id=workspace_id,
        version=version,
        accounts={
            account.id: AccountFacts(
                account.id, account.name or account.handle, account.owner_team_id, account.promise_minutes or 0
            )
            for account in accounts
        },
        account_ids={
            (account.platform, account.host, name.lower()): account.id
            for account in accounts
            for name in (account.handle, account.external_id)
            if name
        },
        teams=team_facts,
        calendars={calendar.id: parse_calendar(calendar.body) for calendar in calendars},
        terms=_terms(workspace_id, version),
        needs=_needs(workspace_id),
        rules=_rules(workspace_id, team_facts),
        load=_load(workspace_id),
        default_calendar_id=default_calendar_id,
    )


def _terms(workspace_id: int, version: int) -> TermList:
    rows = list(models.Term.everywhere.filter(workspace_id=workspace_id).order_by("id").values_list("word", "label"))
    return TermList(version, tuple(row[0] for row in rows), tuple(row[1] for row in rows))


def _needs(workspace_id: int) -> NeedIndex:
    needs = models.Need.everywhere.filter(workspace_id=workspace_id, merged_into=None, closed_at=0).order_by("id")
    return index_needs(
        [
            NeedFacts(
                need_id=need.id,
                name=need.name,
                name_tokens=tokens_of(need.name),
                words=tuple(tokens_of(str(word)) for word in need.words),
            )
            for need in needs
        ]
    )


def _rules(workspace_id: int, teams: dict[int, TeamFacts]) -> RuleBook:
    rows = models.Rule.everywhere.filter(workspace_id=workspace_id, is_on=True).order_by("position", "id")
    first_teams: dict[str, int] = {}
    for team in teams.values():
        first_teams.setdefault(team.department, team.team_id)
    return compile_rules(
        [parse_rule({**rule.body, "name": rule.name}, rule.id) for rule in rows], Defaults(department_teams=first_teams)
    )


def _load(workspace_id: int) -> Load:
    mine = models.Member.everywhere.filter(workspace_id=workspace_id)
    present = mine.filter(is_active=True, is_present=True)
    places = Prefetch("places", models.TeamMember.everywhere.all())
    members = list(present.select_related("login").prefetch_related(places))
    if not members:
        return Load()
    counts = dict(
        models.Case.everywhere.filter(workspace_id=workspace_id, responder_id__in=[member.id for member in members])
        .filter(~orm.Q(status="resolved"))
        .values_list("responder_id")
        .annotate(Count("id"))
    )
    return load_of(
        Responder(
            member_id=member.id,
            name=str(member.login),
            team_ids=tuple(sorted(place.team_id for place in member.places.all())),
            languages=frozenset(member.languages),
            open_case_count=counts.get(member.id, 0),
            case_limit=member.case_limit,
        )
        for member in members
    )


def source_facts(source: models.Source) -> SourceFacts:
    """A source as settling sees it."""
    return SourceFacts(
        source_id=source.id,
        name=source.name,
        account_id=source.account_id,
        connected_at=source.connected_at,
        horizon_ms=source.horizon_days * DAY,
        counts_history=source.counts_history,
    )
