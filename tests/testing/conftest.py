"""A town of its own for each test that asks, on a free port of 127.0.0.1."""

import pytest

from fullcircle.core.moments import parse_moment
from fullcircle.testing.simulator.hosted import HostedTown

START = parse_moment("2026-05-01T08:00:00Z")


@pytest.fixture
def town(tmp_path):
    with HostedTown(tmp_path / "town", seed=5, start=START) as running:
        yield running
