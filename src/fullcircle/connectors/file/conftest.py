"""What the tests of the file connector share: a source, files of their own, and every row of a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fullcircle.connectors.file.mapping import Mapping, dump_mapping
from fullcircle.connectors.file.pages import open_file
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import RawRecord

CAPTURED_AT = 1_775_000_000_000  # 2026-03-31
CONNECTED_AT = 1_772_500_000_000  # 2026-03-03

Read = Callable[..., list[RawRecord]]


@pytest.fixture(scope="session")
def make_source_for_all() -> Callable[..., SourceContext]:
    return _make_source()


@pytest.fixture
def make_source() -> Callable[..., SourceContext]:
    return _make_source()


def _make_source() -> Callable[..., SourceContext]:
    def make(mapping: Mapping | str = "", path: str = "") -> SourceContext:
        text = mapping if isinstance(mapping, str) else dump_mapping(mapping)
        client: Any = None
        return SourceContext(7, 3, {"mapping": text, "path": path}, {}, CONNECTED_AT, client, CAPTURED_AT)

    return make


@pytest.fixture
def fixtures() -> Path:
    return Path(__file__).parent / "fixtures"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    def to_file(data: str | bytes, name: str = "rows.csv", encoding: str = "utf-8") -> str:
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
        return str(path)

    return to_file


def read_all(path: str, mapping: Mapping | None = None, start: str = "", **options: Any) -> list[RawRecord]:
    """Every record of a file from a cursor on."""
    pages = open_file(path, mapping or Mapping(), start, captured_at=CAPTURED_AT, **options)
    return [record for page in pages for record in page.records]
