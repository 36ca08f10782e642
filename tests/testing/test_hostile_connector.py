"""The hostile connector does what it says it does, so that surviving it means something."""

import math

import pytest

from fullcircle.core.errors import PermanentSourceError, UnknownOutcomeError
from fullcircle.core.kinds import Change
from fullcircle.core.records import Page, Touchpoint
from fullcircle.testing.builders import make_outgoing, make_source
from fullcircle.testing.hostile_connector import (
    BYSTANDERS,
    HUGE_PAGE,
    TRICKS,
    HostileConnector,
    bystander_keys,
    bystander_text,
)

SECRET = "the-baker's-own-recipe"  # pragma: allowlist secret
SOURCE = make_source({}, {"token": SECRET})


@pytest.fixture
def connector():
    return HostileConnector()


def outcomes(connector, stream):
    """What parse gives for each record of a stream's first page; the error where it raises."""
    found = []
    for raw in connector.capture(SOURCE, stream, "").records:
        try:
            found.append(connector.parse(SOURCE, raw))
        except Exception as error:
            found.append(error)
    return found


def hostile(connector, stream):
    return [one for one in outcomes(connector, stream) if not _is_bystander(one)]


def _is_bystander(outcome):
    return isinstance(outcome, Touchpoint) and str(outcome.external_id).startswith("bystander-")


def test_it_says_of_every_trick_what_the_product_must_do(connector):
    names = [trick.name for trick in TRICKS]
    assert names == list(connector.streams(SOURCE))
    assert len(set(names)) == len(names) >= 20
    assert all(len(trick.does) > 10 and len(trick.must) > 10 for trick in TRICKS)


def test_its_bystanders_are_honest(connector):
    seen = {}
    for trick in TRICKS:
        try:
            page = connector.capture(SOURCE, trick.name, "")
        except BaseException:
            continue
        for raw in page.records if isinstance(page, Page) and trick.name != "wrong_pages" else ():
            if b'"bystander"' in raw.payload and b"huge_page-" not in raw.payload.replace(b"bystander-huge_page", b""):
                outcome = connector.parse(SOURCE, raw)
                seen[outcome.external_id] = outcome.text
    assert seen.keys() == bystander_keys()
    assert all(text == bystander_text(key) for key, text in seen.items())


def test_it_gives_each_stream_its_bystanders_once_a_page(connector):
    for stream in ("raises_in_parse", "same_id", "huge_page", "endless_pages"):
        keys = [o.external_id for o in outcomes(connector, stream) if _is_bystander(o)]
        assert len(keys) == len(set(keys)) == BYSTANDERS


def test_it_raises_in_parse(connector):
    assert {type(one) for one in hostile(connector, "raises_in_parse")} >= {KeyError, RecursionError, MemoryError}


def test_it_gives_what_is_no_outcome(connector):
    assert not any(isinstance(one, Touchpoint) for one in hostile(connector, "wrong_outcomes"))


def test_it_lies_about_whose_it_is(connector):
    found = hostile(connector, "other_workspace")
    assert {one.workspace_id for one in found} > {SOURCE.workspace_id}


def test_it_gives_dirt_and_length(connector):
    assert any("\0" in one.text for one in hostile(connector, "dirty_strings"))
    assert max(len(one.text) for one in hostile(connector, "ten_megabytes")) > 9_000_000
    assert {len(one.external_id) for one in hostile(connector, "long_ids")} >= {0, 3, 10_000}


def test_it_gives_one_id_in_many_states(connector):
    assert {one.external_id for one in hostile(connector, "same_id")} == {"same-id"}
    versions = [one.version for one in hostile(connector, "stale_edits")]
    assert versions[0] == max(versions)
    assert hostile(connector, "early_deletes")[0].change == Change.DELETE


def test_it_gives_times_that_cannot_be(connector):
    times = [one.occurred_at for one in hostile(connector, "wild_times")]
    assert min(times) < 0
    assert max(times) > 10**20


def test_it_changes_its_mind(connector):
    raw = next(
        raw for raw in connector.capture(SOURCE, "changes_its_mind", "").records if b"bystander" not in raw.payload
    )
    assert connector.parse(SOURCE, raw) != connector.parse(SOURCE, raw)


def test_it_never_comes_to_an_end(connector):
    cursor = ""
    for _ in range(300):
        page = connector.capture(SOURCE, "endless_pages", cursor)
        assert not page.is_last
        assert page.cursor != cursor
        cursor = page.cursor
    assert connector.capture(SOURCE, "still_cursor", "stands").cursor == "stands"


def test_it_gives_a_page_too_large_for_a_batch(connector):
    assert len(connector.capture(SOURCE, "huge_page", "").records) == HUGE_PAGE + BYSTANDERS


def test_it_gives_what_is_no_page(connector):
    pages = [connector.capture(make_source(now=number), "wrong_pages", "") for number in range(8)]
    assert sum(1 for page in pages if not isinstance(page, Page)) == 3
    waits = [connector.capture(SOURCE, "odd_waits", "w" * number).wait_s for number in range(4)]
    assert any(math.isnan(wait) for wait in waits)
    assert min(waits) < 0


def test_it_raises_what_names_no_recovery(connector):
    raised = set()
    for number in range(6):
        with pytest.raises(Exception) as error:
            connector.capture(make_source(now=number), "raises_in_capture", "")
        raised.add(error.type)
    assert len(raised) == 6
    with pytest.raises(SystemExit):
        connector.capture(SOURCE, "ends_the_process", "")


def test_it_tells_its_secret_wherever_it_can(connector):
    with pytest.raises(PermanentSourceError, match=SECRET):
        connector.capture(SOURCE, "tells_secrets", "")
    assert SECRET in connector.health(SOURCE).message
    with pytest.raises(UnknownOutcomeError, match=SECRET):
        connector.reply(SOURCE, make_outgoing(response_id=5))
    with pytest.raises(RuntimeError, match=SECRET):
        connector.reply(SOURCE, make_outgoing(response_id=4))
    assert connector.reply(SOURCE, make_outgoing(response_id=2)) is None
