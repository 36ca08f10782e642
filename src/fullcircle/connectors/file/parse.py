"""One row, one outcome. Pure and total: what it needs is in the row, its context and the source's saved mapping."""

import functools
from collections.abc import Callable
from hashlib import blake2b
from typing import TypeAlias

from fullcircle.connectors.file.mapping import DELETED, DROP, Mapping, Place
from fullcircle.connectors.file.naming import known_place, platform_code
from fullcircle.connectors.file.rows import BYTES, ROW, BadCellsError, Cells, RowContext, columns_of, read_context
from fullcircle.connectors.file.times import ReadTime, compile_time, shape_of
from fullcircle.core.drops import Drop, DropReason, QuarantineReason, Unreadable
from fullcircle.core.errors import ConfigError
from fullcircle.core.gate import clean_text
from fullcircle.core.kinds import Change, Channel, Direction, Kind
from fullcircle.core.moments import DAY, Moment, to_iso
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import TEXT_LIMIT, Author, Outcome, RawRecord, Touchpoint
from fullcircle.core.telephone import normalise_number

Whereabouts: TypeAlias = tuple[str, Kind, Channel, bool]
"""Platform, kind, channel, is_public."""

SHORT_LIMIT = 300
"""Characters of an id, handle or name; a longer id keeps its start and a hash of the whole."""
URL_LIMIT = 2_000
FIRST_CREDIBLE: Moment = 365 * DAY  # 1971: a time in 1970 is a counter that was never set
AHEAD: Moment = 2 * DAY  # clocks and zones differ; what lies further ahead is a misread date

_REPOST = Drop(DropReason.OUT_OF_SCOPE, "a repost repeats another's words: a counter, not a touchpoint")
_STATUS = Drop(DropReason.OUT_OF_SCOPE, "the mapping drops rows of this status")
_UNMAPPED = Drop(DropReason.UNMAPPED, "the mapping names no column for text, title or rating")
_EMPTY = Drop(DropReason.EMPTY, "no text, no title, no rating")


def parse(source: SourceContext, raw: RawRecord) -> Outcome:
    """Touchpoint, Drop or Unreadable for any bytes; never an exception."""
    if raw.form == BYTES:
        return _refused(raw.context)
    try:
        reader = _reader_of(source.settings.get("mapping", ""))
        cells = reader.columns.cells(raw.payload, raw.form)
    except ConfigError as error:
        return Unreadable(QuarantineReason.BAD_SHAPE, str(error))
    except BadCellsError as error:
        reason = QuarantineReason.BAD_ROW if raw.form == ROW else QuarantineReason.BAD_JSON
        return Unreadable(reason, str(error))
    return reader.outcome(source, raw, cells)


def _refused(context: str) -> Unreadable:
    note = _note(context)
    try:
        return Unreadable(QuarantineReason(note.reason), note.detail)
    except ValueError:
        return Unreadable(QuarantineReason.BAD_ROW, "bytes without a reason")


def _note(context: str) -> RowContext:
    try:
        return read_context(context)
    except (ValueError, RecursionError):
        return RowContext(row=0)


@functools.lru_cache(maxsize=64)
def _reader_of(mapping_text: str) -> "RowReader":
    return RowReader(mapping_text)


class RowReader:
    """A mapping bound to the columns it names. Raises ConfigError when made from a mapping that cannot be read."""

    def __init__(self, mapping_text: str) -> None:
        self.columns = columns_of(mapping_text)
        mapping = self.mapping = self.columns.mapping
        place = self.columns.place
        self._time, self._id, self._parent, self._root = (
            place("time"),
            place("id"),
            place("parent_id"),
            place("root_id"),
        )
        self._author_id, self._name, self._handle = place("author_id"), place("author_name"), place("author_handle")
        self._author_url, self._number = place("author_url"), place("number")
        self._direction, self._account, self._url = place("direction"), place("account"), place("url")
        self._platform, self._kind, self._channel = place("platform"), place("kind"), place("channel")
        self._language, self._rating = place("language"), place("rating")
        self._status, self._repost = place("status"), place("repost_of")
        self._read_time: ReadTime = compile_time(mapping.time_format, mapping.time_zone)
        self._outbound = frozenset(_folded(word) for word in mapping.outbound_values)
        self._inbound = frozenset(_folded(word) for word in mapping.inbound_values)
        self._statuses = {_folded(word): verdict for word, verdict in mapping.statuses.items()}
        self._place_of = _place_finder(mapping)
        self._is_unmapped = not (mapping.text or mapping.title or mapping.rating)

    def outcome(self, source: SourceContext, raw: RawRecord, cells: Cells) -> Outcome:
        """What one row's named cells say."""
        verdict = self._statuses.get(_folded(cells[self._status]), "") if self._statuses else ""
        if cells[self._repost] or verdict == DROP:
            return _REPOST if cells[self._repost] else _STATUS
        note = None if self.mapping.time and cells[self._id].strip() else _note(raw.context)
        occurred_at = self._occurred_at(cells, raw.captured_at, note)
        if isinstance(occurred_at, Unreadable):
            return occurred_at
        return self._touchpoint(source, raw, cells, note, occurred_at, is_deleted=verdict == DELETED)

    def _touchpoint(
        self,
        source: SourceContext,
        raw: RawRecord,
        cells: Cells,
        note: RowContext | None,
        occurred_at: Moment,
        *,
        is_deleted: bool,
    ) -> Outcome:
        platform, kind, channel, is_public = self._place_of(
            cells[self._platform], cells[self._kind], cells[self._channel]
        )
        text, is_text_cut = clean_text(_joined(cells, self.columns.text), TEXT_LIMIT)
        title, is_title_cut = "", False
        if self.columns.title:
            title, is_title_cut = clean_text(_joined(cells, self.columns.title), TEXT_LIMIT)
        rating = _rating(cells[self._rating], self.mapping.rating_scale) if cells[self._rating] else 0
        if not (text or title or rating or is_deleted or kind is Kind.CALL):
            return _UNMAPPED if self._is_unmapped else _EMPTY
        parent_id = cells[self._parent] and _id(cells[self._parent])
        external_id = self._external_id(cells, note)
        author = self._author(cells, platform, external_id)
        direction = self._direction_of(cells[self._direction])
        account = (cells[self._account] and _short(cells[self._account])) or self.mapping.account_default
        if not account and author is not None and direction is Direction.OUTBOUND:
            account = author.handle or author.external_id
        return Touchpoint(
            workspace_id=source.workspace_id,
            source_id=source.source_id,
            platform=platform,
            host=self.mapping.host,
            external_id=external_id,
            change=Change.DELETE if is_deleted else Change.CREATE,
            kind=Kind.REPLY if parent_id and kind is Kind.POST else kind,
            direction=direction,
            channel=channel,
            is_public=is_public,
            occurred_at=occurred_at,
            captured_at=raw.captured_at,
            author=author,
            title="" if is_deleted else title,
            text="" if is_deleted else text,
            language_claim=cells[self._language] and _language(cells[self._language]),
            parent_id=parent_id,
            root_id=cells[self._root] and _id(cells[self._root]),
            account=account,
            url=cells[self._url] and _web_address(cells[self._url]),
            rating=rating,
            is_truncated=is_text_cut or is_title_cut,
            is_history=occurred_at < source.connected_at,
        )

    def _occurred_at(self, cells: Cells, captured_at: Moment, note: RowContext | None) -> Moment | Unreadable:
        if not self.mapping.time:
            return note.dated if note is not None and note.dated else captured_at
        said = cells[self._time]
        moment = self._read_time(said)
        if moment is None:
            return _unreadable_time(said, self.mapping)
        if FIRST_CREDIBLE <= moment <= captured_at + AHEAD:
            return moment
        day = to_iso(moment)[:10] if moment > 0 else "a day before 1970"
        where = "in the future" if moment > captured_at else "before 1971"
        detail = f"column {self.mapping.time!r} says {day}, {where}: no time we can believe"
        return Unreadable(QuarantineReason.MISSING_TIME, detail)

    def _external_id(self, cells: Cells, note: RowContext | None) -> str:
        own = _id(cells[self._id])
        if own:
            return own
        nth = note.nth if note is not None else 0
        return f"row-{self.columns.key(cells)}" + (f"-{nth}" if nth else "")

    def _author(self, cells: Cells, platform: str, external_id: str) -> Author | None:
        number = normalise_number(cells[self._number], self.mapping.country) if cells[self._number] else ""
        handle = _short(cells[self._handle]).lstrip("@") if cells[self._handle] else ""
        name = cells[self._name] and _short(cells[self._name])
        known_by = (cells[self._author_id] and _id(cells[self._author_id])) or handle.casefold() or number
        if number and platform == "phone":
            known_by = number
        if not known_by and not name:
            return None
        # a name alone joins nobody: two people called the same stay two until somebody says otherwise
        return Author(known_by or f"row:{external_id}", handle, name, _web_address(cells[self._author_url]))

    def _direction_of(self, cell: str) -> Direction:
        word = _folded(cell)
        if not word:
            return self.mapping.direction_default
        if word in self._outbound:
            return Direction.OUTBOUND
        if word in self._inbound:
            return Direction.INBOUND
        if self._inbound and not self._outbound:
            return Direction.OUTBOUND
        return Direction.INBOUND if self._outbound and not self._inbound else self.mapping.direction_default


@functools.lru_cache(maxsize=4096)
def _rating(cell: str, scale: int) -> int:
    """The rating on 1-5; 0 where there is none. `4`, `4,0`, `4/5` and five stars are read."""
    said = cell.strip().partition("/")[0].replace(",", ".")
    stars = said.count("★")
    try:
        value = float(stars) if stars else float(said)
        if value < 0 or value > scale or (value == 0 and scale == 5):
            return 0
        return max(1, min(5, round(1 + (value - 1) * 4 / (scale - 1))))
    except (ValueError, OverflowError):
        return 0


def _place_finder(mapping: Mapping) -> Callable[[str, str, str], Whereabouts]:
    """Cells of the platform, kind and channel columns to where it happened: the mapping's tables first, then
    words we know, then the cell itself as a platform of its own."""
    places = {_folded(word): place for word, place in mapping.places.items()}
    kinds = {_folded(word): kind for word, kind in mapping.kinds.items()}
    channels = {_folded(word): channel for word, channel in mapping.channels.items()}

    @functools.lru_cache(maxsize=4096)
    def find(platform: str, kind: str, channel: str) -> Whereabouts:
        base = _base_place(platform, places, mapping.place)
        chosen = channels.get(_folded(channel), base.channel)
        is_public = base.is_public if chosen is base.channel else None
        place = Place(base.platform, kinds.get(_folded(kind), base.kind), chosen, is_public)
        return place.platform, place.kind, place.channel, place.shows_publicly

    return find


def _base_place(cell: str, places: dict[str, Place], default: Place) -> Place:
    found = places.get(_folded(cell))
    if found is not None:
        return found
    code = platform_code(cell)
    if not code:
        return default
    return known_place(cell) or Place(code, default.kind, default.channel, default.is_public)


def _unreadable_time(said: str, mapping: Mapping) -> Unreadable:
    if not said.strip():
        return Unreadable(QuarantineReason.MISSING_TIME, f"column {mapping.time!r} is empty")
    shape = f"{shape_of(said)!r} (9: a digit, a: a letter)"
    detail = f"column {mapping.time!r} holds {shape}, which is not {mapping.time_format}"
    return Unreadable(QuarantineReason.MISSING_TIME, detail)


def _joined(cells: Cells, places: tuple[int, ...]) -> str:
    if len(places) == 1:
        return cells[places[0]].strip()
    return "\n".join(dict.fromkeys(part for place in places if (part := cells[place].strip())))


def _folded(cell: str) -> str:
    return cell.strip().casefold() if cell else cell


def _short(cell: str) -> str:
    if not cell:
        return cell
    said = cell.strip()
    if "\0" in said or len(said) > SHORT_LIMIT:
        return clean_text(said, SHORT_LIMIT)[0]
    return said


def _id(cell: str) -> str:
    if not cell or len(cell) <= SHORT_LIMIT:
        return _short(cell) if cell else cell
    said = cell.strip()
    digest = blake2b(said.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return f"{_short(said)[:200]}-{digest}"


def _language(cell: str) -> str:
    if not cell:
        return cell
    said = cell.strip()
    return said if 2 <= len(said) <= 35 and said.replace("-", "").replace("_", "").isalnum() else ""


def _web_address(cell: str) -> str:
    if not cell:
        return cell
    said = cell.strip()
    return (
        said
        if said[:8].casefold().startswith(("http://", "https://")) and len(said) <= URL_LIMIT and "\0" not in said
        else ""
    )
