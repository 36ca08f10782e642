"""Tests lie in tests/ and beside the connectors in src/; what all of them may use is one file."""

pytest_plugins = ["tests.everywhere", "tests.everywhere_store"]
