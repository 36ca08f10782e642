"""The hostile connector through the real capture loop and pipeline: whatever it does, the loop lives, the bystanders are
stored once with their own words, nothing reaches another workspace, and the books balance."""

from collections import Counter
from collections.abc import Sequence

import pytest

from fullcircle.core.moments import HOUR, now
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import TEXT_LIMIT
from fullcircle.ops.auditing import audit
from fullcircle.store import models
from fullcircle.testing import hostile_connector
from fullcircle.testing.hostile_connector import (
    BYSTANDERS,
    PLATFORM,
    TRICKS,
    HostileConnector,
    bystander_keys,
    bystander_text,
)
from fullcircle.testing.hostile_outcomes import COUNTS, RAISED
from fullcircle.testing.scripted import ScriptedClient
from fullcircle.workers import capture as capture_module
from fullcircle.workers.capture import Capture
from fullcircle.workers.sources import LONGEST_SAID_S, OpenSource, context_of
from tests.cast import House

SECRET = "the-key-under-the-mat"
HUGE = 1_200


class OneTrick(HostileConnector):
    """The hostile connector with one trick up its sleeve."""

    def __init__(self, trick: str) -> None:
        super().__init__()
        self.trick = trick

    def streams(self, source: SourceContext) -> Sequence[str]:
        return [self.trick]


class Hostile:
    """A source of the hostile connector in Alice's house."""

    def __init__(self, house: House, connector: HostileConnector) -> None:
        self.house = house
        self.row = house.connect("Hostile", connector=PLATFORM)
        self.connector = connector
        self.capture = Capture(house.pipeline)

    def poll(self, times: int = 1, at: int = 0) -> None:
        for turn in range(times):
            self.row.refresh_from_db()
            context = context_of(self.row, ScriptedClient(), {"token": SECRET})
            if at:
                import msgspec

                context = msgspec.structs.replace(context, now=at + turn)
            self.capture.poll(OpenSource(self.row, self.connector, context))

    def held(self) -> Counter[str]:
        rows = models.Quarantine.everywhere.filter(source=self.row).values_list("reason", flat=True)
        return Counter(rows)

    def texts(self) -> dict[str, str]:
        return {row.external_id: row.text for row in self.house.touchpoints()}


@pytest.fixture(autouse=True)
def _smaller_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostile_connector, "HUGE_PAGE", HUGE)
    monkeypatch.setattr(capture_module, "PAGES_A_POLL", 5)


def tricked(house: House, trick: str, times: int = 1) -> Hostile:
    hostile = Hostile(house, OneTrick(trick))
    hostile.poll(times)
    return hostile


def is_well(house: House) -> bool:
    report = audit(house.workspace.id)
    assert report.troubles == []
    return True


WITH_PAGES = sorted({key.split("-")[1] for key in bystander_keys()})


@pytest.mark.parametrize("trick", WITH_PAGES)
def test_it_stores_every_bystander_once_whatever_the_trick(alice: House, charlie: House, trick: str) -> None:
    hostile = tricked(alice, trick, times=2)
    texts = hostile.texts()
    for number in range(BYSTANDERS):
        key = f"bystander-{trick}-{number}"
        assert texts[key] == bystander_text(key)
    assert len(texts) == models.Touchpoint.everywhere.count()
    assert charlie.touchpoints() == []
    assert is_well(alice)


@pytest.mark.parametrize("trick", [trick.name for trick in TRICKS])
def test_it_lives_through_every_trick_and_tells_no_secret(
    alice: House, capsys: pytest.CaptureFixture[str], trick: str
) -> None:
    hostile = tricked(alice, trick)
    for turn in range(8):  # some tricks turn with the clock
        hostile.poll(at=now() // 840 * 840 + turn)
    hostile.row.refresh_from_db()
    assert hostile.row.state == ("stopped" if trick == "tells_secrets" else "on")
    said = capsys.readouterr()
    kept = [hostile.row.state_reason, *models.Quarantine.everywhere.values_list("detail", flat=True)]
    assert SECRET not in "".join([said.out, said.err, *kept])
    assert is_well(alice)


def test_it_takes_all_tricks_in_one_poll_and_comes_to_every_stream(alice: House, charlie: House) -> None:
    hostile = Hostile(alice, HostileConnector())
    quiet = [trick.name for trick in TRICKS if trick.name != "tells_secrets"]
    hostile.connector.streams = lambda source: quiet  # type: ignore[method-assign,assignment]
    hostile.poll(3)
    wanted = {key for key in bystander_keys() if "tells_secrets" not in key}
    assert wanted <= set(hostile.texts())
    assert charlie.touchpoints() == []
    assert is_well(alice)
    hostile.row.refresh_from_db()
    assert hostile.row.state == "on"
    assert hostile.row.failure_count == 3
    assert hostile.row.retry_at <= now() + LONGEST_SAID_S * 1000


QUARANTINED = {
    "raises_in_parse": {"connector_failed": len(RAISED)},
    "wrong_outcomes": {"connector_failed": COUNTS["wrong_outcomes"]},
    "wrong_fields": {"connector_failed": COUNTS["wrong_fields"]},
    "dirty_strings": {"connector_failed": COUNTS["dirty_strings"]},
    "long_ids": {"bad_shape": 3, "missing_id": 2},
    "bystanders_alone": {},
    "same_id": {},
}


@pytest.mark.parametrize("trick", QUARANTINED)
def test_it_quarantines_what_the_table_says_with_its_bytes(alice: House, trick: str) -> None:
    hostile = Hostile(alice, OneTrick(trick))
    hostile.row.is_back_filled = True
    hostile.row.save()
    hostile.poll()
    # The stream gives its page twice, and both times the bytes are kept.
    assert hostile.held() == {reason: 2 * count for reason, count in QUARANTINED[trick].items()}
    assert all(b'"trick"' in bytes(row.payload) for row in models.Quarantine.everywhere.all())


def test_it_writes_nothing_for_another_workspace_or_source(alice: House, charlie: House) -> None:
    hostile = tricked(alice, "other_workspace")
    rows = models.Touchpoint.everywhere.values_list("workspace_id", "source_id")
    assert set(rows) == {(alice.workspace.id, hostile.row.id)}
    assert hostile.held()["connector_failed"] >= 3


def test_it_cuts_what_is_too_long_and_says_so(alice: House) -> None:
    tricked(alice, "ten_megabytes")
    rows = {row.external_id: row for row in alice.touchpoints()}
    assert len(rows["ten_megabytes-0"].text) == TEXT_LIMIT
    assert rows["ten_megabytes-0"].is_truncated
    assert rows["ten_megabytes-1"].is_truncated
    assert max(len(row.title) for row in rows.values()) <= TEXT_LIMIT
    names = models.Identity.everywhere.values_list("name", flat=True)
    assert max(len(name) for name in names) <= 255


def test_it_believes_no_clock_beyond_what_is_possible(alice: House) -> None:
    before = now()
    hostile = tricked(alice, "wild_times")
    horizon = hostile.row.connected_at - hostile.row.horizon_days * 24 * HOUR
    for row in alice.touchpoints():
        assert horizon <= row.ordered_at <= now()
    for case in alice.cases():
        assert case.opened_at <= now()
        assert case.next_due_at < before + 24 * HOUR
    assert sum(hostile.held().values()) > 0


def test_it_keeps_the_first_text_of_an_id_used_again(alice: House) -> None:
    tricked(alice, "same_id", times=2)
    assert [row.text for row in alice.touchpoints() if row.external_id == "same-id"] == ["first"]


def test_it_keeps_the_last_word_of_edits_in_any_order(alice: House) -> None:
    tricked(alice, "stale_edits", times=2)
    assert [row.text for row in alice.touchpoints() if row.external_id == "stale-edits"] == ["the last word"]


def test_it_keeps_a_tombstone_of_what_was_deleted_early(alice: House) -> None:
    tricked(alice, "early_deletes", times=2)
    rows = {row.external_id: row for row in alice.touchpoints()}
    assert rows["early-delete"].text == ""
    assert rows["early-delete"].deleted_at is not None
    assert "never-was" not in rows


def test_it_treats_as_private_what_is_private_by_its_kind(alice: House) -> None:
    tricked(alice, "lies_public")
    lies = [row for row in alice.touchpoints() if row.external_id.startswith("lies_public")]
    assert len(lies) == COUNTS["lies_public"]
    assert not any(row.is_public for row in lies)


def test_it_stops_a_stream_that_never_ends_and_goes_on_later(alice: House) -> None:
    hostile = tricked(alice, "endless_pages", times=3)
    cursor = models.Cursor.everywhere.get(source=hostile.row, stream="endless_pages")
    assert cursor.value == str(3 * capture_module.PAGES_A_POLL)


def test_it_stops_where_a_cursor_does_not_move(alice: House) -> None:
    hostile = tricked(alice, "still_cursor")
    received = models.Tally.everywhere.get(source_id=hostile.row.id, outcome="received").count
    assert received <= 4 * BYSTANDERS  # twice forwards, twice back


@pytest.mark.parametrize("trick", ["raises_in_capture", "ends_the_process", "wrong_pages"])
def test_it_counts_a_failure_and_backs_off(alice: House, trick: str) -> None:
    hostile = Hostile(alice, OneTrick(trick))
    before = now()
    hostile.poll(at=now() // 840 * 840)
    hostile.row.refresh_from_db()
    assert hostile.row.failure_count == 1
    assert hostile.row.retry_at >= before + 15_000
    assert "nobody knows" not in hostile.row.state_reason
    assert "connector" in hostile.row.state_reason


def test_it_waits_within_bounds_whatever_wait_is_asked(alice: House) -> None:
    hostile = tricked(alice, "odd_waits", times=6)
    assert hostile.row.retry_at <= now() + LONGEST_SAID_S * 1000


def test_it_doubles_the_wait_and_forgets_it_when_all_is_well(alice: House) -> None:
    hostile = Hostile(alice, OneTrick("ends_the_process"))
    waits = []
    for _ in range(3):
        hostile.poll()
        hostile.row.refresh_from_db()
        waits.append(round((hostile.row.retry_at - now()) / 15_000))
    assert waits == [1, 2, 4]
    hostile.connector = OneTrick("bystanders_alone")
    hostile.connector.own_outbound = (  # type: ignore[method-assign]
        lambda source, cursor: hostile.connector.capture(source, "bystanders_alone", cursor)
    )
    hostile.poll()
    hostile.row.refresh_from_db()
    assert (hostile.row.failure_count, hostile.row.retry_at, hostile.row.state_reason) == (0, 0, "")
    assert "source.resumed" in alice.events()
