"""Who stands behind the accounts outside. Facts hang on the identity; a person is a pointer, resolved on read."""

from django.db import models

from fullcircle.core.kinds import MatchMethod, RelationKind
from fullcircle.store.fields import MomentField, RowidField, choice_field
from fullcircle.store.scope import ScopedModel


class Person(ScopedModel):
    """Whoever we believe stands behind one or more identities. A merge sets one pointer, `merged_into`; `root_id` is
    where the pointers lead (itself for nearly everybody), kept by merge and unmerge so that a read needs one join."""

    id = RowidField()
    name = models.CharField(max_length=255)
    merged_into = models.BigIntegerField(null=True)
    root_id = models.BigIntegerField()
    created_at = MomentField()

    class Meta:
        db_table = "person"
        indexes = [
            models.Index(fields=["root_id"], name="person_merged", condition=models.Q(merged_into__isnull=False))
        ]


class Identity(ScopedModel):
    """One outside account; unique on (workspace, platform, host, external_id) by its digest."""

    id = RowidField()
    digest = models.BinaryField(unique=True)
    platform = models.CharField(max_length=32)
    host = models.CharField(max_length=255)
    external_id = models.CharField(max_length=1024)
    handle = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    url = models.TextField()
    avatar_url = models.TextField()
    person_id = models.BigIntegerField()
    is_bot = models.BooleanField()
    is_blocked = models.BooleanField()
    is_verified = models.BooleanField()  # proven by telephony, login or confirmed link
    followers = models.BigIntegerField()  # -1: not said; for parity only
    first_seen_at = MomentField()
    last_seen_at = MomentField()

    class Meta:
        db_table = "identity"
        indexes = [models.Index(fields=["person_id"], name="identity_person")]


class Match(ScopedModel):
    """Evidence that two identities are one person."""

    one = models.ForeignKey(Identity, on_delete=models.CASCADE, db_constraint=False, related_name="matches")
    other = models.ForeignKey(Identity, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    method = choice_field(MatchMethod)
    score = models.FloatField()
    reasons = models.JSONField(default=list)
    state = models.CharField(
        max_length=16,
        default="proposed",
        choices=[("proposed", "proposed"), ("accepted", "accepted"), ("refused", "refused")],
    )
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = MomentField(default=0)
    created_at = MomentField()

    class Meta:
        db_table = "match"
        constraints = [models.UniqueConstraint(fields=["one", "other", "method"], name="match_once")]


class Merge(ScopedModel):
    """One joining of two persons, with what is needed to part them again."""

    keep_id = models.BigIntegerField()
    other_id = models.BigIntegerField(db_index=True)
    undo = models.JSONField(default=dict)
    method = choice_field(MatchMethod)
    reasons = models.JSONField(default=list)
    merged_by = models.CharField(max_length=64)
    merged_at = MomentField()
    undone_at = MomentField(default=0)
    undone_by = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "merge"


class Relation(ScopedModel):
    """What a person is to us; several, dated, with evidence."""

    person_id = models.BigIntegerField(db_index=True)
    kind = choice_field(RelationKind)
    since = MomentField()
    until = models.BigIntegerField(null=True)
    evidence = models.CharField(max_length=300, blank=True)
    score = models.FloatField(default=1.0)
    decided_by = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "relation"


class Consent(ScopedModel):
    """What a person allowed, for one purpose. Of two merged persons the strictest holds."""

    person_id = models.BigIntegerField(db_index=True)
    purpose = models.CharField(max_length=64)
    state = models.CharField(
        max_length=16, choices=[("given", "given"), ("refused", "refused"), ("withdrawn", "withdrawn")]
    )
    evidence = models.CharField(max_length=300, blank=True)
    decided_at = MomentField()

    class Meta:
        db_table = "consent"
