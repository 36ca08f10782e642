"""Today: what waits, said in words that lead to its rows; what somebody wrote stays text."""

import re

import pytest
from tests.cast import House
from tests.web.conftest import Asks, SignIn

from fullcircle.core.kinds import Direction, Role
from fullcircle.core.moments import DAY, HOUR, MINUTE, now
from fullcircle.store import models
from fullcircle.store.queries.circle import circle, heard_by_day
from fullcircle.store.queries.waiting import SHOWN, pressing, waiting
from fullcircle.store.visibility import viewer_of
from fullcircle.testing.builders import make_annotation, make_author, make_touchpoint
from fullcircle.workers.scheduler import settle_due


def page(client_of: SignIn, member: models.Member, address: str = "/w/harbour/", **headers: str) -> str:
    answer = client_of(member).get(address, headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def counts(text: str) -> dict[str, int]:
    return {show: int(count) for show, count in re.findall(r'\?show=(\w+)#waits"[^>]*><strong>(\d+)', text)}


def test_it_says_kindly_what_to_do_first(alice: House, signed_in: SignIn) -> None:
    text = page(signed_in, alice.owner)
    assert "Nothing has come in yet" in text
    assert "fullcircle import FILE" in text
    assert "No need has a name yet" in text
    assert text.count('<li class="empty">') == 7  # the whole circle is still open, and each part says why
    assert "no deeds are recorded yet" in text


def test_it_counts_what_waits_and_leads_to_the_rows(alice: House, signed_in: SignIn, asks: Asks) -> None:
    asks(alice, "late one", minutes_ago=90, name="Lene")
    asks(alice, "soon one", minutes_ago=10, name="Soren")
    text = page(signed_in, alice.owner)
    assert counts(text) == {"late": 1, "soon": 1, "urgent": 0, "nobody": 2}
    assert "2 wait for a word of ours" in text
    assert text.index("Lene") < text.index("Soren")
    assert "30 min late" in text
    assert "49 min left" in text or "50 min left" in text
    only = page(signed_in, alice.owner, "/w/harbour/?show=late")
    assert "Lene" in only
    assert "Soren" not in only
    assert "None of these. Good." in page(signed_in, alice.owner, "/w/harbour/?show=urgent")
    assert "Soren" in page(signed_in, alice.owner, "/w/harbour/?show=<script>")


def test_it_stays_late_when_the_miss_has_been_recorded(alice: House, asks: Asks) -> None:
    """The case's own next due moment is empty then; whoever waits is late all the same."""
    case = asks(alice, minutes_ago=90)
    viewer = viewer_of(alice.owner)
    before = pressing(viewer, "late", now())
    assert settle_due(now()) == 1
    case.refresh_from_db()
    assert case.next_due_at == 0
    assert pressing(viewer, "late", now()) == before
    assert waiting(viewer, now()).late == 1


def test_it_is_not_late_once_answered(alice: House, asks: Asks) -> None:
    asks(alice, minutes_ago=90)
    settle_due(now())
    root = alice.touchpoints()[0].external_id
    alice.store(
        make_touchpoint(
            external_id="at://ours/1",
            direction=Direction.OUTBOUND,
            parent_id=root,
            root_id=root,
            author=make_author(external_id="did:plc:ours"),
            occurred_at=now() - MINUTE,
            captured_at=now(),
        )
    )
    assert waiting(viewer_of(alice.owner), now()).everybody == 0
    assert circle(viewer_of(alice.owner), now()).answered == 1


def test_it_counts_and_lists_by_one_predicate(alice: House, asks: Asks) -> None:
    for minutes_ago in (5, 50, 70, 300):
        asks(alice, minutes_ago=minutes_ago)
    viewer, at = viewer_of(alice.owner), now()
    found = waiting(viewer, at)
    for show in SHOWN:
        assert len(pressing(viewer, show, at)) == getattr(found, show)
    assert len(pressing(viewer, "", at)) == found.everybody == 4


def test_it_puts_danger_first_and_says_it_in_words(alice: House, signed_in: SignIn, asks: Asks) -> None:
    asks(alice, "late since yesterday", minutes_ago=1500, name="Anna")
    alice.reader.said["glass in the rolls"] = make_annotation(intents=64, urgency=3, urgency_score=250)
    asks(alice, "glass in the rolls", minutes_ago=1, name="Zoe")
    text = page(signed_in, alice.owner)
    assert text.index("Zoe") < text.index("Anna")
    assert "reports a danger" in text
    assert '<span class="danger">danger</span>' in text


def test_it_says_urgent_where_a_rule_made_it_so(alice: House, signed_in: SignIn, asks: Asks) -> None:
    case = asks(alice)
    assert ">urgent</span>" not in page(signed_in, alice.owner)
    models.Case.everywhere.filter(pk=case.pk).update(priority=3)
    assert '<span class="danger">urgent</span>' in page(signed_in, alice.owner)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "\u202egnp.exe",
        "{{ inside.workspace }}{% load static %}",
        "a\x07b\u2028c",
    ],
)
def test_it_shows_hostile_text_as_text(hostile: str, alice: House, signed_in: SignIn, asks: Asks) -> None:
    case = asks(alice, hostile, name=hostile)
    for address in ("/w/harbour/", f"/w/harbour/cases/{case.id}/"):
        text = page(signed_in, alice.owner, address)
        assert "<script>" not in text
        assert "<img" not in text
        assert "onerror=alert(1)&gt;" in text or "onerror" not in text
        # every word of a stranger is kept apart from ours, whatever direction it takes
        for sign in "\u202e":
            outside = re.sub(r"<bdi[^>]*>.*?</bdi>|<title>.*?</title>", "", text)
            assert sign not in outside


def test_it_draws_no_picture_of_too_few_days(alice: House, signed_in: SignIn, asks: Asks) -> None:
    asks(alice)
    assert "too few days for a picture" in page(signed_in, alice.owner)


def test_it_draws_days_and_says_the_same_in_a_table(alice: House, signed_in: SignIn, asks: Asks) -> None:
    for days, how_many in ((4, 1), (2, 3), (1, 2)):
        for _ in range(how_many):
            asks(alice, minutes_ago=days * 24 * 60)
    text = page(signed_in, alice.owner)
    assert text.count("<rect ") == 3
    assert "6 touchpoints in 14 days" in text
    cells = re.findall(r'<tr><td>[^<]+</td><td class="number">(\d+)</td>', text)
    assert len(cells) == 14
    assert [int(cell) for cell in cells if cell != "0"] == [1, 3, 2]
    assert "style=" not in text


def test_it_counts_days_as_the_rows_do(alice: House, asks: Asks) -> None:
    for minutes_ago in (0, 60, 3 * 24 * 60, 20 * 24 * 60):
        asks(alice, minutes_ago=minutes_ago)
    at = now()
    first = at // DAY - 13
    stored = [point.ordered_at // DAY for point in alice.touchpoints()]
    days = {day.day: day.count for day in heard_by_day(viewer_of(alice.owner), at)}
    assert days == {day: stored.count(day) for day in range(first, first + 14)}
    assert circle(viewer_of(alice.owner), at).heard == sum(days.values())


def test_it_counts_nothing_of_another_workspace_or_team(
    alice: House, charlie: House, bob: models.Member, signed_in: SignIn, asks: Asks
) -> None:
    asks(charlie, "a stranger's secret")
    hidden = asks(alice, "for the press", name="Paul", is_public=False)
    models.Case.everywhere.filter(pk=hidden.pk).update(team_id=alice.press.id)
    models.Touchpoint.everywhere.filter(case_id=hidden.pk).update(team_id=alice.press.id)
    owner, responder = page(signed_in, alice.owner), page(signed_in, bob)
    assert "Paul" in owner
    assert "secret" not in owner
    assert "Paul" not in responder
    assert "Nobody waits" in responder or "Nothing has come in yet" in responder


def test_it_shows_an_agency_its_own_accounts_alone(alice: House, signed_in: SignIn, asks: Asks) -> None:
    agency = alice.member("mia", Role.AGENCY)
    asks(alice, name="Paul")
    text = page(signed_in, agency)
    assert "Paul" not in text
    assert "has its place" not in text
    models.TeamMember.everywhere.create(workspace=alice.workspace, team=alice.team, member=agency)
    assert "Paul" in page(signed_in, agency)


def test_it_says_that_every_record_has_its_place(alice: House, signed_in: SignIn, asks: Asks) -> None:
    asks(alice)
    assert "Received 1, and it has its place." in page(signed_in, alice.owner)
    models.Tally.everywhere.filter(outcome="received").update(count=3)
    assert "2 have no place yet" in page(signed_in, alice.owner)


def test_it_needs_a_handful_of_queries_however_many_wait(
    alice: House, signed_in: SignIn, asks: Asks, django_assert_max_num_queries: object
) -> None:
    for _ in range(30):
        asks(alice)
    client = signed_in(alice.owner)
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        text = client.get("/w/harbour/").content.decode()
    assert text.count('<a class="row"') == 25
    assert len(text.encode()) < 60_000


def test_it_tells_the_story_of_a_case(alice: House, signed_in: SignIn, asks: Asks) -> None:
    case = asks(alice, "Is there a ramp?", minutes_ago=90, name="Otto")
    settle_due(now())
    need = models.Need.everywhere.create(workspace=alice.workspace, name="a step-free way in", named_by="x", named_at=1)
    models.Issue.everywhere.filter(pk=case.issue_id).update(proposed_need_id=need.id, proposed_reason="ramp")
    text = page(signed_in, alice.owner, f"/w/harbour/cases/{case.id}/")
    assert "Otto" in text
    assert "open: somebody waits for us" in text
    assert "first answer" in text
    assert "missed" in text
    assert "read as service" in text
    assert "Perhaps “a step-free way in”" in text
    models.Issue.everywhere.filter(pk=case.issue_id).update(need_id=need.id)
    assert "Perhaps" not in page(signed_in, alice.owner, f"/w/harbour/cases/{case.id}/")


def test_it_counts_needs_in_people(alice: House, signed_in: SignIn, asks: Asks) -> None:
    need = models.Need.everywhere.create(workspace=alice.workspace, name="<b>a ramp</b>", named_by="x", named_at=1)
    for _ in range(2):
        models.Issue.everywhere.filter(pk=asks(alice).issue_id).update(need_id=need.id)
    for address in ("/w/harbour/", "/w/harbour/needs/"):
        text = page(signed_in, alice.owner, address)
        assert "&lt;b&gt;a ramp&lt;/b&gt;" in text
        assert "<strong>2</strong> people" in text
        assert "0 answered, 2 not" in text


def test_it_says_hours_in_the_zone_of_the_workspace(alice: House, signed_in: SignIn, asks: Asks) -> None:
    models.Workspace.objects.filter(pk=alice.workspace.pk).update(time_zone="Asia/Tokyo")
    case = asks(alice, minutes_ago=3 * HOUR // MINUTE)
    assert "+09:00" in page(signed_in, alice.owner, f"/w/harbour/cases/{case.id}/")
