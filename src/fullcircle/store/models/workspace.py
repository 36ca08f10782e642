"""The workspace, and its own words."""

from django.db import models

from fullcircle.store.fields import MomentField
from fullcircle.store.scope import ScopedModel


class Workspace(models.Model):
    """Everything an organisation has with us. Data of two workspaces never meets."""

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=16, default="en")
    country = models.CharField(max_length=8, blank=True)  # for phone numbers and holidays
    is_demo = models.BooleanField(default=False)
    created_at = MomentField()
    default_calendar_id = models.BigIntegerField(null=True)
    version = models.IntegerField(default=0)  # moves whenever rules, terms, teams, accounts or needs change

    class Meta:
        db_table = "workspace"

    def __str__(self) -> str:
        return self.name


class Term(ScopedModel):
    """A word or name the organisation wants found: a brand, a product, a need's own words."""

    word = models.CharField(max_length=200)
    label = models.CharField(max_length=100)

    class Meta:
        db_table = "term"
        constraints = [models.UniqueConstraint(fields=["workspace", "word", "label"], name="term_once")]
