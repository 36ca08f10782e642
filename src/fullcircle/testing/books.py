"""The simulator's own books: an append-only file of facts. What they say of a repository is read by
`measurement/outer_books.py`, which the product uses for `fullcircle books --against FILE`."""

import json
from pathlib import Path
from typing import Any

from fullcircle.measurement.outer_books import (
    LOOK_UPS,
    Difference,
    State,
    compare,
    expected_repository,
    read_facts,
    shown_keys,
    text_hash,
)


class BookWriter:
    """Appends facts to a file, each line out of our hands before the call returns."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("ab", buffering=0)

    def write(self, fact: str, **said: Any) -> None:
        """One fact, one line, one write."""
        line = json.dumps({"fact": fact, **said}, ensure_ascii=False, separators=(",", ":"))
        self._file.write(line.encode("utf-8", "surrogatepass") + b"\n")

    def close(self) -> None:
        self._file.close()


__all__ = [
    "LOOK_UPS",
    "BookWriter",
    "Difference",
    "State",
    "compare",
    "expected_repository",
    "read_facts",
    "shown_keys",
    "text_hash",
]
