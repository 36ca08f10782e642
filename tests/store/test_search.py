"""Found by words in nine scripts, newest first, and only by whoever may see it."""

import pytest
from tests.cast import House

from fullcircle.core.kinds import Change, Channel, Kind, Role
from fullcircle.store.queries.touchpoints import of_thread, search, timeline
from fullcircle.store.visibility import Viewer, operator
from fullcircle.testing.builders import OCCURRED_AT, make_author, make_touchpoint

TEXTS = {
    "en": ("The rye loaf was burnt again", "burnt"),
    "ar": ("الخبز طازج جدا اليوم", "طازج"),
    "de": ("Die Brötchen waren heute köstlich", "köstlich"),
    "es": ("¿Cuándo vuelve el pan de nuez?", "nuez"),
    "fr": ("La boulangerie était fermée dimanche", "fermée"),
    "hi": ("आज की रोटी बहुत अच्छी थी", "अच्छी"),
    "it": ("Il pane è arrivato freddo", "arrivato"),
    "pt": ("O pão de centeio não chegou", "centeio"),
    "ja": ("パン屋の入口に段差があります", "段差"),
    "el": ("Το ψωμί ήταν υπέροχο", "ψωμί"),
}


def ids(house: House, query: str, **options: int) -> list[str]:
    found = search(operator(house.workspace.id), query, **options)
    names = {row.id: row.external_id for row in house.touchpoints()}
    return [names[row.id] for row in found]


@pytest.mark.parametrize("language", TEXTS)
def test_it_finds_a_word_of_each_language(alice: House, language: str) -> None:
    alice.store(*[make_touchpoint(external_id=name, text=text) for name, (text, _) in TEXTS.items()])
    assert ids(alice, TEXTS[language][1]) == [language]


def test_it_finds_all_words_newest_first_and_beginnings(alice: House) -> None:
    alice.store(
        make_touchpoint(external_id="old", text="step at the door", occurred_at=OCCURRED_AT - 3_600_000),
        make_touchpoint(external_id="new", text="a step, again a step", occurred_at=OCCURRED_AT),
        make_touchpoint(external_id="other", text="stepless entrance", occurred_at=OCCURRED_AT - 60_000),
    )
    assert ids(alice, "step") == ["new", "old"]
    assert ids(alice, "step*") == ["new", "other", "old"]
    assert ids(alice, "step door") == ["old"]
    assert ids(alice, "step", limit=1) == ["new"]
    assert ids(alice, "") == ids(alice, "!!!") == []


@pytest.mark.parametrize(
    "query", ['"', "a OR b", "NEAR(a b)", "rowid:1", "x AND", "'; DROP TABLE touchpoint; --", "*", "a\x00b"]
)
def test_it_takes_no_query_for_a_command(alice: House, query: str) -> None:
    alice.store(make_touchpoint(external_id="a", text="nothing of the kind"))
    assert ids(alice, query) == []


def test_it_forgets_what_was_edited_away_or_taken_back(alice: House) -> None:
    alice.store(
        make_touchpoint(external_id="a", text="first words"), make_touchpoint(external_id="b", text="other words")
    )
    alice.store(make_touchpoint(external_id="a", text="second thoughts", version=1, change=Change.EDIT))
    alice.store(make_touchpoint(external_id="b", text="", change=Change.DELETE))
    assert ids(alice, "words") == []
    assert ids(alice, "thoughts") == ["a"]


def test_it_shows_charlie_nothing_of_alices(alice: House, charlie: House) -> None:
    alice.store(make_touchpoint(external_id="a", text="a secret of the harbour"))
    assert search(operator(charlie.workspace.id), "secret") == []
    identity = alice.touchpoints()[0].identity_id
    assert identity is not None
    assert timeline(operator(charlie.workspace.id), identity) == []
    assert len(timeline(operator(alice.workspace.id), identity)) == 1


def test_it_hides_private_words_from_teams_that_do_not_have_them(alice: House) -> None:
    message = {"channel": Channel.DIRECT_MESSAGES, "kind": Kind.DIRECT_MESSAGE, "is_public": False}
    alice.store(make_touchpoint(external_id="m", text="my order number", **message))
    workspace_id = alice.workspace.id
    bob = Viewer(workspace_id, Role.RESPONDER, 7, team_ids=(alice.team.id,))
    press = Viewer(workspace_id, Role.RESPONDER, 8, team_ids=(alice.press.id,))
    agency = Viewer(workspace_id, Role.AGENCY, 9, team_ids=(alice.press.id,), account_ids=())
    theirs = Viewer(workspace_id, Role.AGENCY, 9, account_ids=(alice.account.id,))
    seen = [len(search(viewer, "order")) for viewer in (bob, press, agency, theirs, Viewer(workspace_id, Role.AUDITOR))]
    assert seen == [1, 0, 0, 1, 1]


def test_it_shows_a_thread_root_first_whatever_came_first(alice: House) -> None:
    alice.store(make_touchpoint(external_id="reply", parent_id="root", author=make_author(external_id="x")))
    alice.store(make_touchpoint(external_id="root", occurred_at=OCCURRED_AT - 60_000))
    thread = alice.touchpoints()[-1].thread
    assert thread is not None
    names = {row.id: row.external_id for row in alice.touchpoints()}
    assert [names[row.id] for row in of_thread(operator(alice.workspace.id), thread)] == ["root", "reply"]
