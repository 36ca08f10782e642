"""Fixtures of the tests that need the store: Alice's house, and Charlie's next door."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cast import House


@pytest.fixture
def alice(db: None) -> "House":
    from tests.cast import House

    return House("harbour", "alice")


@pytest.fixture
def charlie(db: None) -> "House":
    from tests.cast import House

    return House("elsewhere", "charlie")
