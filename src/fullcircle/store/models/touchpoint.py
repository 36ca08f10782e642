"""The touchpoint and what hangs on it. These are the large tables: partitioned by id on PostgreSQL.

`id` is a 64-bit time-ordered integer (store/ids.py), so a table scan, a timeline and a partition run in time order.
Other tables point to touchpoints by plain id, without a constraint.
"""

from django.db import models

from fullcircle.core.kinds import Channel, Direction, Kind, Purpose
from fullcircle.store.fields import MomentField, RowidField, choice_field
from fullcircle.store.scope import ScopedModel


class TouchpointKey(ScopedModel):
    """What makes a touchpoint the same one: digest of (workspace, platform, host, external_id). Narrow, so that
    uniqueness costs little. A delete may come before its create: then there is a key with state `deleted` and a
    touchpoint without text."""

    digest = models.BinaryField(primary_key=True)
    touchpoint_id = models.BigIntegerField()
    version = MomentField()
    is_deleted = models.BooleanField()

    class Meta:
        db_table = "touchpoint_key"


class Touchpoint(ScopedModel):
    """One observed contact by or about somebody."""

    id = RowidField()
    source_id = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True)
    platform = models.CharField(max_length=32)
    host = models.CharField(max_length=255)
    external_id = models.CharField(max_length=1024)
    kind = choice_field(Kind)
    direction = choice_field(Direction)
    channel = choice_field(Channel)
    is_public = models.BooleanField()
    purpose = choice_field(Purpose, null=True)  # of outbound ones; an analyser proposes, a person decides
    occurred_at = MomentField()  # as claimed
    ordered_at = MomentField()  # the claim held within what we know to be possible
    captured_at = MomentField()
    identity_id = models.BigIntegerField(null=True)
    thread = models.BigIntegerField(null=True)  # first 8 bytes of the root's digest; null on a root itself
    parent_external_id = models.CharField(max_length=1024)
    case_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)  # where it was directed when it came
    title = models.TextField()
    text = models.TextField()
    url = models.TextField()
    rating = models.SmallIntegerField()
    extra = models.BinaryField(null=True)  # media and counters as msgpack, when there are any
    is_truncated = models.BooleanField()
    is_history = models.BooleanField()
    is_late = models.BooleanField()
    version = MomentField()
    deleted_at = models.BigIntegerField(null=True)
    segment_id = models.BigIntegerField()
    ordinal = models.IntegerField()

    class Meta:
        db_table = "touchpoint"
        indexes = [
            models.Index(fields=["identity_id", "id"], name="touchpoint_timeline"),
            models.Index(fields=["thread", "id"], name="touchpoint_thread", condition=models.Q(thread__isnull=False)),
            models.Index(fields=["case_id", "id"], name="touchpoint_case", condition=models.Q(case_id__isnull=False)),
        ]


class Revision(ScopedModel):
    """What a touchpoint said at an earlier version."""

    touchpoint_id = models.BigIntegerField()
    version = MomentField()
    title = models.TextField()
    text = models.TextField()
    seen_at = MomentField()

    class Meta:
        db_table = "revision"
        constraints = [models.UniqueConstraint(fields=["touchpoint_id", "version"], name="revision_once")]


class Annotation(ScopedModel):
    """What the analysers say of a touchpoint now: a code and a score 0-255 each, one model version a row."""

    touchpoint_id = RowidField()
    language = models.CharField(max_length=8)
    language_score = models.SmallIntegerField()
    sentiment = models.SmallIntegerField()
    sentiment_score = models.SmallIntegerField()
    intents = models.IntegerField()
    intent_score = models.SmallIntegerField()
    urgency = models.SmallIntegerField()
    urgency_score = models.SmallIntegerField()
    department = models.SmallIntegerField()
    department_score = models.SmallIntegerField()
    wants_reply = models.BooleanField()
    purpose = models.SmallIntegerField()
    purpose_score = models.SmallIntegerField()
    terms = models.BinaryField(null=True)  # indices of the workspace's terms, msgpack; null: none
    model_version = models.IntegerField()

    class Meta:
        db_table = "annotation"


class Correction(ScopedModel):
    """What a person says an analyser should have said. It always wins, and it teaches."""

    touchpoint_id = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=32)  # "sentiment", "intents", "language" ...
    value = models.CharField(max_length=100)
    was = models.CharField(max_length=100)
    member = models.ForeignKey("store.Member", null=True, on_delete=models.SET_NULL, related_name="+")
    corrected_at = MomentField()

    class Meta:
        db_table = "correction"
