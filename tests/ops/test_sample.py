"""The sample goes through the real import, ends now, and has something of everything Today asks."""

from zoneinfo import ZoneInfo

import pytest

from fullcircle.core.kinds import Direction
from fullcircle.core.moments import DAY, HOUR, MINUTE, Moment, now, parse_moment, to_datetime
from fullcircle.ops import first_run
from fullcircle.ops.sample.house import NEEDS
from fullcircle.ops.sample.rows import CHANNELS, moment_of, needs_by_id, rows_of
from fullcircle.store import models
from fullcircle.store.queries.books import books
from fullcircle.store.queries.circle import heard_by_day
from fullcircle.store.queries.needs import needs
from fullcircle.store.queries.waiting import waiting
from fullcircle.store.visibility import operator

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def workspace(db: None) -> models.Workspace:
    first_run.prepare_first_workspace(with_sample=True)
    return models.Workspace.objects.get()


def test_it_fills_a_demo_and_every_record_has_its_place(workspace: models.Workspace) -> None:
    assert workspace.is_demo
    row_count = sum(len(rows_of(channel)) for channel in CHANNELS)
    assert 110 <= row_count <= 180
    assert models.Touchpoint.everywhere.filter(workspace=workspace).count() == row_count
    rows = books(workspace.id)
    assert len(rows) == len(CHANNELS)
    assert [(row.received, row.stored, row.missing) for row in rows] == [
        (row.received, row.received, 0) for row in rows
    ]


def test_it_has_something_of_everything_that_waits(workspace: models.Workspace) -> None:
    found = waiting(operator(workspace.id), now())
    assert found.late >= 5
    assert found.soon >= 2
    assert found.urgent >= 2
    assert found.nobody >= 5
    assert found.everybody < 60


def test_it_ends_now_and_began_a_fortnight_ago(workspace: models.Workspace) -> None:
    times = sorted(models.Touchpoint.everywhere.values_list("occurred_at", flat=True))
    assert times[-1] < now()
    assert now() - times[-1] < HOUR
    assert 12 * DAY < now() - times[0] < 15 * DAY
    assert sum(day.count > 0 for day in heard_by_day(operator(workspace.id), now())) >= 13


def test_it_asks_for_a_way_in_by_many_people_and_many_ways(workspace: models.Workspace) -> None:
    found = {need.name: need for need in needs(operator(workspace.id))}
    assert len(found) == len(NEEDS) == 4
    step = found["a step-free way in"]
    assert step.person_count >= 9
    assert 3 <= step.answered_count < step.person_count
    issues = models.Issue.everywhere.filter(need_id=step.id)
    cases = models.Case.everywhere.filter(issue_id__in=issues.values("id"))
    assert set(cases.values_list("platform", flat=True)) >= {"phone", "email", "reviews", "bluesky", "mastodon"}
    assert {issue.decided_by for issue in issues} == {
        f"member:{models.Member.everywhere.get(workspace=workspace, role='owner').id}"
    }


def test_it_knows_who_called_twice_and_then_wrote(workspace: models.Workspace) -> None:
    identities = models.Identity.everywhere.filter(workspace=workspace, name="Lena Vogt")
    assert {identity.platform for identity in identities} == {"phone", "bluesky"}
    people = models.Person.everywhere.filter(id__in=identities.values("person_id"))
    assert len({person.root_id for person in people}) == 1
    merge = models.Merge.everywhere.get(workspace=workspace)
    assert "rang twice" in merge.reasons[0]


def test_it_speaks_three_languages_and_answers_in_them(workspace: models.Workspace) -> None:
    said = models.Touchpoint.everywhere.filter(workspace=workspace).values_list("id", "direction")
    languages = dict(models.Annotation.everywhere.values_list("touchpoint_id", "language"))
    for direction in Direction:
        heard = [languages[id_] for id_, one in said if one == direction.value]
        assert all(heard.count(language) >= 3 for language in ("en", "de", "es")), direction


def test_it_sends_each_to_the_house_that_is_good_at_it(workspace: models.Workspace) -> None:
    teams = dict(models.Team.everywhere.filter(workspace=workspace).values_list("id", "name"))
    cases = models.Case.everywhere.filter(workspace=workspace)
    assert {teams[case.team_id or 0] for case in cases} == {"Service", "Press", "Hiring", "Northlight"}
    label_lists = [case.labels for case in cases]
    for label in ("danger", "press", "applicant", "cause"):
        assert [label] in label_lists


def test_it_can_be_loaded_beside_another_workspace(workspace: models.Workspace, alice: object) -> None:
    from fullcircle.ops.sample import load_sample

    other = models.Workspace.objects.create(slug="second", name="Second", created_at=1)
    load_sample(other)
    mine, theirs = (models.Touchpoint.everywhere.filter(workspace=one).count() for one in (workspace, other))
    assert mine == theirs


def test_every_need_of_a_row_is_one_of_the_needs() -> None:
    for channel, decided in needs_by_id().items():
        assert set(decided.values()) <= set(NEEDS), channel


@pytest.mark.parametrize(
    ("when", "moment"),
    [
        ("-95m", "2026-03-30T10:25:00Z"),
        ("-9h", "2026-03-30T03:00:00Z"),
        ("-1 07:52", "2026-03-29T05:52:00Z"),
        ("-2 07:52", "2026-03-28T06:52:00Z"),  # before the clocks went forward
    ],
)
def test_it_tells_times_from_now_in_the_zone_of_the_bakery(when: str, moment: str) -> None:
    at = parse_moment("2026-03-30T12:00:00Z")
    assert at is not None
    assert moment_of(when, at, BERLIN) == parse_moment(moment)


def test_it_never_tells_of_the_future() -> None:
    whens = {row["when"] for channel in CHANNELS for row in rows_of(channel)}
    for minute in range(0, 24 * 60, 37):
        at: Moment = 1_777_626_000_000 + minute * MINUTE
        for when in whens:
            assert moment_of(when, at, BERLIN) < at, (when, to_datetime(at))


def test_it_answers_after_it_was_asked() -> None:
    at = 1_777_626_000_000
    for channel in CHANNELS:
        said = {row["id"]: moment_of(row["when"], at, BERLIN) for row in rows_of(channel)}
        for row in rows_of(channel):
            if row.get("answers"):
                assert said[row["id"]] > said[row["answers"]], row["id"]
