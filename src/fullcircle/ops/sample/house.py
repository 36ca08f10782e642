"""The sample's house: who works there, when, for which accounts, by which rules, and the needs it knows by name."""

import msgspec

from fullcircle.core.kinds import Department, Role
from fullcircle.core.moments import DAY, Moment
from fullcircle.desk.needs import name_need
from fullcircle.ops.sample.rows import CHANNELS
from fullcircle.store import models
from fullcircle.store.house import touch_house
from fullcircle.store.visibility import Viewer

_MORNING, _NOON, _AFTERNOON, _EVENING = 6 * 60, 12 * 60 + 30, 13 * 60 + 30, 18 * 60
SHOP_HOURS = {
    "zone": "Europe/Berlin",
    "country": "DE",
    "weekly": [
        {"weekday": weekday, "start": start, "end": end}
        for weekday in range(6)
        for start, end in ((_MORNING, _NOON), (_AFTERNOON, _EVENING))
    ],
}
DISCLOSURE = "Answers here are given by Northlight for Harbour Bakery and signed by name."


class Colleague(msgspec.Struct, frozen=True):
    """A fictional member. Nobody can sign in as one: the login has no password."""

    name: str
    role: Role
    team: str
    languages: tuple[str, ...]
    is_present: bool = True


COLLEAGUES = (
    Colleague("Jonas Feld", Role.LEAD, "Service", ("en", "de")),
    Colleague("Elif Demir", Role.RESPONDER, "Service", ("de", "en")),
    Colleague("Tomás Vega", Role.RESPONDER, "Service", ("es", "en")),
    Colleague("Hanna Lund", Role.RESPONDER, "Hiring", ("de", "en"), is_present=False),
    Colleague("Mia Torres", Role.AGENCY, "Northlight", ("en", "de", "es")),
)

NEEDS = {
    "step": (
        "a step-free way in",
        ("wheelchair", "step-free", "ramp", "step at the door", "Rollstuhl", "Rollator", "Stufe", "Rampe",
         "Kinderwagen", "silla de ruedas", "escalón", "escalones", "crutches", "pram"),
        "Everybody comes in by the front door without asking for help.",
    ),
    "gluten": (
        "to know what is free of gluten",
        ("gluten", "coeliac", "glutenfrei", "Zöliakie", "sin gluten", "celíaca"),
        "Nobody has to trust a word of mouth about what they can eat.",
    ),
    "order": (
        "to order ahead and pick up",
        ("order ahead", "order the evening before", "pay ahead", "encargar", "por internet", "im Internet bestellen"),
        "",
    ),
    "early": (
        "to buy bread before the early shift",
        ("opened earlier", "früher aufmachen", "halb sechs", "before work", "Frühschicht"),
        "",
    ),
}  # fmt: skip


def furnish(viewer: Viewer, at: Moment) -> dict[str, models.Need]:
    """Everything an owner would set up in the first week; the needs by their short name."""
    mine = {"workspace_id": viewer.workspace_id}
    teams = _teams(mine)
    _accounts(mine, teams, at)
    for colleague in COLLEAGUES:
        _member(mine, teams, colleague, at)
    _rules(mine, teams, viewer, at)
    owners = {"step": teams["Service"].id, "gluten": teams["Service"].id}
    needs = {
        short: name_need(viewer, name, words, what_we_want=wanted, owner_team_id=owners.get(short))
        for short, (name, words, wanted) in NEEDS.items()
    }
    touch_house(viewer.workspace_id)
    return needs


def _teams(mine: dict[str, int]) -> dict[str, models.Team]:
    shop = models.Calendar.everywhere.create(name="Shop hours", body=SHOP_HOURS, **mine)
    always = models.Calendar.everywhere.create(name="Round the clock", body={"is_always_open": True}, **mine)
    models.Workspace.objects.filter(pk=mine["workspace_id"]).update(default_calendar_id=shop.id)
    made = (
        ("Service", Department.SERVICE, shop, False),
        ("Press", Department.PR, shop, False),
        ("Hiring", Department.HR, shop, False),
        ("Northlight", Department.MARKETING, always, True),
    )
    return {
        name: models.Team.everywhere.create(
            name=name, department=department, calendar=calendar, is_agency=is_agency, **mine
        )
        for name, department, calendar, is_agency in made
    }


PROMISES = {"phone": 120, "mail": 480, "form": 480, "reviews": 960, "bluesky": 60, "mastodon": 60}
_BY_AGENCY = frozenset({"bluesky", "mastodon"})


def _accounts(mine: dict[str, int], teams: dict[str, models.Team], at: Moment) -> None:
    for channel in CHANNELS:
        is_agency = channel.stem in _BY_AGENCY
        models.Account.everywhere.create(
            platform=channel.place.platform,
            handle=channel.account,
            name=f"Harbour Bakery, {channel.source}",
            owner_team=teams["Northlight" if is_agency else "Service"],
            operator="Northlight" if is_agency else "",
            promise_minutes=PROMISES[channel.stem],
            promise_hours="Round the clock" if is_agency else "Monday to Saturday, 6 to 12.30 and 13.30 to 18",
            promise_language="English, German, Spanish",
            disclosure=DISCLOSURE if is_agency else "",
            created_at=at - 400 * DAY,
            **mine,
        )
    models.Account.everywhere.create(  # known, owned by nobody, not heard: a register shows those too
        platform="facebook", handle="harbour.bakery.old", is_orphaned=True, created_at=at - 3_000 * DAY, **mine
    )


def _member(mine: dict[str, int], teams: dict[str, models.Team], colleague: Colleague, at: Moment) -> None:
    first = colleague.name.split()[0].lower()
    # The workspace's id keeps the address free where a sample is loaded beside another.
    address = f"{first}.{mine['workspace_id']}@harbourbakery.example"
    login = models.Login.objects.create_user(address, name=colleague.name, created_at=at)
    member = models.Member.everywhere.create(
        login=login,
        role=colleague.role,
        is_present=colleague.is_present,
        languages=list(colleague.languages),
        joined_at=at,
        **mine,
    )
    models.TeamMember.everywhere.create(team=teams[colleague.team], member=member, **mine)


def _rules(mine: dict[str, int], teams: dict[str, models.Team], viewer: Viewer, at: Moment) -> None:
    bodies = (
        ("Somebody may come to harm", {"text": ["broken glass", "hard plastic", "allergic", "Allergie", "Haselnüsse"]},
         {"team": teams["Service"].id, "priority": "urgent", "targets": {"first_response": 30}, "label": "danger"}),
        ("A journalist asks", {"text": ["reporter", "journalist", "editor", "Redaktion", "periodista"]},
         {"team": teams["Press"].id, "priority": "high", "targets": {"first_response": 240}, "label": "press"}),
        ("Somebody wants to work here",
         {"text": ["apply", "apprenticeship", "bewerbe", "Bewerbung", "bewerben", "Praktikum", "solicitud"]},
         {"team": teams["Hiring"].id, "label": "applicant"}),
        ("The food bank", {"text": ["food bank", "Tafel", "banco de alimentos"]},
         {"team": teams["Service"].id, "priority": "high", "label": "cause"}),
    )  # fmt: skip
    for position, (name, asked, then) in enumerate(bodies):
        when = {"all": [{"field": field, "contains": words} for field, words in asked.items()]}
        models.Rule.everywhere.create(
            name=name,
            position=position,
            body={"when": when, "then": then, "stop": True},
            changed_by=f"member:{viewer.member_id}",
            changed_at=at,
            **mine,
        )
