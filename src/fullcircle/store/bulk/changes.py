"""Edits, deletes, late revisions: what changes rows that are stored already. Rare beside new rows, and exact."""

from fullcircle.analysis.tokens import tokens_of
from fullcircle.core.moments import Moment
from fullcircle.pipeline.settled import Edited, Settled, StoredRow
from fullcircle.store.bulk import words
from fullcircle.store.bulk.rollups import Key, Measures, add_to
from fullcircle.store.bulk.rows import note_values
from fullcircle.store.bulk.tables import many

_REVISION = (
    "INSERT INTO revision (workspace_id, touchpoint_id, version, title, text, seen_at) VALUES (%s, %s, %s, %s, %s, %s) "
    "ON CONFLICT (touchpoint_id, version) DO NOTHING"
)
_EDIT = "UPDATE touchpoint SET title = %s, text = %s, version = %s, is_truncated = %s WHERE id = %s"
_NOTE = (
    "UPDATE annotation SET language = %s, language_score = %s, sentiment = %s, sentiment_score = %s, intents = %s, "
    "intent_score = %s, urgency = %s, urgency_score = %s, department = %s, department_score = %s, wants_reply = %s, "
    "purpose = %s, purpose_score = %s, terms = %s, model_version = %s WHERE touchpoint_id = %s"
)
_KEY = "UPDATE touchpoint_key SET version = %s, is_deleted = %s WHERE digest = %s"
_KEY_STORED = (
    "INSERT INTO touchpoint_key (digest, workspace_id, touchpoint_id, version, is_deleted) VALUES (%s, %s, %s, %s, %s) "
    "ON CONFLICT (digest) DO UPDATE SET touchpoint_id = excluded.touchpoint_id, version = excluded.version, "
    "is_deleted = excluded.is_deleted"
)


def stored_tokens(row: StoredRow) -> str:
    """What the stored text was indexed as."""
    return tokens_of(row.title + "\n" + row.text if row.title else row.text)


def write_edits(settled: Settled, counts: dict[Key, Measures], now: Moment) -> None:
    """The row takes the newer form, the older one becomes a revision, index and rollups follow."""
    batch = settled.batch
    many(
        _REVISION,
        [
            (batch.workspace_id, edit.touchpoint_id, edit.old_version, edit.old.title, edit.old.text, now)
            for edit in settled.edited
        ],
    )
    many(
        _EDIT,
        [
            (edit.record.title, edit.record.text, edit.record.version, edit.record.is_truncated, edit.touchpoint_id)
            for edit in settled.edited
        ],
    )
    notes = [(*note_values(edit.annotation), batch.model_version, edit.touchpoint_id) for edit in settled.edited]
    many(_NOTE, notes)
    many(_KEY, [(edit.record.version, False, edit.digest) for edit in settled.edited])
    words.take_out(batch.workspace_id, [(edit.touchpoint_id, stored_tokens(edit.old)) for edit in settled.edited])
    words.index(batch.workspace_id, [(edit.touchpoint_id, edit.tokens) for edit in settled.edited])
    for edit in settled.edited:
        add_to(counts, edit.old.rollup_key, *edit.old.annotation, edit.old.case_count, sign=-1)
        add_to(counts, new_rollup_key(edit), *edit.counted, edit.old.case_count)


def new_rollup_key(edit: Edited) -> Key:
    """Where the newer form is counted: department and language may have changed, nothing else."""
    day, account_id, platform, direction, _, _, team_id = edit.old.rollup_key
    return (day, account_id, platform, direction, edit.annotation.department, edit.annotation.language, team_id)


def write_older(settled: Settled, now: Moment) -> None:
    """An earlier form that came late keeps its place in the history."""
    many(
        _REVISION,
        [
            (
                settled.batch.workspace_id,
                older.touchpoint_id,
                older.record.version,
                "" if older.is_blank else older.record.title,
                "" if older.is_blank else older.record.text,
                now,
            )
            for older in settled.older
        ],
    )


def write_deletes(settled: Settled) -> None:
    """Text goes, everywhere; the row stays for the counts. A delete before its create leaves a key alone."""
    batch = settled.batch
    many(
        _KEY_STORED,
        [(digest, batch.workspace_id, 0, version, True) for digest, version in settled.bare_deletes],
    )
    many(
        "UPDATE touchpoint SET title = '', text = '', extra = NULL, deleted_at = %s WHERE id = %s",
        [(gone.at, gone.touchpoint_id) for gone in settled.deleted],
    )
    many(
        "UPDATE revision SET title = '', text = '' WHERE touchpoint_id = %s",
        [(gone.touchpoint_id,) for gone in settled.deleted],
    )
    many(
        "UPDATE touchpoint_key SET is_deleted = %s WHERE digest = %s", [(True, gone.digest) for gone in settled.deleted]
    )
    words.take_out(batch.workspace_id, [(gone.touchpoint_id, stored_tokens(gone.old)) for gone in settled.deleted])


def write_born_deleted(settled: Settled) -> None:
    """A create that came after its delete: the key had been waiting for a touchpoint."""
    many(
        _KEY_STORED,
        [
            (new.digest, settled.batch.workspace_id, new.id, new.record.version, True)
            for new in settled.touchpoints
            if new.is_deleted
        ],
    )


def write_sightings_again(settled: Settled, now: Moment) -> None:
    """This source has seen it too."""
    batch = settled.batch
    many(
        "INSERT INTO sighting (touchpoint_id, source_id, workspace_id, seen_at) VALUES (%s, %s, %s, %s) "
        "ON CONFLICT DO NOTHING",
        [(touchpoint_id, batch.source_id, batch.workspace_id, now) for touchpoint_id in settled.seen_again],
    )


def write_adopted(settled: Settled) -> None:
    """A presumed root turned out to answer something: its replies move to the true thread."""
    for table in ("touchpoint", '"case"'):
        many(
            f"UPDATE {table} SET thread = %s WHERE thread = %s AND workspace_id = %s",
            [(new, old, settled.batch.workspace_id) for old, new in settled.adopted],
        )
