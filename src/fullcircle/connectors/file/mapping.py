"""The saved mapping: which column of a file says what. Plain data, written as JSON, edited by people."""

import functools
from typing import Annotated

import msgspec

from fullcircle.core.errors import ConfigError
from fullcircle.core.kinds import Channel, Direction, Kind

PUBLIC_CHANNELS = frozenset({Channel.PUBLIC_POSTS, Channel.COMMENTS, Channel.REVIEWS})

KEEP = "keep"
DROP = "drop"
DELETED = "deleted"


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a row happened. `is_public` left out: public on posts, comments and reviews, private elsewhere."""

    platform: str = "file"
    kind: Kind = Kind.POST
    channel: Channel = Channel.PUBLIC_POSTS
    is_public: bool | None = None

    @property
    def shows_publicly(self) -> bool:
        return self.channel in PUBLIC_CHANNELS if self.is_public is None else self.is_public


_Code = Annotated[str, msgspec.Meta(max_length=1)]


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Column names (exactly as in the header; in JSON rows `author.name` walks into objects, `list.0` into lists) and
    constants. An empty name: the file does not say. Tables map a cell, trimmed and case-folded, to our word.

    Several `text` or `title` columns are joined by a line break, equal ones once.
    """

    text: tuple[str, ...] = ()
    title: tuple[str, ...] = ()

    time: str = ""  # empty: rows are dated by the file's own modification time
    time_format: str = "iso"  # iso, mail, epoch_s, epoch_ms, or signs as in strptime: %d.%m.%Y %H:%M
    time_zone: str = "UTC"  # IANA name, for times that do not say their own

    id: str = ""
    parent_id: str = ""
    root_id: str = ""
    repost_of: str = ""  # filled: the row repeats another's words; a counter, not a touchpoint

    author_id: str = ""
    author_name: str = ""
    author_handle: str = ""
    author_url: str = ""
    number: str = ""  # telephone number of who spoke
    country: str = ""  # for numbers without a country: DE or +49

    direction: str = ""
    outbound_values: tuple[str, ...] = ()  # cells that mean: one of ours spoke
    inbound_values: tuple[str, ...] = ()  # cells that mean: they spoke; where set, every other filled cell is outbound
    direction_default: Direction = Direction.INBOUND

    platform: str = ""
    places: dict[str, Place] = {}  # cell of the platform column -> place
    place: Place = Place()  # where no column says otherwise
    host: str = ""  # a constant
    kind: str = ""
    kinds: dict[str, Kind] = {}
    channel: str = ""
    channels: dict[str, Channel] = {}

    account: str = ""  # column with our account
    account_default: str = ""  # our account where the column is absent or empty
    url: str = ""
    language: str = ""
    rating: str = ""
    rating_scale: int = 5  # the best rating there is; read onto 1-5
    status: str = ""
    statuses: dict[str, str] = {}  # cell of the status column -> keep, drop, deleted

    delimiter: _Code = ""  # CSV: empty, found from the file
    encoding: str = ""  # empty: found from the file
    sheet: str = ""  # XLSX: empty, the first
    has_header: bool = True  # without: columns are "column 1", "column 2" ...
    notes: tuple[str, ...] = ()  # what the guess was not sure of, for people

    def columns(self) -> tuple[str, ...]:
        """Every column it names, each once, in the order of the fields."""
        single = (getattr(self, name) for name in COLUMN_FIELDS)
        return tuple(dict.fromkeys(name for name in (*self.text, *self.title, *single) if name))


COLUMN_FIELDS = (
    "time", "id", "parent_id", "root_id", "repost_of", "author_id", "author_name", "author_handle", "author_url",
    "number", "direction", "platform", "kind", "channel", "account", "url", "language", "rating", "status",
)  # fmt: skip

KEY_FIELDS = (
    "time", "parent_id", "author_id", "author_name", "author_handle", "number", "direction", "platform", "account",
    "url",
)  # fmt: skip
"""With text and title: the mapped fields a row without an id is known by. What may change later (status, rating,
language, kind) is left out, so that a corrected table or a new status does not make a second touchpoint."""

_ENCODER = msgspec.json.Encoder(order="deterministic")


def dump_mapping(mapping: Mapping) -> str:
    """The mapping as JSON, only what differs from the defaults."""
    return _ENCODER.encode(mapping).decode()


@functools.lru_cache(maxsize=256)
def load_mapping(text: str) -> Mapping:
    """Read a saved mapping. Raises ConfigError naming the field that is wrong."""
    if not text.strip():
        raise ConfigError("no mapping is saved for this file", hint="Guess one from the file, look at it, and save it.")
    try:
        mapping = msgspec.json.decode(text.encode("utf-8", "replace"), type=Mapping)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ConfigError(
            f"the mapping cannot be read: {error}", hint="See the file connector's page for its fields."
        ) from error
    _check(mapping)
    return mapping


def _check(mapping: Mapping) -> None:
    wrong = sorted({word for word in mapping.statuses.values() if word not in (KEEP, DROP, DELETED)})
    if wrong:
        raise ConfigError(f"statuses: {', '.join(wrong)} is none of keep, drop, deleted", hint="Correct the mapping.")
    if mapping.rating_scale < 2:
        raise ConfigError("rating_scale must be 2 or more", hint="Say the best rating there is: 5, 10, 100.")


def require_columns(mapping: Mapping, header: tuple[str, ...]) -> None:
    """Raise ConfigError where the mapping names a column that the header does not have."""
    missing = [name for name in mapping.columns() if name not in header]
    if missing:
        shown = ", ".join(header[:20]) + (" ..." if len(header) > 20 else "")
        raise ConfigError(f"the file has no column {', '.join(missing)}", hint=f"Its columns are: {shown}.")
