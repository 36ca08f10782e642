"""Against the simulated town on this machine, in trouble: what it says it delivered is what we read, text for text."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from fullcircle.connectors.guard import GuardedClient
from fullcircle.connectors.mastodon import MastodonConnector
from fullcircle.core.errors import TransientSourceError
from fullcircle.core.kinds import Change
from fullcircle.core.moments import HOUR, now
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import Touchpoint
from fullcircle.testing.books import State, compare, expected_repository, text_hash

TROUBLE = {
    "rates": {"duplicates": 0.3, "reorder": 0.3, "overlap": 0.3, "rate_limited": 0.05, "server_error": 0.05},
    "retry_after_s": 0.02,
}


@pytest.fixture(params=[1, 2])
def town(request, tmp_path) -> Iterator[tuple[str, Path]]:
    """Address and books."""
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"seed": request.param, **TROUBLE}))
    command = [sys.executable, "-m", "fullcircle.testing.simulator", "--home", str(tmp_path), "--acts", "150"]
    command += ["--seed", str(request.param), "--fault-plan", str(plan)]
    path = str(Path(__file__).parents[3])
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={"PYTHONPATH": path}) as running:
        assert running.stdout is not None
        try:
            where = json.loads(running.stdout.readline())
            yield where["address"], Path(where["books"])
        finally:
            running.terminate()


def patiently(connector, source, stream, cursor):
    for _ in range(100):
        try:
            return connector.capture(source, stream, cursor)
        except TransientSourceError:
            time.sleep(0.02)
    raise AssertionError("the town never answered")


def take(repository: dict[str, State], touchpoint: Touchpoint) -> None:
    """As a repository does: the highest version of a text stands."""
    known = repository.get(touchpoint.external_id)
    if known is None or touchpoint.version > known.version:
        is_gone = touchpoint.change is Change.DELETE
        text = "" if is_gone else text_hash(touchpoint.text)
        repository[touchpoint.external_id] = State(text, touchpoint.version, is_gone)


def test_it_reads_all_that_the_town_delivers(town):
    address, books = town
    connector, repository, cursors = MastodonConnector(), {}, {}
    settings = {"server": address, "tags": "rye, bread", "searches": "bread"}
    with GuardedClient(allow=frozenset({urlsplit(address).netloc})) as client:
        for _ in range(4):
            source = SourceContext(1, 1, settings, {"access_token": "harbour-token"}, now() - HOUR, client, now())
            for stream in [*connector.streams(source), "own_outbound"]:
                is_last = False
                while not is_last:
                    page = patiently(connector, source, stream, cursors.get(stream, ""))
                    cursors[stream], is_last = page.cursor, page.is_last
                    for raw in page.records:
                        found = connector.parse(source, raw)
                        assert isinstance(found, Touchpoint)
                        take(repository, found)
            urlopen(f"{address}/world/step?n=60", data=b"", timeout=10).close()
    expected = {key: state for key, state in expected_repository(books).items() if key[0] == "mastodon"}
    assert len(expected) > 20
    assert compare(expected, {("mastodon", key): state for key, state in repository.items()}) == []
