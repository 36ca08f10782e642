"""Our presences: the register of all accounts, connected or not."""

from django.db import models

from fullcircle.store.fields import MomentField
from fullcircle.store.scope import ScopedModel


class Account(ScopedModel):
    """One of our presences on a platform. An account without a source is known, owned, and not yet heard."""

    platform = models.CharField(max_length=32)
    host = models.CharField(max_length=255, blank=True)
    handle = models.CharField(max_length=255)
    external_id = models.CharField(max_length=512, blank=True)
    name = models.CharField(max_length=200, blank=True)
    owner_team = models.ForeignKey(
        "store.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="accounts"
    )
    operator = models.CharField(max_length=200, blank=True)  # the agency's name; empty: our own staff
    promise_minutes = models.IntegerField(null=True, blank=True)  # what the account says in public
    promise_hours = models.CharField(max_length=200, blank=True)
    promise_language = models.CharField(max_length=64, blank=True)
    disclosure = models.CharField(max_length=300, blank=True)  # said in public whenever an agency speaks
    monthly_cost = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    is_orphaned = models.BooleanField(default=False)
    created_at = MomentField()

    class Meta:
        db_table = "account"
        constraints = [models.UniqueConstraint(fields=["workspace", "platform", "host", "handle"], name="account_once")]
