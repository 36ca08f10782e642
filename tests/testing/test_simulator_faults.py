"""What goes wrong as planned, in the order planned, and is written down."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fullcircle.core.errors import ConfigError
from fullcircle.testing.simulator.faults import ABSURD_S, FaultPlan, plan_from, read_plan

SRC = Path(__file__).resolve().parents[2] / "src"
NOTIFICATIONS = "/api/v1/notifications"
FEED = "/xrpc/app.bsky.feed.searchPosts?q=rye"


def call(town, path, method="GET", token="harbour-token", body=None):
    connection = http.client.HTTPConnection(urlsplit(town.address).netloc, timeout=5)
    try:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def ask(town, number=0, who="nora"):
    return town.post("/world/post", {"network": "mastodon", "who": who, "text": f"@harbourbakery question {number}"})


def test_it_waits_in_every_form_and_notes_who_comes_too_early(town):
    script = [{"fault": "rate_limited", "times": 4}]
    town.post("/world/faults", {"script": script, "retry_after_s": 1})
    status, headers, _ = call(town, NOTIFICATIONS)
    assert (status, headers["retry-after"]) == (429, "1")
    assert call(town, NOTIFICATIONS)[0] == 429  # too early: refused, and not one of the four
    assert [fact["path"] for fact in town.facts("called_too_early")] == [NOTIFICATIONS]
    time.sleep(1.05)
    date = call(town, NOTIFICATIONS)[1]["retry-after"]
    assert parsedate_to_datetime(date) is not None
    time.sleep(1.05)
    assert call(town, NOTIFICATIONS)[1]["retry-after"] == str(ABSURD_S)
    assert "retry-after" not in call(town, NOTIFICATIONS)[1]
    assert call(town, NOTIFICATIONS)[0] == 200


def test_it_forbids_one_network_only(town):
    town.post("/world/faults", {"script": [{"fault": "rate_limited", "path": "/api/"}], "retry_after_s": 60})
    assert call(town, NOTIFICATIONS)[0] == 429
    assert call(town, FEED)[0] == 400  # the token is not of this network; the quota is


def test_it_breaks_in_each_network_s_own_words(town):
    town.post("/world/faults", {"script": [{"fault": "server_error", "times": 2}]})
    assert b"<!DOCTYPE html>" in call(town, NOTIFICATIONS)[2]
    assert json.loads(call(town, FEED)[2])["error"] == "InternalServerError"


def test_it_cuts_the_line_and_books_nothing(town):
    ask(town)
    town.post("/world/faults", {"script": [{"fault": "reset"}]})
    with pytest.raises(ConnectionError):
        call(town, NOTIFICATIONS)
    assert town.facts("delivered") == []


def test_it_drips_and_books_at_the_last_byte(town):
    ask(town)
    town.post("/world/faults", {"script": [{"fault": "slow_drip"}], "drip_s": 0.3})
    begun = time.monotonic()
    assert len(json.loads(call(town, NOTIFICATIONS)[2])) == 1
    assert time.monotonic() - begun > 0.25
    assert len(town.facts("delivered")) == 1


def test_it_shows_some_twice_and_books_each_time(town):
    for number in range(5):
        ask(town, number)
    town.post("/world/faults", {"rates": {"duplicates": 1.0}})
    ids = [told["id"] for told in json.loads(call(town, NOTIFICATIONS)[2])]
    assert (len(ids), len(set(ids))) == (6, 5)
    assert len(town.facts("delivered")) == 6
    assert max(fact["times"] for fact in town.facts("delivered")) == 2


def test_it_reorders_pages_and_lets_them_overlap(town):
    for number in range(20):
        ask(town, number)
    town.post("/world/faults", {"rates": {"reorder": 1.0}})
    ids = [int(told["id"]) for told in json.loads(call(town, NOTIFICATIONS)[2])]
    assert sorted(ids) == list(range(1, 21))
    assert ids != sorted(ids, reverse=True)
    town.post("/world/faults", {"rates": {"overlap": 1.0}})
    ids = [int(told["id"]) for told in json.loads(call(town, f"{NOTIFICATIONS}?min_id=10")[2])]
    assert min(ids) <= 10 < max(ids)


def test_it_revokes_the_token(town):
    town.post("/world/faults", {"is_revoked": True})
    assert call(town, NOTIFICATIONS)[0] == 401
    town.post("/world/faults", {})
    assert call(town, NOTIFICATIONS)[0] == 200


def test_it_says_how_many_calls_are_left(town):
    first, second = call(town, NOTIFICATIONS)[1], call(town, NOTIFICATIONS)[1]
    assert int(first["x-ratelimit-remaining"]) - int(second["x-ratelimit-remaining"]) == 1
    assert int(call(town, FEED)[1]["ratelimit-reset"]) > 0


def test_it_meets_the_same_faults_for_the_same_seed():
    rates = {"rate_limited": 0.2, "reset": 0.2, "duplicates": 0.5}
    one, other = (plan_from({"seed": 4, "rates": rates}) for _ in range(2))
    assert [one.choose("GET", "/") for _ in range(300)] == [other.choose("GET", "/") for _ in range(300)]
    assert [one.happens("duplicates") for _ in range(50)] == [other.happens("duplicates") for _ in range(50)]
    chosen = [one.choose("GET", "/") for _ in range(2000)]
    assert chosen.count("reset") == pytest.approx(400, rel=0.2)


def test_it_has_no_faults_without_a_plan():
    plan = read_plan(None)
    assert {plan.choose("GET", "/") for _ in range(100)} == {""}
    assert plan.disturb([1, 2, 3]) == [1, 2, 3]


@pytest.mark.parametrize(
    "value",
    [
        {"rate": {}},
        {"rates": {"earthquake": 1}},
        {"script": [{"fault": "duplicates"}]},
        {"script": [{"flaw": "reset"}]},
        {"retry_after": ["soon"]},
        {"retry_after": []},
        {"rates": None},
        {"rates": {"reset": "often"}},
        {"script": [5]},
        {"seed": "x"},
    ],
)
def test_it_refuses_a_plan_that_would_do_nothing(value, town):
    with pytest.raises(ConfigError):
        plan_from(value)
    assert call(town, "/world/faults", "POST", body=value)[0] == 422


def test_it_refuses_a_plan_it_cannot_read(tmp_path):
    path = tmp_path / "plan.json"
    for text in ("", "[]", "{"):
        path.write_text(text)
        with pytest.raises(ConfigError):
            read_plan(path)
    path.write_text('{"hang_s": 3}')
    assert read_plan(path) == FaultPlan(hang_s=3)


@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"\xff\xfe\x00 / HTTP/1.1\r\n\r\n",
        b"POST /world/post HTTP/1.1\r\nContent-Length: nine\r\n\r\n",
        b"POST /world/post HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
    ],
)
def test_it_survives_what_is_no_request(town, sent):
    import socket

    host, port = urlsplit(town.address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        answer = line.recv(200)
    assert answer.startswith(b"HTTP/1.1 400")
    assert call(town, NOTIFICATIONS)[0] == 200


def test_it_starts_as_a_command_and_stops_when_told(tmp_path):
    plan = tmp_path / "plan.json"
    plan.write_text('{"is_revoked": true}')
    arguments = ["--home", str(tmp_path / "home"), "--seed", "3", "--acts", "30", "--fault-plan", str(plan)]
    arguments += ["--start", "2026-05-01T08:00:00Z", "--pace", "0.01"]
    environment = {**os.environ, "PYTHONPATH": str(SRC)}
    command = [sys.executable, "-W", "error", "-m", "fullcircle.testing.simulator", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as run:
        where = json.loads(run.stdout.readline())

        class Town:
            address = where["address"]

        assert call(Town, NOTIFICATIONS)[0] == 401
        time.sleep(0.2)
        run.send_signal(signal.SIGTERM)
        _, errors = run.communicate(timeout=10)
    assert (run.returncode, errors) == (0, "")
    assert len(Path(where["books"]).read_text().splitlines()) > 30


def test_it_refuses_arguments_it_cannot_use(tmp_path):
    from fullcircle.testing.simulator.__main__ import main

    with pytest.raises(SystemExit) as ended:
        main(["--home", str(tmp_path), "--start", "yesterday"])
    assert ended.value.code == 2
