"""A first mapping for a file, from the names of its columns and from what is in them. People look at it and save it."""

import re
from collections.abc import Mapping as Rows
from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec

from fullcircle.connectors.file.columns import Column, best, columns_from, share
from fullcircle.connectors.file.guess_time import guess_time
from fullcircle.connectors.file.layout import look_at
from fullcircle.connectors.file.mapping import DELETED, DROP, Mapping, Place
from fullcircle.connectors.file.naming import known_place
from fullcircle.connectors.file.readers import rows_of
from fullcircle.connectors.file.rows import BYTES, flatten
from fullcircle.connectors.file.words import INBOUND_WORDS, KIND_WORDS, NEVER_TEXT, OUTBOUND_WORDS
from fullcircle.core.kinds import Channel, Kind

SAMPLE_ROWS = 5_000

_TRUE = ("true", "1", "yes", "t", "y")
_FALSE = ("false", "0", "no", "f", "n")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+")
_HANDLE = re.compile(r"@?[\w.\-<>]{1,60}|[^\s@]+@[^\s@]+")
_PHONE = re.compile(r"(?:tel:)?\+?[\d\s().\-/]{6,24}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_]\w{2,8})*")
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)
_REDDIT_NAME = re.compile(r"t[1-6]_[a-z0-9]+")
_NUMBER = re.compile(r"\d{1,3}(?:[.,]\d+)?(?:/\d+)?")
_GONE = {
    "deleted": DELETED,
    "removed": DELETED,
    "geloescht": DELETED,
    "supprime": DELETED,
    "eliminado": DELETED,
    "spam": DROP,
}
_CHANNELS = {
    Kind.REVIEW: Channel.REVIEWS, Kind.DIRECT_MESSAGE: Channel.DIRECT_MESSAGES, Kind.CHAT: Channel.DIRECT_MESSAGES,
    Kind.EMAIL: Channel.MAIL, Kind.CALL: Channel.CALLS, Kind.QUESTION: Channel.FORMS,
}  # fmt: skip


def guess_mapping(header: Sequence[str], rows: Sequence[Rows[str, str]]) -> Mapping:
    """A mapping to start from. `rows` is a sample, column name to cell; more rows make a surer guess. What it was not
    sure of is said in `notes`. Never raises; without rows the names alone decide."""
    return _Guess(columns_from(header, rows)).mapping()


def guess_file(path: str, hints: Mapping | None = None, sample_rows: int = SAMPLE_ROWS) -> Mapping:
    """Guess from a file's first rows. `hints` may say encoding, delimiter and sheet. Raises ConfigError."""
    said = hints or Mapping()
    layout = look_at(path, said)
    found = rows_of(path, layout, said.sheet, layout.start, layout.first_row)
    rows = [flat for row in islice(found, sample_rows) if row.form != BYTES and (flat := _flat(row.payload))]
    header = list(layout.header) or list(dict.fromkeys(name for row in rows for name in row))
    settings = {name: getattr(said, name) for name in ("delimiter", "encoding", "sheet", "has_header")}
    return msgspec.structs.replace(guess_mapping(header, rows), **settings)


def _flat(payload: bytes) -> dict[str, str]:
    try:
        return flatten(msgspec.json.decode(payload))
    except (ValueError, RecursionError):
        return {}


class _Guess:
    """Columns are given out one field after the other, the surest first; each is used once."""

    def __init__(self, columns: list[Column]) -> None:
        self.left = {column.name: column for column in columns}
        self.samples = {column.name: column.values for column in columns}
        self.words = {column.word for column in columns}
        self.fields: dict[str, Any] = {}
        self.notes: list[str] = []

    def mapping(self) -> Mapping:
        self._time()
        self._ids()
        self._direction()
        self._place()
        self._texts()
        self._authors()
        self._rest()
        if not self.fields.get("text"):
            self.notes.append("no column looks like the text: choose one")
        return Mapping(**self.fields, notes=tuple(self.notes))

    def _take(self, field: str, column: Column | None) -> Column | None:
        if column is not None:
            self.fields[field] = column.name
            del self.left[column.name]
        return column

    def _find(self, field: str, **limits: Any) -> Column | None:
        return best(field, list(self.left.values()), **limits)

    def _time(self) -> None:
        sure = {column.name: guess_time(column.values) for column in self.left.values() if column.may_be_time()}
        column = self._find(
            "time",
            fits=lambda one: not one.values or (one.name in sure and sure[one.name].share >= 0.8),
            is_partial=True,
        )
        if column is None:
            named = [
                one
                for one in self.left.values()
                if one.name in sure and sure[one.name].share >= 0.95 and not one.is_numeric()
            ]
            column = named[0] if named else None
        if column is None:
            self.notes.append("no column holds a time: rows are dated by the file's own date")
            return
        self._take("time", column)
        found = sure.get(column.name)
        if found is None:
            return
        self.fields["time_format"] = found.form
        if found.is_ambiguous:
            self.notes.append(f"{column.name}: day and month could be the other way round; read as {found.form}")
        if found.is_naive:
            self.notes.append(f"{column.name}: the times do not say their zone; read as UTC")

    def _ids(self) -> None:
        if "subreddit" in self.words:
            named = [one for one in self.left.values() if one.word == "name" and share(one, _REDDIT_NAME) > 0.9]
            self._take("id", named[0] if named else None)
        if "id" not in self.fields:
            self._take("id", self._sound_id(self._find("id", fits=lambda one: one.may_be_id()) or self._unnamed_id()))
        for field in ("parent_id", "root_id", "repost_of"):
            self._take(field, self._find(field, fits=lambda one: not one.values or one.is_one_word()))

    def _unnamed_id(self) -> Column | None:
        """A column called something like an id whose cells are all different."""
        named = (one for one in self.left.values() if one.word.endswith("id") and one.may_be_id() and one.values)
        return next((one for one in named if len(one.distinct) == len(one.values) > 1), None)

    def _sound_id(self, column: Column | None) -> Column | None:
        """Ids that tell rows apart; otherwise say why not, and take them out of the running for every other field."""
        if column is None or not column.values:
            return column
        if share(column, _SCIENTIFIC) > 0.02:
            self.notes.append(
                f"{column.name}: a spreadsheet has rounded these ids (1.2E+17); rows are told apart by their content"
            )
        elif len(column.distinct) < 0.5 * len(column.values):
            self.notes.append(
                f"{column.name}: most of these ids come more than once; rows are told apart by their content"
            )
        else:
            return column
        del self.left[column.name]
        return None

    def _direction(self) -> None:
        column = self._find("direction", fits=lambda one: bool(one.distinct) and len(one.distinct) <= 12)
        if column is None:
            return
        inbound, outbound = self._sides(column)
        if not inbound and not outbound:
            return
        self._take("direction", column)
        self.fields["inbound_values"], self.fields["outbound_values"] = inbound, outbound

    def _sides(self, column: Column) -> tuple[tuple[str, ...], tuple[str, ...]]:
        values = {value.strip().casefold() for value in column.distinct}
        if values <= {*_TRUE, *_FALSE}:
            is_outbound = any(word in column.word for word in ("out", "from_us", "ausgehend", "sortant", "saliente"))
            return (_FALSE, _TRUE) if is_outbound else (_TRUE, _FALSE)
        inbound, outbound = values & INBOUND_WORDS, values & OUTBOUND_WORDS
        is_clear = inbound and len(inbound) + len(outbound) == len(values)
        return (tuple(sorted(inbound)), tuple(sorted(outbound))) if is_clear else ((), ())

    def _place(self) -> None:
        column = self._find("platform", fits=_names_places)
        if column is not None:
            self._take("platform", column)
            known = {value: place for value in column.distinct if (place := known_place(value)) is not None}
            self.fields["places"] = {value.strip().casefold(): place for value, place in sorted(known.items())}
            is_open = sum(place.shows_publicly for place in known.values()) * 2 >= len(known)
            self.fields["place"] = Place() if is_open else Place(kind=Kind.QUESTION, channel=Channel.FORMS)
            return
        platform = _platform_of(self.words)
        self.fields["place"] = self._reddit_place() if platform == "reddit" else Place(platform)

    def _reddit_place(self) -> Place:
        own = self.fields.get("id")
        prefix = next((value[:3] for value in self.samples.get(own, [])), "") if own else ""
        if prefix == "t4_":
            return Place("reddit", Kind.DIRECT_MESSAGE, Channel.DIRECT_MESSAGES)
        return Place("reddit", Kind.REPLY, Channel.COMMENTS) if prefix == "t1_" else Place("reddit")

    def _texts(self) -> None:
        candidates = [one for one in self.left.values() if one.word not in NEVER_TEXT and not one.word.endswith("html")]
        text = best("text", candidates, fits=lambda one: not one.values or one.mean_length >= 3, is_partial=False)
        title = best(
            "title",
            [one for one in candidates if one is not text],
            fits=lambda one: not one.values or one.mean_length >= 2,
        )
        if text is None:
            longest = max(
                (one for one in candidates if one.may_be_text()), key=lambda one: one.mean_length, default=None
            )
            text = longest if longest is not title else None
            if text is not None:
                self.notes.append(f"{text.name}: taken as the text because it is the longest")
        texts = [text.name] if text is not None else []
        if text is not None and text.values and text.mean_length < 60 and title is not None:
            rest = [one for one in candidates if one is not text and one is not title]
            more = best("title", rest, fits=lambda one: bool(one.values))
            texts = (
                [more.name, *texts]
                if more is not None and more.word in ("complaint_type", "request_type", "category")
                else texts
            )
        self.fields["text"] = tuple(texts)
        self.fields["title"] = (title.name,) if title is not None else ()
        for name in (*self.fields["text"], *self.fields["title"]):
            del self.left[name]

    def _authors(self) -> None:
        self._take("author_id", self._find("author_id", fits=lambda one: not one.values or one.is_one_word()))
        self._take("number", self._find("number", fits=lambda one: not one.values or share(one, _PHONE) >= 0.7))
        self._take(
            "author_handle", self._find("author_handle", fits=lambda one: not one.values or share(one, _HANDLE) >= 0.8)
        )
        name = self._find("author_name") or self._find("author_handle")
        if (
            name is not None
            and "author_handle" not in self.fields
            and name.values
            and share(name, _HANDLE) >= 0.95
            and _platform_of(self.words) != "file"
        ):
            self._take("author_handle", name)
        else:
            self._take("author_name", name)
        self._take("author_url", self._find("author_url", fits=lambda one: share(one, _WEB) >= 0.8))

    def _rest(self) -> None:
        self._take("url", self._find("url", fits=lambda one: not one.values or share(one, _WEB) >= 0.8))
        self._take("language", self._find("language", fits=lambda one: not one.values or share(one, _LANGUAGE) >= 0.9))
        self._take("account", self._find("account", fits=lambda one: not one.values or len(one.distinct) <= 200))
        self._rating()
        self._kind()
        status = self._find(
            "status", fits=lambda one: bool({value.casefold() for value in one.distinct} & _GONE.keys())
        )
        if self._take("status", status) is not None and status is not None:
            self.fields["statuses"] = {
                word: _GONE[word] for value in status.distinct if (word := value.strip().casefold()) in _GONE
            }

    def _rating(self) -> None:
        column = self._take(
            "rating",
            self._find("rating", fits=lambda one: not one.values or share(one, _NUMBER) >= 0.9 or "★" in one.values[0]),
        )
        if column is None:
            return
        highest = max(
            (
                float(found[0].partition("/")[0].replace(",", "."))
                for value in column.values
                if (found := _NUMBER.match(value))
            ),
            default=5.0,
        )
        self.fields["rating_scale"] = 5 if highest <= 5 else 10 if highest <= 10 else 100
        if "platform" not in self.fields:
            self.fields["place"] = msgspec.structs.replace(
                self.fields["place"], kind=Kind.REVIEW, channel=Channel.REVIEWS
            )

    def _kind(self) -> None:
        column = self._find(
            "kind",
            fits=lambda one: (
                bool(one.distinct) and all(value.strip().casefold() in KIND_WORDS for value in one.distinct)
            ),
        )
        if column is None:
            return
        self._take("kind", column)
        kinds = {value.strip().casefold(): KIND_WORDS[value.strip().casefold()] for value in column.distinct}
        self.fields["kinds"] = kinds
        self.fields["channel"] = column.name
        self.fields["channels"] = {word: _CHANNELS.get(kind, Channel.PUBLIC_POSTS) for word, kind in kinds.items()}


def _names_places(column: Column) -> bool:
    if not column.values or len(column.distinct) > 60:
        return False
    return sum(known_place(value) is not None for value in column.values) >= 0.5 * len(column.values)


def _platform_of(words: set[str]) -> str:
    if "subreddit" in words:
        return "reddit"
    if any("tweet" in word for word in words) or {"public_metrics.like_count", "in_reply_to_status_id"} & words:
        return "twitter"
    return "mastodon" if "reblogs_count" in words else "file"
