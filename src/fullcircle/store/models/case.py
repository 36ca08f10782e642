"""Work somebody owes an answer to, who has it and why, and by when."""

from django.db import models

from fullcircle.core.kinds import CaseStatus, Department, Target
from fullcircle.store.fields import MomentField, RowidField, choice_field
from fullcircle.store.scope import ScopedModel


class Case(ScopedModel):
    """A piece of work. Its life is the pure machine of routing/case_state.py; `version` guards every write."""

    id = RowidField()
    issue_id = models.BigIntegerField()
    person_id = models.BigIntegerField()  # the origin; the survivor of a merge is found through the person
    account_id = models.BigIntegerField(null=True)
    platform = models.CharField(max_length=32)
    channel = models.CharField(max_length=32)
    thread = models.BigIntegerField()
    first_touchpoint_id = models.BigIntegerField()
    last_touchpoint_id = models.BigIntegerField()
    title = models.CharField(max_length=200)
    status = choice_field(CaseStatus)
    version = models.IntegerField()
    priority = models.SmallIntegerField()  # kinds.Urgency, raised by rules
    language = models.CharField(max_length=8)
    department = choice_field(Department, null=True)
    team_id = models.BigIntegerField(null=True)
    responder_id = models.BigIntegerField(null=True)
    labels = models.JSONField(default=list)
    opened_at = MomentField()
    first_inbound_at = MomentField()
    last_inbound_at = MomentField()
    last_outbound_at = MomentField()
    first_response_at = MomentField()
    waiting_since = MomentField()
    resolved_at = MomentField()
    resolved_reason = models.CharField(max_length=64)
    snoozed_until = MomentField()
    next_due_at = MomentField()  # earliest open target: when the clocks look again; 0: none
    due_at = MomentField()  # what people see: when an answer was or is promised, missed ones too; 0: nothing
    reopen_count = models.IntegerField()
    clocks = models.BinaryField()  # targets promised, calendar and the three running clocks (store/bulk/cases.py)
    updated_at = MomentField()

    class Meta:
        db_table = "case"
        indexes = [
            models.Index(fields=["person_id"], name="case_person"),
            models.Index(
                fields=["workspace", "team_id", "-updated_at", "-id"],
                name="case_inbox",
                condition=~models.Q(status="resolved"),
            ),
            models.Index(
                fields=["workspace", "-updated_at", "-id"],
                name="case_open",
                condition=~models.Q(status="resolved"),
            ),
            models.Index(fields=["workspace", "-updated_at", "-id"], name="case_newest"),
            models.Index(
                fields=["workspace", "due_at"],
                name="case_due",
                condition=models.Q(due_at__gt=0) & ~models.Q(status="resolved"),
            ),
            models.Index(
                fields=["next_due_at"],
                name="case_clock",
                condition=models.Q(next_due_at__gt=0) & ~models.Q(status="resolved"),
            ),
            models.Index(fields=["issue_id"], name="case_issue"),
            models.Index(fields=["thread"], name="case_thread"),
        ]


class CaseTarget(ScopedModel):
    """One promise of time on a case, and its one outcome, computed from event times. What questions read."""

    case_id = models.BigIntegerField()
    kind = choice_field(Target)
    started_at = MomentField()
    due_at = MomentField()
    outcome = models.CharField(max_length=16, default="open")
    settled_at = MomentField(default=0)

    class Meta:
        db_table = "case_target"
        constraints = [models.UniqueConstraint(fields=["case_id", "kind", "started_at"], name="case_target_once")]


class Assignment(ScopedModel):
    """Case to team or responder, with who or what decided, and why."""

    case_id = models.BigIntegerField(db_index=True)
    team_id = models.BigIntegerField(null=True)
    responder_id = models.BigIntegerField(null=True)
    decided_by = models.CharField(max_length=64)
    why = models.CharField(max_length=300)
    assigned_at = MomentField()

    class Meta:
        db_table = "assignment"


class Rule(ScopedModel):
    """Condition to decision, ordered, named. `body` is read by routing/rules.py, which says what is wrong with it."""

    name = models.CharField(max_length=200)
    position = models.IntegerField()
    body = models.JSONField()
    is_on = models.BooleanField(default=True)
    changed_by = models.CharField(max_length=64, blank=True)
    changed_at = MomentField()

    class Meta:
        db_table = "rule"
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="rule_name_once")]
        ordering = ["position", "id"]
