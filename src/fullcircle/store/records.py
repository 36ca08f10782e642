"""Single lines of the append-only record, for verbs that write one at a time."""

import json

from fullcircle.core.events import EventName
from fullcircle.core.moments import now
from fullcircle.store.ids import take_id
from fullcircle.store.models import Event


def record_event(
    workspace_id: int, name: EventName, subject_id: int, *, actor: str = "fullcircle", **detail: int | str
) -> None:
    """Inside the caller's transaction, so that what happened and its record are one. No personal values in `detail`."""
    Event.everywhere.create(
        id=take_id("event"),
        workspace_id=workspace_id,
        name=name.value,
        occurred_at=now(),
        subject_id=subject_id,
        actor=actor,
        detail=json.dumps(detail),
    )
