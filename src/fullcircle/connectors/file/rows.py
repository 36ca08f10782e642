"""A mapping compiled for speed: from a payload to the cells it names, in a fixed order, and to the key of a row."""

import functools
import re
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any, TypeAlias

import msgspec

from fullcircle.connectors.file.mapping import KEY_FIELDS, Mapping, load_mapping
from fullcircle.core.gate import JsonRefused, load_json
from fullcircle.core.records import Json

Cells: TypeAlias = tuple[str, ...]

ROW = "row"
"""Our own flat JSON object of column name to cell (CSV, XLSX)."""
OBJECT = "object"
"""A JSON object as the file has it (JSONL, JSON)."""
BYTES = "bytes"
"""Bytes that did not make a row; the context says why."""

_ABSENT = "\ue000absent"  # a name no file has: the cell every unmapped field reads
_HARD_NAME = re.compile(r'[\\"\x00-\x1f]')


class RowContext(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a row's payload does not say. `row` counts as a spreadsheet shows it: the header is row 1."""

    row: int
    file: str = ""
    nth: int = 0  # rows before it in the file with the same mapped fields; only for rows without an id
    dated: int = 0  # the file's modification time, where the mapping names no time
    reason: str = ""  # form "bytes": why it is no row
    detail: str = ""


read_context: Callable[[str], RowContext] = msgspec.json.Decoder(RowContext).decode
write_context = msgspec.json.Encoder().encode


class BadCellsError(ValueError):
    """The payload is no row; the message is for people."""


class Columns:
    """The columns a mapping names, and where each stands in the tuple `cells` answers."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.names = (*mapping.columns(), _ABSENT)
        self._decode = _row_decoder(self.names)
        self._paths = [(name, name.split(".") if "." in name else None) for name in self.names]
        self.text = self._places(mapping.text)
        self.title = self._places(mapping.title)
        self._id = self.place("id")
        self._decode_id = _id_decoder(mapping.id)
        self._key = (*self.text, *self.title, *(self.place(name) for name in KEY_FIELDS if getattr(mapping, name)))

    def place(self, field: str) -> int:
        """Where the column of a single-column field stands."""
        return self.names.index(getattr(self.mapping, field) or _ABSENT)

    def _places(self, columns: Sequence[str]) -> tuple[int, ...]:
        return tuple(self.names.index(name) for name in columns if name)

    def cells(self, payload: bytes, form: str) -> Cells:
        """The named cells. Raises BadCellsError where the payload is no row of its form."""
        if form == ROW:
            try:
                return self._decode(payload)
            except (ValueError, RecursionError) as error:
                raise BadCellsError(str(error)[:200]) from error
        try:
            value = load_json(payload)
        except JsonRefused as error:
            raise BadCellsError(str(error)) from error
        if not isinstance(value, dict):
            raise BadCellsError("a JSON value that is not an object")
        return tuple(as_cell(value[name] if name in value else _walk(value, path)) for name, path in self._paths)

    def key(self, cells: Cells) -> str:
        """24 hexadecimal digits of the mapped fields, for a row without an id."""
        said = "\x1f".join([cells[place] for place in self._key])
        return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()

    def _has_plain_id(self, payload: bytes) -> bool:
        """A quick look that builds nothing else; False sends the caller the long way."""
        if self._decode_id is None:
            return False
        try:
            return bool(as_cell(self._decode_id(payload).c0).strip())
        except (ValueError, RecursionError):
            return False

    def key_without_id(self, payload: bytes, form: str) -> str:
        """The key where the row has no id of its own, "" where it has one or cannot be read."""
        if self._has_plain_id(payload):
            return ""
        try:
            cells = self.cells(payload, form)
        except BadCellsError:
            return ""
        return "" if cells[self._id].strip() else self.key(cells)


def _row_decoder(names: Sequence[str]) -> Callable[[bytes], Cells]:
    """Payload to the cells of `names`, absent ones empty. A typed decoder builds nothing for columns nobody named."""
    if any(_HARD_NAME.search(name) for name in names):  # msgspec takes no such field names
        whole = msgspec.json.Decoder(dict[str, str]).decode

        def by_name(payload: bytes) -> Cells:
            row = whole(payload)
            return tuple(row.get(name, "") for name in names)

        return by_name
    fields = [(f"c{index}", str, "") for index in range(len(names))]
    rename = {f"c{index}": name for index, name in enumerate(names)}
    typed = msgspec.json.Decoder(msgspec.defstruct("Cells", fields, rename=rename, gc=False)).decode
    astuple = msgspec.structs.astuple
    return lambda payload: astuple(typed(payload))


def _id_decoder(name: str) -> Callable[[bytes], Any] | None:
    if not name or "." in name or _HARD_NAME.search(name):
        return None
    only = msgspec.defstruct("OnlyId", [("c0", Any, None)], rename={"c0": name})
    return msgspec.json.Decoder(only).decode


@functools.lru_cache(maxsize=64)
def columns_of(mapping_text: str) -> Columns:
    """Compiled once for each saved mapping. Raises ConfigError."""
    return Columns(load_mapping(mapping_text))


def _walk(value: Json, path: Sequence[str] | None) -> Json:
    for step in path or (_ABSENT,):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step[:6]) < len(value):
            value = value[int(step[:6])]
        else:
            return None
    return value


def as_cell(value: Any) -> str:
    """A JSON value as a cell: text as it is, whole numbers without `.0`, nothing for null, JSON for the rest."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    return msgspec.json.encode(value).decode()


def flatten(value: Json, prefix: str = "", depth: int = 3) -> dict[str, str]:
    """An object as columns, `author.name` for nested ones: what the guess looks at. Lists stay one cell."""
    if not isinstance(value, dict):
        return {}
    out: dict[str, str] = {}
    for name, inner in value.items():
        if isinstance(inner, dict) and depth > 1:
            out.update(flatten(inner, f"{prefix}{name}.", depth - 1))
        else:
            out[prefix + name] = as_cell(inner)
    return out
