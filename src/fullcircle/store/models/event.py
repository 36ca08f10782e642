"""The one append-only record of what happened: history, audit, outgoing webhooks and live pages read it."""

from django.db import models

from fullcircle.core.events import EventName
from fullcircle.store.fields import MomentField, RowidField, choice_field
from fullcircle.store.scope import ScopedModel


class Event(ScopedModel):
    """noun.past_verb with ids, no personal values. A trigger refuses changes (see the first migration)."""

    id = RowidField()
    name = choice_field(EventName)
    occurred_at = MomentField()
    subject_id = models.BigIntegerField()
    actor = models.CharField(max_length=64)
    detail = models.TextField(default="{}")  # JSON; text so that a batch writes it as it travels

    class Meta:
        db_table = "event"
        indexes = [models.Index(fields=["workspace", "subject_id", "id"], name="event_subject")]
