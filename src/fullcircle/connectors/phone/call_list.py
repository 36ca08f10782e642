"""A list of calls as CSV, as telephone systems export it: rows become call records, read by the same parse.

Columns, in any order: `started_at` (ISO 8601), `number`, `direction` (in, out), `duration_s`, `answered` (yes, no, or
empty: a duration above 0), `answered_by`, `name`, `line`, `note`, `id`. A list in other words goes through the file
connector, which has a mapping.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from fullcircle.connectors.phone.records import FORM, Call, CallContext, call_record, row_id
from fullcircle.core.errors import ConfigError
from fullcircle.core.kinds import Direction
from fullcircle.core.moments import Moment, parse_moment
from fullcircle.core.records import RawRecord

COLUMNS = (
    "id", "started_at", "direction", "number", "name", "duration_s", "answered", "answered_by", "line", "note",
)  # fmt: skip
REQUIRED = ("started_at", "number")
_OUTBOUND = frozenset(["out", "outbound", "outgoing"])
_NO = frozenset(["no", "false", "0", "missed", "n"])


def call_records(lines: Iterable[str], *, is_from_telephony: bool = False, captured_at: Moment) -> Iterator[RawRecord]:
    """Call records of a CSV's lines. A row without an id is known by its cells and by how many equal rows came before
    it, so the same list twice is the same calls. Raises ConfigError where a required column is missing."""
    reader = csv.DictReader(lines, restkey="more")
    missing = [name for name in REQUIRED if name not in (reader.fieldnames or ())]
    if missing:
        raise ConfigError(f"the list has no column {', '.join(missing)}", hint=f"Columns: {', '.join(COLUMNS)}.")
    seen: dict[str, int] = {}
    for row in reader:
        cells = {name: row.get(name) or "" for name in COLUMNS}
        own = row_id(*cells.values())
        nth = seen[own] = seen.get(own, -1) + 1
        call_id = cells["id"].strip() or (f"{own}-{nth}" if nth else own)
        yield _record(cells, call_id, is_from_telephony, captured_at, reader.line_num)


def _record(cells: Mapping[str, str], call_id: str, is_verified: bool, captured_at: Moment, line: int) -> RawRecord:
    started_at = parse_moment(cells["started_at"].strip())
    if started_at is None:  # stays a record with its bytes, so that parse can say what is wrong with it
        payload = msgspec.json.encode({"id": call_id, "started_at": 0, "said": dict(cells)})
        context = CallContext("telephony" if is_verified else "hand", line)
        return RawRecord(payload, FORM, captured_at, msgspec.json.encode(context).decode())
    duration = cells["duration_s"].strip()
    return call_record(
        started_at=started_at,
        direction=Direction.OUTBOUND if cells["direction"].strip().casefold() in _OUTBOUND else Direction.INBOUND,
        number=cells["number"],
        name=cells["name"],
        duration_s=int(duration[:9]) if duration.isdecimal() else -1,
        is_answered=_is_answered(cells["answered"].strip().casefold(), duration),
        answered_by=cells["answered_by"],
        line=cells["line"],
        note=cells["note"],
        call_id=call_id,
        is_from_telephony=is_verified,
        captured_at=captured_at,
    )


def _is_answered(said: str, duration: str) -> bool:
    if said:
        return said not in _NO
    return not (duration.isdecimal() and int(duration[:9]) == 0)


__all__ = ["COLUMNS", "Call", "call_records"]
