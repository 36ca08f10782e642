"""Annotations made anew with the present model: annotation rows and rollup differences, nothing else.

Cases, clocks, assignments and events stay: what was decided then was decided on what was known then. What a person
corrected stands whatever the model says now. Each batch is one transaction and leaves the same rows when it is done
twice, so a run that was stopped goes on at the last id it told.

The platform's claim of a language is not stored; the language a text has now stands in for it, so a text whose language
only the claim could tell keeps it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

import msgspec
from django.db import connection, transaction

from fullcircle.core.errors import DeskError
from fullcircle.core.kinds import DEPARTMENTS, PURPOSES, Intent, Sentiment, Urgency
from fullcircle.core.moments import Moment, now
from fullcircle.core.records import Annotation
from fullcircle.store.bulk.rollups import Key, Measures, add_to, rollup_key, write_rollups
from fullcircle.store.bulk.tables import many, read, read_in
from fullcircle.store.ids import lowest_id

BATCH = 500
SURE = 255
"""The score of what a person said."""

Annotate = Callable[[Sequence[str], Sequence[str], Sequence[bool]], tuple[Annotation, ...]]
"""Texts, language claims, whether one of our accounts spoke: one annotation each."""

NOTE_FIELDS = (
    "language", "language_score", "sentiment", "sentiment_score", "intents", "intent_score", "urgency", "urgency_score",
    "department", "department_score", "wants_reply", "purpose", "purpose_score",
)  # fmt: skip
CORRECTABLE = ("language", "sentiment", "intents", "urgency", "department", "wants_reply", "purpose")

_SETS = ", ".join(f"{name} = %s" for name in (*NOTE_FIELDS, "terms", "model_version"))
_UPDATE = f"UPDATE annotation SET {_SETS} WHERE touchpoint_id = %s"
_TEXTS = (
    "SELECT t.id, t.version, t.title, t.text, t.direction, a.language FROM touchpoint t "
    "JOIN annotation a ON a.touchpoint_id = t.id "
    "WHERE t.workspace_id = %s AND t.id > %s AND t.deleted_at IS NULL ORDER BY t.id LIMIT %s"
)
_STORED = (
    "SELECT t.id, t.version, t.account_id, t.platform, t.direction, t.team_id, "
    "CASE WHEN c.first_touchpoint_id = t.id THEN 1 ELSE 0 END, a.terms, a.model_version, "
    + ", ".join(f"a.{name}" for name in NOTE_FIELDS)
    + " FROM touchpoint t JOIN annotation a ON a.touchpoint_id = t.id "
    'LEFT JOIN "case" c ON c.id = t.case_id WHERE t.deleted_at IS NULL AND t.id IN ({marks})'
)
_CORRECTIONS = "SELECT touchpoint_id, name, value FROM correction WHERE touchpoint_id IN ({marks}) ORDER BY id"

_pack = msgspec.msgpack.Encoder().encode


class Progress(msgspec.Struct, frozen=True):
    """After a batch. `last_id`: where to go on; `changed_count`: annotations that say something else now."""

    last_id: int
    read_count: int
    changed_count: int


class Stored(msgspec.Struct, frozen=True, gc=False):
    """A row as it stands: where it is counted, and what is said of it."""

    touchpoint_id: int
    version: Moment
    account_id: int | None
    platform: str
    direction: str
    team_id: int | None
    case_count: int
    terms: bytes | None
    model_version: int
    note: tuple[Any, ...]  # in the order of NOTE_FIELDS

    def key(self, note: tuple[Any, ...]) -> Key:
        return rollup_key(
            self.touchpoint_id, self.account_id, self.platform, self.direction, note[8], note[0], self.team_id
        )


def touchpoint_count(workspace_id: int, since: Moment = 0) -> int:
    """How many a run would read."""
    statement = "SELECT COUNT(*) FROM touchpoint WHERE workspace_id = %s AND id >= %s AND deleted_at IS NULL"
    return int(read(statement, [workspace_id, lowest_id(since)])[0][0])


def reanalyse(
    workspace_id: int, annotate: Annotate, model_version: int, *, since: Moment = 0, after_id: int = 0
) -> Iterator[Progress]:
    """Oldest first, a batch a step, each committed when it is given. `after_id` goes on where a run was stopped."""
    last_id = max(after_id, lowest_id(since) - 1)
    while rows := read(_TEXTS, [workspace_id, last_id, BATCH]):
        notes = annotate(
            [f"{row[2]}\n{row[3]}" if row[2] else row[3] for row in rows],
            ["" if row[5] == "und" else row[5] for row in rows],
            [row[4] == "outbound" for row in rows],
        )
        fresh = {row[0]: (row[1], note) for row, note in zip(rows, notes, strict=True)}
        with transaction.atomic():
            changed = _write(workspace_id, fresh, model_version)
        last_id = rows[-1][0]
        yield Progress(last_id, len(rows), changed)


def _write(workspace_id: int, fresh: Mapping[int, tuple[Moment, Annotation]], model_version: int) -> int:
    """Texts were read before the lock was taken: one that was edited meanwhile has its new annotation already."""
    counts: dict[Key, Measures] = {}
    updates: list[tuple[Any, ...]] = []
    changed = 0
    said = _corrections(list(fresh))
    for row in _stored(list(fresh)):
        version, annotation = fresh[row.touchpoint_id]
        if version != row.version:
            continue
        for name, value in said.get(row.touchpoint_id, {}).items():
            annotation = with_correction(annotation, name, value)
        note = tuple(getattr(annotation, name) for name in NOTE_FIELDS)
        terms = _pack(annotation.terms) if annotation.terms else None
        if (note, terms, model_version) == (row.note, row.terms, row.model_version):
            continue
        updates.append((*note, terms, model_version, row.touchpoint_id))
        if (note, terms) != (row.note, row.terms):
            changed += 1
            count_difference(counts, row, note)
    many(_UPDATE, updates)
    write_rollups(workspace_id, counts, now())
    return changed


def count_difference(counts: dict[Key, Measures], row: Stored, note: tuple[Any, ...]) -> None:
    """Out of where it was counted, into where it belongs now, with the case it began."""
    add_to(counts, row.key(row.note), row.note[2], row.note[6], row.note[10], row.case_count, sign=-1)
    add_to(counts, row.key(note), note[2], note[6], note[10], row.case_count)


def _stored(identifiers: Sequence[int]) -> list[Stored]:
    lock = " FOR UPDATE OF a" if connection.vendor == "postgresql" else ""
    rows = read_in(_STORED + lock, [], identifiers)
    names = Stored.__struct_fields__
    values = [(*row[:7], bytes(row[7]) if row[7] is not None else None, row[8], _note_of(row[9:])) for row in rows]
    return [Stored(**dict(zip(names, one, strict=True))) for one in values]


def _note_of(values: Sequence[Any]) -> tuple[Any, ...]:
    """Booleans as such on both databases."""
    return (*values[:10], bool(values[10]), *values[11:])


def stored_row(workspace_id: int, touchpoint_id: int) -> Stored | None:
    """One row, locked; None where it is not of this workspace or was taken back. Inside a transaction."""
    mine = read("SELECT id FROM touchpoint WHERE id = %s AND workspace_id = %s", [touchpoint_id, workspace_id])
    return next(iter(_stored([touchpoint_id])), None) if mine else None


def write_corrected(workspace_id: int, row: Stored, note: tuple[Any, ...]) -> None:
    """One row as a person says, and its rollups."""
    many(_UPDATE, [(*note, row.terms, row.model_version, row.touchpoint_id)])
    counts: dict[Key, Measures] = {}
    count_difference(counts, row, note)
    write_rollups(workspace_id, counts, now())


def _corrections(identifiers: Sequence[int]) -> dict[int, dict[str, str]]:
    """The newest word of a person on each matter."""
    said: dict[int, dict[str, str]] = {}
    for touchpoint_id, name, value in read_in(_CORRECTIONS, [], identifiers):
        said.setdefault(touchpoint_id, {})[name] = value
    return said


def with_correction(annotation: Annotation, name: str, value: str) -> Annotation:
    """The annotation with one matter as a person says. Raises DeskError correction_invalid with what is allowed."""
    code = correction_code(name, value)
    changes: dict[str, Any] = {name: code}
    if name != "wants_reply":
        changes["intent_score" if name == "intents" else f"{name}_score"] = SURE
    return msgspec.structs.replace(annotation, **changes)


def correction_code(name: str, value: str) -> int | str | bool:
    """What is stored for a word: `negative` is 1, `asks,complains` is 3, `none` is 0."""
    word = value.strip().lower()
    if name == "language":
        if (word.isascii() and word.isalpha() and 2 <= len(word) <= 3) or word == "und":
            return word
        _refuse(name, value, ["an ISO 639 code such as en, or und"])
    if name == "intents":
        return _intents(name, value)
    codes = _CODES.get(name)
    if codes is None:
        raise DeskError("correction_invalid", f"{name!r} cannot be corrected; these can: {', '.join(CORRECTABLE)}.")
    if word not in codes:
        _refuse(name, value, list(codes))
    return codes[word]


def _intents(name: str, value: str) -> int:
    bits = 0
    names = [str(intent.name).lower() for intent in Intent]
    for word in value.lower().replace(",", " ").split():
        if word not in names:
            _refuse(name, value, names)
        bits |= Intent[word.upper()]
    return int(bits) or int(Intent.OTHER)


def _refuse(name: str, value: str, allowed: Sequence[str]) -> NoReturn:
    raise DeskError("correction_invalid", f"{name} cannot be {value!r}; allowed: {', '.join(allowed)}.")


_CODES: dict[str, dict[str, int | bool]] = {
    "sentiment": {"not_sure": 0, **{mood.name.lower(): int(mood) for mood in Sentiment if mood}},
    "urgency": {level.name.lower(): int(level) for level in Urgency},
    "department": {"not_sure": 0, **{name.value: code for code, name in enumerate(DEPARTMENTS, 1)}},
    "purpose": {"none": 0, **{name.value: code for code, name in enumerate(PURPOSES, 1)}},
    "wants_reply": {"yes": True, "no": False},
}
