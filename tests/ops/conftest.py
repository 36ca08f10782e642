"""A terminal wide enough that no table is folded."""

import pytest
from tests.ops.said import Terminal


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("COLUMNS", "400")
    return Terminal(capsys)
