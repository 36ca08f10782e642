"""`fullcircle sources`, `quarantine`: connected, listed, polled, stopped; secrets never shown twice."""

import io
import json
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from tests.cast import House
from tests.ops.said import Terminal

from fullcircle.config.keys import read_keys
from fullcircle.config.options import options
from fullcircle.connectors.phone.records import call_record
from fullcircle.core.batches import batch_of
from fullcircle.core.drops import QuarantineReason, Unreadable
from fullcircle.core.moments import DAY, now
from fullcircle.core.records import RawRecord
from fullcircle.store import models
from fullcircle.store.credentials import unseal
from fullcircle.store.house import source_facts
from fullcircle.testing.builders import CAPTURED_AT


def test_it_lists_sources_and_says_what_to_know(alice: House, terminal: Terminal) -> None:
    alice.connect("Quiet", connected_at=now() - 3 * DAY)
    alice.connect("Broken", state="stopped", state_reason="the token was revoked")
    alice.connect("Slow", failure_count=3, retry_at=now() + 600_000, state_reason="no answer", connected_at=now())
    said = terminal("sources")
    assert said.code == 1
    for words in ("nothing came for 72 hours", "the token was revoked", "failed 3 times, next try in"):
        assert words in said.out
    rows = {row["name"]: row for row in terminal("sources", "--json").data["sources"]}
    assert rows["Quiet"]["quiet_ms"] >= 3 * DAY
    assert rows["Broken"]["state"] == "stopped"


def test_it_says_what_to_do_where_there_is_no_source(alice: House, terminal: Terminal) -> None:
    alice.source.delete()
    said = terminal("sources")
    assert (said.code, "sources connect" in said.out) == (0, True)


def test_a_webhook_gets_an_address_and_a_secret_once(alice: House, terminal: Terminal) -> None:
    said = terminal("sources", "connect", "webhook", "--name", "Shop", "--json")
    assert said.code == 0
    address, secret = said.data["address"], said.data["secret"]
    row = models.Source.everywhere.get(name="Shop")
    assert address.endswith(f"/in/{row.intake_key}")
    assert secret.startswith("whsec_")
    keys = read_keys(options().home, "credentials")
    assert unseal(row.secrets, f"source:{row.pk}", keys) == {"secret": secret}
    assert secret not in terminal("sources").out


def mastodon(server: HTTPServer) -> tuple[str, ...]:
    return ("sources", "connect", "mastodon", "--name", "Town", "--set", f"server={server.url_for('')}")


def test_it_connects_where_the_platform_lets_us_in(
    alice: House, terminal: Terminal, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "fullcircle.ops.engine.options",
        lambda: options().model_copy(update={"allow_hosts": f"{httpserver.host}:{httpserver.port}"}),
    )
    own = {"id": "1", "username": "bakery", "acct": "bakery", "url": httpserver.url_for("/@bakery")}
    httpserver.expect_request("/api/v1/accounts/verify_credentials").respond_with_json(own)
    httpserver.expect_request("/api/v1/instance").respond_with_json({"uri": "town.example"})
    httpserver.expect_request("/api/v2/instance").respond_with_json({"domain": "town.example"})
    monkeypatch.setenv("TOWN_TOKEN", "a-token")
    said = terminal(*mastodon(httpserver), "--secret-from", "access_token=TOWN_TOKEN", "--json")
    assert said.code == 0, said.err
    assert "a-token" not in said.out
    assert models.Source.everywhere.get(name="Town").settings["direct"] == "yes"


def test_it_stores_nothing_where_the_platform_does_not_let_us_in(
    alice: House, terminal: Terminal, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a-token\n"))
    said = terminal(*mastodon(httpserver))  # 127.0.0.1 is not on the list of private places
    assert said.code == 2
    assert "Nothing was stored" in said.err
    assert not models.Source.everywhere.filter(name="Town").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope"], "no connector named 'nope'"),
        (["mastodon", "--set", "access_token=x"], "does not belong on the command line"),
        (["mastodon", "--set", "server"], "there is no ="),
        (["mastodon", "--secret", "access_token=x"], "does not belong on the command line"),
        (["mastodon", "--secret-from", "access_token=NO_SUCH_VARIABLE"], "is empty"),
        (["bluesky", "--set", "colour=red"], "no setting colour"),
    ],
)
def test_it_says_what_is_wrong_and_what_to_do(
    alice: House, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    said = terminal("sources", "connect", *arguments)
    assert said.code == 2
    assert words in said.err
    assert len(said.err.strip().splitlines()) >= 2


def test_it_stops_resumes_and_knows_what_is_not_there(alice: House, terminal: Terminal) -> None:
    assert terminal.json("sources", "stop", "Bluesky")["state"] == "off"
    assert terminal.json("sources", "resume", "Bluesky")["state"] == "on"
    said = terminal("sources", "stop", "Nothing")
    assert (said.code, "`fullcircle sources` lists them." in said.err) == (2, True)


def test_it_polls_what_is_polled(alice: House, terminal: Terminal, httpserver: HTTPServer) -> None:
    alice.connect("Log", connector="phone")
    said = terminal("sources", "poll", "Log")
    assert (said.code, "fullcircle call" in said.err) == (2, True)
    terminal("sources", "stop", "Bluesky")
    assert "sources resume" in terminal("sources", "poll", "Bluesky").err
    alice.connect("Town", connector="mastodon", settings={"server": httpserver.url_for("")})
    said = terminal("sources", "poll", "Town", "--json")  # a private address: trying again cannot help
    assert (said.code, said.data["state"]) == (1, "stopped")
    assert said.data["trouble"]


def test_it_guesses_a_mapping_without_a_database(tmp_path: Path, terminal: Terminal) -> None:
    path = tmp_path / "letters.csv"
    path.write_text("id,created_at,author,text\n1,2026-05-01T10:00:00Z,nora,Is the rye back?\n", "utf-8")
    assert json.loads(terminal("sources", "guess", str(path), "--json").out)["text"] == ["text"]
    assert "created_at" in terminal("sources", "guess", str(path)).out


def hold(house: House, *records: RawRecord) -> None:
    source = house.connect("Phone", connector="phone")
    why = Unreadable(QuarantineReason.CONNECTOR_FAILED, "KeyError")
    batch = batch_of(house.workspace.pk, source.pk, len(records), [(record, why) for record in records])
    house.pipeline.store(batch, source_facts(source))


def test_it_shows_and_replays_the_quarantine_and_the_books_balance(alice: House, terminal: Terminal) -> None:
    assert "Nothing waits" in terminal("quarantine").out
    good = call_record(number="+49301234567", note="the ramp", captured_at=CAPTURED_AT)
    hold(alice, good, RawRecord(b"\x00\x1b[31m{", "call", CAPTURED_AT))
    listed = terminal.json("quarantine", "--limit", "1")
    assert (listed["total"], len(listed["rows"])) == (2, 1)
    assert "Showing 1 of 2" in terminal("quarantine", "--limit", "1").out
    shown = terminal("quarantine", "show", str(listed["rows"][0]["id"]))
    assert "\x1b" not in shown.out
    said = terminal("quarantine", "replay", "--source", "Phone", "--json")
    assert (said.code, said.data) == (1, {"outcomes": {"stored": 1}, "still": {"bad_json": 1}})
    assert terminal("books").code == 0
    assert terminal("quarantine", "show", "999999").code == 2


def test_it_writes_the_bytes_as_they_came(alice: House, terminal: Terminal, tmp_path: Path) -> None:
    hold(alice, RawRecord(b"\xff\x00raw", "call", CAPTURED_AT))
    row_id = terminal.json("quarantine")["rows"][0]["id"]
    assert terminal("quarantine", "show", str(row_id), "--bytes", str(tmp_path / "raw")).code == 0
    assert (tmp_path / "raw").read_bytes() == b"\xff\x00raw"
    assert terminal("quarantine", "show", str(row_id), "--bytes", str(tmp_path / "no" / "raw")).code == 2
