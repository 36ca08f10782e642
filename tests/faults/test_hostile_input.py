"""F22, F23, F24, F37: input cut off at any byte, far too large, in any order, and patterns that would take for ever."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fullcircle.connectors.file.connector import CONNECTOR as FILE
from fullcircle.connectors.file.guess import guess_file
from fullcircle.connectors.file.mapping import dump_mapping
from fullcircle.connectors.mastodon.stream import split_events
from fullcircle.connectors.registry import connector_named
from fullcircle.core.drops import Drop, Unreadable
from fullcircle.core.moments import MINUTE
from fullcircle.core.records import RawRecord, Touchpoint
from fullcircle.pipeline.reading import read_record
from fullcircle.store import models
from fullcircle.store.house import touch_house
from fullcircle.testing.builders import make_raw, make_source, make_touchpoint
from fullcircle.testing.connector_checks import check_outcome
from tests.cast import House
from tests.faults.homes import ROOT, Home, balanced
from tests.faults.test_kill_import import write_rows
from tests.pipeline.test_known import history, state

CONNECTORS = ROOT / "src" / "fullcircle" / "connectors"


def fixture(name: str) -> bytes:
    return (CONNECTORS / name).read_bytes().strip()


def samples() -> Iterator[tuple[str, RawRecord]]:
    """Every form a connector of ours reads whose payload is one JSON value."""
    for line in fixture("bluesky/fixtures/events_v1.jsonl").splitlines()[:2]:
        yield "bluesky", make_raw(line, form="event")
    yield "bluesky", make_raw(fixture("bluesky/fixtures/notification_reply.json"), form="notification")
    yield "bluesky", make_raw(fixture("bluesky/fixtures/post_view.json"), form="post")
    yield "mastodon", make_raw(fixture("mastodon/fixtures/status.json"), form="status")
    for event in split_events(fixture("mastodon/fixtures/stream.txt"))[:2]:
        yield "mastodon", make_raw(event, form="event")


SAMPLES = list(samples())


@pytest.mark.parametrize("index", range(len(SAMPLES)))
def test_it_refuses_a_record_cut_off_at_any_byte(index: int) -> None:
    name, raw = SAMPLES[index]
    connector, source = connector_named(name), make_source()
    for length in range(len(raw.payload)):
        cut = RawRecord(raw.payload[:length], raw.form, raw.captured_at, raw.context)
        outcome = read_record(connector, source, cut)
        check_outcome(connector, source, cut, outcome)
        assert not isinstance(outcome, Touchpoint), f"half a record became a touchpoint at byte {length}"


def test_it_reads_the_whole_samples() -> None:
    """What is cut above is something when it is whole."""
    read = [read_record(connector_named(name), make_source(), raw) for name, raw in SAMPLES]
    assert sum(isinstance(outcome, Touchpoint) for outcome in read) >= 4


@pytest.mark.parametrize("name", ["one.json", "several.json"])
def test_it_refuses_a_webhook_body_cut_off_at_any_byte(name: str) -> None:
    connector: Any = connector_named("webhook")
    source, body = make_source(), fixture(f"webhook/fixtures/{name}")
    assert any(isinstance(read_record(connector, source, raw), Touchpoint) for raw in connector.split(body, source.now))
    for length in range(len(body)):
        raws = connector.split(body[:length], source.now)
        outcomes = [read_record(connector, source, raw) for raw in raws]
        assert not any(isinstance(outcome, Touchpoint) for outcome in outcomes), f"half a body at byte {length}"


@pytest.mark.parametrize("name", ["messages.csv", "requests.csv", "reviews.csv", "posts.jsonl"])
def test_it_reads_a_file_cut_off_at_any_byte_without_a_word_it_does_not_hold(name: str, tmp_path: Path) -> None:
    """A row cut off may be a shorter row of the same form: it says no more than the file does, and nothing raises."""
    whole = (CONNECTORS / "file" / "fixtures" / name).read_bytes()
    path = tmp_path / name
    mapping = dump_mapping(guess_file(str(CONNECTORS / "file" / "fixtures" / name)))
    text = whole.decode("utf-8", "replace")
    first = whole.index(b"\n") + 1
    for length in range(first, len(whole), 7):
        path.write_bytes(whole[:length])
        source = make_source({"path": str(path), "mapping": mapping})
        page = FILE.capture(source, "rows", "")
        for raw in page.records:
            outcome = read_record(FILE, source, raw)
            assert isinstance(outcome, Touchpoint | Drop | Unreadable)
            if isinstance(outcome, Touchpoint) and len(outcome.text) > 8 and "\\" not in text:
                assert outcome.text[:8].split("\n")[0] in text


def test_it_cuts_a_text_of_ten_megabytes_and_memory_stays_flat(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("id,time,author,text\n")
        for number in range(6):
            file.write(f"m-{number},2026-05-01T09:00:00Z,n,{'bread ' * 1_700_000}\n")
    ended = home.run("weigh", what="command", arguments=["import", str(path), "--json"])
    assert ended["value"] in (0, 1)  # 1: rows were refused
    assert ended["grew_mb"] < 250, ended
    seen = balanced(home)
    line = seen["lines"]["long.csv"]
    assert line["received"] == 6
    assert line["stored"] + line["quarantined"] == 6


def grown_by(home: Home, path: Path, rows: int) -> float:
    home.reset()
    write_rows(path, rows)
    found = home.run("weigh", what="command", arguments=["import", str(path), "--json"])
    assert found["value"] == 0
    balanced(home)
    return float(found["grew_mb"])


def test_it_needs_no_more_memory_for_more_rows(home: Home, tmp_path: Path) -> None:
    few = grown_by(home, tmp_path / "few.csv", 6_000)
    many = grown_by(home, tmp_path / "many.csv", 18_000)
    assert many < few + 25, (few, many)


@pytest.mark.storm
def test_it_needs_no_more_memory_for_a_million_rows(home: Home, tmp_path: Path) -> None:
    few = grown_by(home, tmp_path / "few.csv", 100_000)
    many = grown_by(home, tmp_path / "many.csv", 1_000_000)
    assert many < few + 80, (few, many)


HOSTILE_PATTERNS = {
    "nested repeats": (r"^(a+)+$", "a" * 50_000 + "!"),
    "alternatives that overlap": (r"(a|aa)+b", "a" * 50_000),
    "a star in a star": (r"(.*,)*x", "1," * 25_000),
    "many stars": (r".*.*.*.*=.*", "b" * 50_000),
    "spaces": (r"\s+$", " " * 50_000 + "x"),
}


@pytest.mark.parametrize("name", HOSTILE_PATTERNS)
def test_it_routes_in_time_whatever_pattern_a_rule_holds(alice: House, name: str) -> None:
    pattern, text = HOSTILE_PATTERNS[name]
    bodies = [
        {"when": {"field": "text", "matches": pattern}, "then": {"label": "caught"}},
        {"when": {"all": []}, "then": {"team": alice.press.id, "targets": {"first_response": 15}}},
    ]
    for position, body in enumerate(bodies):
        models.Rule.everywhere.create(
            workspace=alice.workspace, name=f"Rule {position}", position=position, changed_at=1, body=body
        )
    touch_house(alice.workspace.id)
    began = time.perf_counter()
    alice.store(make_touchpoint(text=text))
    assert time.perf_counter() - began < 3.0
    (case,) = alice.cases()
    assert case.team_id == alice.press.id
    assert case.next_due_at - case.first_inbound_at == 15 * MINUTE


@pytest.mark.storm
def test_it_ends_the_same_in_very_many_orders(alice: House, charlie: House) -> None:
    """Every 40th of the 40,320 orders of eight events, one event a batch."""
    events = history()
    alice.store(*events)
    wanted = state(alice)
    threads = wanted.pop("threads")
    for order in itertools.islice(itertools.permutations(range(8)), 0, None, 40):
        house = House(f"house-{'-'.join(map(str, order))}", "bob")
        for index in order:
            house.store(events[index])
        found = state(house)
        assert {name: thread is None for name, thread in found.pop("threads").items()} == {
            name: thread is None for name, thread in threads.items()
        }
        assert found == wanted, order
