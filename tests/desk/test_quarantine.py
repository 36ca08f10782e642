"""Bytes that could not be read are read again; the books balance before and after, whatever comes of it."""

from typing import Any

import pytest
from tests.cast import House

from fullcircle.connectors.phone.records import call_record
from fullcircle.core.batches import Batch, batch_of
from fullcircle.core.drops import Drop, DropReason, QuarantineReason, Unreadable
from fullcircle.core.errors import DeskError
from fullcircle.core.kinds import Role
from fullcircle.core.records import RawRecord
from fullcircle.desk.quarantine import Replayed, replay_quarantined
from fullcircle.ops.auditing import audit
from fullcircle.pipeline.house import SourceFacts
from fullcircle.store import models
from fullcircle.store.house import source_facts
from fullcircle.store.visibility import Viewer, viewer_of
from fullcircle.testing.builders import CAPTURED_AT
from fullcircle.testing.scripted import ScriptedClient

FAILED = Unreadable(QuarantineReason.CONNECTOR_FAILED, "KeyError")


def call(note: str) -> RawRecord:
    return call_record(number="+49 30 1234567", note=note, captured_at=CAPTURED_AT, call_id=note)


def hold(house: House, *records: RawRecord, why: Unreadable = FAILED) -> models.Source:
    """Records that an older parser could not read."""
    source = house.connect("Phone", connector="phone")
    batch = batch_of(house.workspace.pk, source.pk, len(records), [(record, why) for record in records])
    house.pipeline.store(batch, source_facts(source))
    return source


def replay(house: House, viewer: Viewer | None = None, store: Any = None) -> Replayed:
    ids = list(models.Quarantine.everywhere.filter(workspace=house.workspace).values_list("id", flat=True))
    return replay_quarantined(viewer or viewer_of(house.owner), ids, store or house.pipeline.store, ScriptedClient())


def test_what_reads_now_is_stored_and_the_books_balance(alice: House) -> None:
    source = hold(alice, call("one"), call("two"))
    assert audit(alice.workspace.pk).troubles == []
    assert replay(alice) == Replayed({"stored": 2}, {})
    assert [row.text for row in alice.touchpoints()] == ["one", "two"]
    assert not models.Quarantine.everywhere.filter(replayed_at=0).exists()
    report = audit(alice.workspace.pk)
    assert report.troubles == []
    line = next(line for line in report.lines if line.source_id == source.pk)
    assert (line.received, line.stored, line.quarantined, line.missing) == (2, 2, 0, 0)
    assert "quarantine.replayed" in alice.events()


def test_it_does_nothing_twice(alice: House) -> None:
    hold(alice, call("one"))
    replay(alice)
    assert replay(alice) == Replayed({}, {})
    assert len(alice.touchpoints()) == 1
    assert audit(alice.workspace.pk).troubles == []


def test_what_still_cannot_be_read_waits_under_todays_reason(alice: House) -> None:
    hold(alice, RawRecord(b"{", "call", CAPTURED_AT), call("good"))
    assert replay(alice) == Replayed({"stored": 1}, {"bad_json": 1})
    row = models.Quarantine.everywhere.get(replayed_at=0)
    assert (row.reason, row.attempt_count) == ("bad_json", 1)
    assert audit(alice.workspace.pk).troubles == []
    tallies = models.Tally.everywhere.filter(outcome__startswith="quarantined:")
    assert sum(tallies.filter(outcome="quarantined:connector_failed").values_list("count", flat=True)) == 0
    assert sum(tallies.filter(outcome="quarantined:bad_json").values_list("count", flat=True)) == 1


def test_a_drop_and_a_duplicate_leave_the_quarantine_too(alice: House, monkeypatch: pytest.MonkeyPatch) -> None:
    source = hold(alice, call("one"), call("one"), call("three"))
    from fullcircle.desk import quarantine as module

    read = module.read_record

    def dropping(connector: Any, context: Any, raw: RawRecord) -> Any:
        return Drop(DropReason.OUT_OF_SCOPE) if b"three" in raw.payload else read(connector, context, raw)

    monkeypatch.setattr(module, "read_record", dropping)
    assert replay(alice) == Replayed({"stored": 1, "duplicate": 1, "dropped:out_of_scope": 1}, {})
    assert audit(alice.workspace.pk).troubles == []
    assert source.quarantined.filter(replayed_at=0).count() == 0


def test_a_store_that_fails_halfway_leaves_everything_as_it_was(alice: House) -> None:
    hold(alice, call("one"))

    def failing(batch: Batch, source: SourceFacts) -> dict[str, int]:
        alice.pipeline.store(batch, source)
        raise OSError("power")

    with pytest.raises(OSError, match="power"):
        replay(alice, store=failing)
    assert alice.touchpoints() == []
    assert models.Quarantine.everywhere.filter(replayed_at=0).count() == 1
    assert audit(alice.workspace.pk).troubles == []


def test_bob_may_not_and_charlie_replays_nothing_of_alices(alice: House, charlie: House) -> None:
    hold(alice, call("one"))
    with pytest.raises(DeskError) as told:
        replay(alice, viewer_of(alice.member("bob", Role.RESPONDER)))
    assert told.value.code == "not_allowed"
    assert replay(alice, viewer_of(charlie.owner)) == Replayed({}, {})
    assert models.Quarantine.everywhere.filter(replayed_at=0).count() == 1
