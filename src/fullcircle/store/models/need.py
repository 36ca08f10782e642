"""The one noun everything hangs on: what people want or lack, counted in persons."""

from django.db import models

from fullcircle.store.fields import MomentField, RowidField
from fullcircle.store.scope import ScopedModel


class Need(ScopedModel):
    """What people want or lack, named in their words."""

    name = models.CharField(max_length=200)
    words = models.JSONField(default=list)  # how people say it; used to propose, never to decide
    what_we_want = models.TextField(blank=True)
    owner_team = models.ForeignKey("store.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="needs")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    named_by = models.CharField(max_length=64)
    named_at = MomentField()
    closed_at = MomentField(default=0)

    class Meta:
        db_table = "need"
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="need_name_once")]


class Issue(ScopedModel):
    """One person's need, behind one or more cases, across channels."""

    id = RowidField()
    person_id = models.BigIntegerField()
    need_id = models.BigIntegerField(null=True)
    proposed_need_id = models.BigIntegerField(null=True)
    proposed_score = models.SmallIntegerField()
    proposed_reason = models.CharField(max_length=300)
    decided_by = models.CharField(max_length=64)
    opened_at = MomentField()
    settled_at = MomentField(default=0)

    class Meta:
        db_table = "issue"
        indexes = [
            models.Index(fields=["person_id"], name="issue_person"),
            models.Index(fields=["need_id", "person_id"], name="issue_need", condition=models.Q(need_id__isnull=False)),
            models.Index(
                fields=["proposed_need_id"],
                name="issue_proposed",
                condition=models.Q(proposed_need_id__isnull=False, need_id__isnull=True),
            ),
        ]
