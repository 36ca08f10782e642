"""What keeps the books: tallies, rollups, and the allocator of ids."""

from django.db import models

from fullcircle.store.fields import MomentField
from fullcircle.store.scope import ScopedModel


class IdBlock(models.Model):
    """The next number of each allocated series. A writer takes a run of them at once."""

    name = models.CharField(max_length=32, primary_key=True)
    next = models.BigIntegerField()

    class Meta:
        db_table = "id_block"


class Tally(ScopedModel):
    """received = stored + updated + duplicate + dropped (by reason) + quarantined + waiting, a source and day.

    `received` is counted by the reader where the bytes arrive; the others where the rows are written."""

    source_id = models.BigIntegerField()
    day = models.IntegerField()  # days since 1970, UTC
    outcome = models.CharField(max_length=32)
    count = models.BigIntegerField()

    pk = models.CompositePrimaryKey("workspace_id", "source_id", "day", "outcome")

    class Meta:
        db_table = "tally"


class Rollup(ScopedModel):
    """Touchpoints counted by day and what they are, kept in the transaction that stores them."""

    day = models.IntegerField()  # days since 1970, UTC, of ordered_at
    account_id = models.BigIntegerField()  # 0: none
    platform = models.CharField(max_length=32)
    direction = models.CharField(max_length=8)
    department = models.SmallIntegerField()
    language = models.CharField(max_length=8)
    team_id = models.BigIntegerField()  # of the case it opened or joined; 0: none
    touchpoint_count = models.BigIntegerField()
    negative_count = models.BigIntegerField()
    positive_count = models.BigIntegerField()
    urgent_count = models.BigIntegerField()
    wants_reply_count = models.BigIntegerField()
    case_count = models.BigIntegerField()
    updated_at = MomentField(default=0)

    pk = models.CompositePrimaryKey(
        "workspace_id", "day", "account_id", "platform", "direction", "department", "language", "team_id"
    )

    class Meta:
        db_table = "rollup"
