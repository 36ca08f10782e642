"""Corrections: what a person says an analyser should have said. It holds from now on, and the rollups follow."""

from django.db import transaction

from fullcircle.core.errors import DeskError
from fullcircle.core.events import EventName
from fullcircle.core.moments import now
from fullcircle.desk.access import actor_of, missing, require_write
from fullcircle.store import models
from fullcircle.store.bulk.tables import read
from fullcircle.store.reanalysis import NOTE_FIELDS, SURE, correction_code, stored_row, write_corrected
from fullcircle.store.records import record_event
from fullcircle.store.visibility import Viewer, visible_touchpoints


def correct_touchpoint(viewer: Viewer, touchpoint_id: int, name: str, value: str) -> models.Correction:
    """`name` of store.reanalysis.CORRECTABLE, `value` a word of its closed list. Cases and clocks stay as they are.
    Raises DeskError: not_allowed, not_found, correction_invalid, nothing_changed."""
    require_write(viewer)
    code = correction_code(name, value)
    with transaction.atomic():
        row = stored_row(viewer.workspace_id, touchpoint_id) if _is_seen(viewer, touchpoint_id) else None
        if row is None:
            raise missing("touchpoint", touchpoint_id)
        place = NOTE_FIELDS.index(name)
        was, note = row.note[place], list(row.note)
        note[place] = code
        if name != "wants_reply":
            note[place + 1] = SURE
        if tuple(note) == row.note:
            raise DeskError("nothing_changed", f"{name} is {value} already.")
        write_corrected(viewer.workspace_id, row, tuple(note))
        correction = models.Correction.everywhere.create(
            workspace_id=viewer.workspace_id,
            touchpoint_id=touchpoint_id,
            name=name,
            value=value.strip().lower()[:100],
            was=str(was)[:100],
            member_id=viewer.member_id or None,
            corrected_at=now(),
        )
        record_event(
            viewer.workspace_id, EventName.TOUCHPOINT_CORRECTED, touchpoint_id, actor=actor_of(viewer), what=name
        )
    return correction


def _is_seen(viewer: Viewer, touchpoint_id: int) -> bool:
    where, values = visible_touchpoints(viewer)
    return bool(read(f"SELECT t.id FROM touchpoint t WHERE t.id = %s AND {where}", [touchpoint_id, *values]))  # noqa: S608
