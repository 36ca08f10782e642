"""A command as an operator types it, in the test's own database."""

import json
from typing import Any

import pytest

from fullcircle.ops.cli import main


class Said:
    """Exit code and what was written where."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def data(self) -> Any:
        """Standard output as one JSON document, and nothing else."""
        return json.loads(self.out)


class Terminal:
    """Types commands."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Said:
        self._capsys.readouterr()
        code = main(arguments)
        written = self._capsys.readouterr()
        assert "Traceback" not in written.err
        return Said(code, written.out, written.err)

    def json(self, *arguments: str) -> Any:
        """The data of a command that goes well."""
        said = self(*arguments, "--json")
        assert said.code == 0, said.err
        return said.data
