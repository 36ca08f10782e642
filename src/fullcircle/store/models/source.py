"""Where touchpoints come from, how far we have read, and what could not be read."""

from django.db import models

from fullcircle.core.drops import QuarantineReason
from fullcircle.store.fields import MomentField, RowidField, choice_field
from fullcircle.store.scope import ScopedModel


class Source(ScopedModel):
    """One configured connection: connector, scope, credentials, cursors."""

    name = models.CharField(max_length=200)
    connector = models.CharField(max_length=64)
    account = models.ForeignKey(
        "store.Account", null=True, blank=True, on_delete=models.SET_NULL, related_name="sources"
    )
    settings = models.JSONField(default=dict)
    secrets = models.BinaryField(default=bytes)  # encrypted with the credentials key, bound to this row
    intake_key = models.CharField(max_length=64, blank=True)  # the address the outside calls: /in/<intake_key>
    state = models.CharField(
        max_length=16, default="on", choices=[("on", "on"), ("off", "off"), ("stopped", "stopped")]
    )
    state_reason = models.CharField(max_length=500, blank=True)
    connected_at = MomentField()
    horizon_days = models.IntegerField(default=90)  # how far back a claimed time is believed
    last_contact_at = MomentField(default=0)
    last_record_at = MomentField(default=0)
    retry_at = MomentField(default=0)
    failure_count = models.IntegerField(default=0)
    quota_left = models.IntegerField(default=-1)
    is_back_filled = models.BooleanField(default=False)
    counts_history = models.BooleanField(default=False)  # open cases for what came before it was connected

    class Meta:
        db_table = "source"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="source_name_once"),
            models.UniqueConstraint(
                fields=["intake_key"], name="source_intake_key_once", condition=~models.Q(intake_key="")
            ),
        ]


class Cursor(ScopedModel):
    """Where to resume one stream of a source; inclusive. It moves in the transaction that stored what it covers."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, db_constraint=False, related_name="cursors")
    stream = models.CharField(max_length=300)
    value = models.TextField(blank=True)
    moved_at = MomentField()

    class Meta:
        db_table = "cursor"
        constraints = [models.UniqueConstraint(fields=["source", "stream"], name="cursor_once")]


class Sighting(ScopedModel):
    """A source having seen a touchpoint again: found by a mention, a search and a firehose, it is one touchpoint.

    The first sighting is the touchpoint's own `source_id`; it has no row here.
    """

    touchpoint_id = models.BigIntegerField()
    source_id = models.BigIntegerField()
    seen_at = MomentField()

    pk = models.CompositePrimaryKey("touchpoint_id", "source_id")

    class Meta:
        db_table = "sighting"


class RawSegment(ScopedModel):
    """The raw payloads of one batch, zstd-compressed: a msgpack list of byte strings."""

    id = RowidField()
    source_id = models.BigIntegerField()
    stored_at = MomentField(db_index=True)
    record_count = models.IntegerField()
    body = models.BinaryField()

    class Meta:
        db_table = "raw_segment"


class Quarantine(ScopedModel):
    """Raw input that could not be read, with its bytes, waiting to be replayed."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, db_constraint=False, related_name="quarantined")
    reason = choice_field(QuarantineReason)
    detail = models.CharField(max_length=500, blank=True)
    form = models.CharField(max_length=32)
    context = models.TextField(blank=True)
    payload = models.BinaryField()
    captured_at = MomentField()
    replayed_at = MomentField(default=0)
    attempt_count = models.IntegerField(default=0)

    class Meta:
        db_table = "quarantine"
        indexes = [models.Index(fields=["workspace", "source", "replayed_at"], name="quarantine_waiting")]


class IntakeRow(models.Model):
    """The door's intake where the database is PostgreSQL; with SQLite it is a file of its own (door/intake.py)."""

    seq = models.BigAutoField(primary_key=True)
    workspace_id = models.BigIntegerField()
    source_id = models.BigIntegerField()
    received_at = MomentField()
    dedupe_key = models.BinaryField(unique=True)
    body = models.BinaryField()

    class Meta:
        db_table = "intake"
