"""Rows of one batch, table by table: each function builds the tuples in the order its Table declares."""

from collections.abc import Sequence
from typing import Any

import msgspec

from fullcircle.core.batches import Batch
from fullcircle.core.drops import Unreadable
from fullcircle.core.moments import Moment
from fullcircle.core.records import Annotation, RawRecord, Touchpoint
from fullcircle.pipeline.settled import Lookup, NewTouchpoint, Settled
from fullcircle.routing.case_events import Happened
from fullcircle.store import models
from fullcircle.store.bulk.tables import Table, many
from fullcircle.store.ids import take_runs

_pack = msgspec.msgpack.Encoder().encode

_TOUCHPOINTS = Table(
    models.Touchpoint,
    [
        "id",
        "workspace_id",
        "source_id",
        "account_id",
        "platform",
        "host",
        "external_id",
        "kind",
        "direction",
        "channel",
        "is_public",
        "purpose",
        "occurred_at",
        "ordered_at",
        "captured_at",
        "identity_id",
        "thread",
        "parent_external_id",
        "case_id",
        "team_id",
        "title",
        "text",
        "url",
        "rating",
        "extra",
        "is_truncated",
        "is_history",
        "is_late",
        "version",
        "deleted_at",
        "segment_id",
        "ordinal",
    ],
)
_ANNOTATIONS = Table(
    models.Annotation,
    [
        "touchpoint_id",
        "workspace_id",
        "language",
        "language_score",
        "sentiment",
        "sentiment_score",
        "intents",
        "intent_score",
        "urgency",
        "urgency_score",
        "department",
        "department_score",
        "wants_reply",
        "purpose",
        "purpose_score",
        "terms",
        "model_version",
    ],
)
_KEYS = Table(models.TouchpointKey, ["digest", "workspace_id", "touchpoint_id", "version", "is_deleted"])
_SEGMENTS = Table(models.RawSegment, ["id", "workspace_id", "source_id", "stored_at", "record_count", "body"])
_QUARANTINE = Table(
    models.Quarantine,
    [
        "workspace_id",
        "source_id",
        "reason",
        "detail",
        "form",
        "context",
        "payload",
        "captured_at",
        "replayed_at",
        "attempt_count",
    ],
)
_IDENTITIES = Table(
    models.Identity,
    [
        "id",
        "workspace_id",
        "digest",
        "platform",
        "host",
        "external_id",
        "handle",
        "name",
        "url",
        "avatar_url",
        "person_id",
        "is_bot",
        "is_blocked",
        "is_verified",
        "followers",
        "first_seen_at",
        "last_seen_at",
    ],
)
_PERSONS = Table(models.Person, ["id", "workspace_id", "name", "merged_into", "root_id", "created_at"])
_ISSUES = Table(
    models.Issue,
    [
        "id",
        "workspace_id",
        "person_id",
        "need_id",
        "proposed_need_id",
        "proposed_score",
        "proposed_reason",
        "decided_by",
        "opened_at",
        "settled_at",
    ],
)
_ASSIGNMENTS = Table(
    models.Assignment, ["workspace_id", "case_id", "team_id", "responder_id", "decided_by", "why", "assigned_at"]
)
_EVENTS = Table(models.Event, ["id", "workspace_id", "name", "occurred_at", "subject_id", "actor", "detail"])


def write_segment(batch: Batch, segment_id: int) -> None:
    """One compressed block of what arrived."""
    if batch.segment and batch.touchpoints:
        stored_at = batch.touchpoints[0].captured_at
        _SEGMENTS.insert(
            [(segment_id, batch.workspace_id, batch.source_id, stored_at, len(batch.touchpoints), batch.segment)]
        )


def _extra(record: Touchpoint) -> bytes | None:
    if not record.media and record.counters is None:
        return None
    return _pack({"media": record.media, "counters": record.counters})


def _touchpoint_row(new: NewTouchpoint, segment_id: int) -> tuple[Any, ...]:
    record = new.record
    gone = new.is_deleted
    return (
        new.id,
        record.workspace_id,
        record.source_id,
        new.account_id,
        record.platform,
        record.host,
        record.external_id,
        record.kind._value_,  # the property `value` costs five times as much, 60,000 times a second
        record.direction._value_,
        record.channel._value_,
        record.is_public,
        None,
        record.occurred_at,
        new.ordered_at,
        record.captured_at,
        new.identity_id,
        new.thread,
        record.parent_id,
        new.case_id,
        new.team_id,
        "" if gone else record.title,
        "" if gone else record.text,
        record.url,
        record.rating,
        None if gone else _extra(record),
        record.is_truncated,
        record.is_history,
        new.is_late,
        record.version,
        record.captured_at if gone else None,
        segment_id,
        new.ordinal,
    )


def note_values(note: Annotation) -> tuple[Any, ...]:
    """What is said of a text, from `language` to `terms`, in the order of the annotation's columns."""
    return (
        note.language,
        note.language_score,
        note.sentiment,
        note.sentiment_score,
        note.intents,
        note.intent_score,
        note.urgency,
        note.urgency_score,
        note.department,
        note.department_score,
        note.wants_reply,
        note.purpose,
        note.purpose_score,
        _pack(note.terms) if note.terms else None,
    )


def _annotation_row(new: NewTouchpoint, version: int) -> tuple[Any, ...]:
    return (new.id, new.record.workspace_id, *note_values(new.annotation), version)


def write_touchpoints(new: Sequence[NewTouchpoint], segment_id: int, batch: Batch) -> None:
    """The touchpoint, its annotation and its key; in id order, so that pages fill from the end."""
    ordered = sorted(new, key=lambda row: row.id)
    _TOUCHPOINTS.insert([_touchpoint_row(row, segment_id) for row in ordered])
    _ANNOTATIONS.insert([_annotation_row(row, batch.model_version) for row in ordered])
    fresh = [row for row in new if not row.is_deleted]
    _KEYS.insert(sorted((row.digest, batch.workspace_id, row.id, row.record.version, False) for row in fresh))


def write_people(workspace_id: int, settled: Settled, now: Moment) -> None:
    """New identities and their persons; changed handles and names."""
    found = settled.identities
    _PERSONS.insert([(row.person_id, workspace_id, _name_of(row.record), None, row.person_id, now) for row in found])
    _IDENTITIES.insert([_identity_row(row, workspace_id) for row in found])
    many(
        "UPDATE identity SET handle = %s, name = %s WHERE id = %s",
        [(handle, name, identifier) for identifier, handle, name in settled.renamed],
    )


def _name_of(record: Touchpoint) -> str:
    author = record.author
    return (author.name or author.handle or author.external_id)[:255] if author else ""


def _identity_row(row: Any, workspace_id: int) -> tuple[Any, ...]:
    record, author = row.record, row.record.author
    return (
        row.id,
        workspace_id,
        row.digest,
        record.platform,
        record.host,
        author.external_id,
        author.handle[:255],
        author.name[:255],
        author.url,
        author.avatar_url,
        row.person_id,
        author.is_bot,
        False,
        row.is_verified,
        author.followers,
        record.captured_at,
        record.captured_at,
    )


def write_case_beside(workspace_id: int, settled: Settled) -> None:
    """Issues and assignments."""
    _ISSUES.insert(
        [
            (
                issue.id,
                workspace_id,
                issue.person_id,
                None,
                issue.proposed_need_id,
                issue.proposed_score,
                issue.proposed_reason[:300],
                "",
                issue.opened_at,
                0,
            )
            for issue in settled.issues
        ]
    )
    _ASSIGNMENTS.insert(
        [
            (workspace_id, row.case_id, row.team_id, row.responder_id, row.decided_by, row.why[:300], row.at)
            for row in settled.assignments
        ]
    )


def write_events(workspace_id: int, settled: Settled, lookup: Lookup, now: Moment) -> None:
    """Lines of the record, numbered in the order they happened in this batch."""
    _EVENTS.insert(
        [
            (
                lookup.numbers.take("event"),
                workspace_id,
                event.name.value,
                event.occurred_at,
                event.subject_id,
                event.actor,
                event.detail,
            )
            for event in settled.events
        ]
    )


def write_quarantine(batch: Batch, refused: Sequence[tuple[RawRecord, Unreadable]]) -> None:
    """The bytes of what could not be read, waiting to be replayed."""
    _QUARANTINE.insert(
        [
            (
                batch.workspace_id,
                batch.source_id,
                why.reason.value,
                why.detail[:500],
                raw.form,
                raw.context,
                raw.payload,
                raw.captured_at,
                0,
                0,
            )
            for raw, why in refused
        ]
    )


def write_happened(facts: Sequence[tuple[int, int, Happened]]) -> None:
    """Lines of the record outside a batch: (workspace id, case id, what happened)."""
    if not facts:
        return
    first = take_runs([("event", len(facts))])["event"]
    _EVENTS.insert(
        [
            (
                first + place,
                workspace_id,
                fact.name.value,
                fact.at,
                case_id,
                "fullcircle",
                f'{{"target": "{fact.target.value}"}}' if fact.target else "{}",
            )
            for place, (workspace_id, case_id, fact) in enumerate(facts)
        ]
    )
