"""One nursery a pytest worker, with a founded database that each test begins from."""

from collections.abc import Iterator

import pytest

from tests.faults.homes import Home


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with Home(tmp_path_factory.mktemp("nursery")) as home:
        home.run("found", sources={})
        home.keep()
        yield home


@pytest.fixture
def home(nursery: Home) -> Home:
    """A home with one workspace and nothing in it."""
    nursery.reset()
    return nursery
