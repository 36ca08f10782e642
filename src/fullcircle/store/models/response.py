"""What we say, each attempt to say it, and what waits to leave."""

from django.db import models

from fullcircle.core.kinds import Purpose, ResponseStatus
from fullcircle.store.fields import MomentField, choice_field
from fullcircle.store.scope import ScopedModel


class Response(ScopedModel):
    """An answer, gift, ask or post of our own. What was approved is what is sent: account, text and thread version
    are bound by `approved_hash` and checked again at the send."""

    case_id = models.BigIntegerField(null=True, db_index=True)
    account = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="responses")
    parent_touchpoint_id = models.BigIntegerField(null=True)
    thread = models.BigIntegerField(null=True)
    thread_version = models.BigIntegerField(default=0)  # id of the newest touchpoint of the thread when it was written
    purpose = choice_field(Purpose, default=Purpose.ANSWER)
    is_public = models.BooleanField()
    text = models.TextField()
    text_hash = models.CharField(max_length=64)
    status = choice_field(ResponseStatus, default=ResponseStatus.DRAFT)
    version = models.IntegerField(default=0)
    author = models.ForeignKey("store.Member", on_delete=models.PROTECT, related_name="responses")
    approved_by = models.ForeignKey("store.Member", null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = MomentField(default=0)
    approved_hash = models.CharField(max_length=64, blank=True)
    client_key = models.CharField(max_length=64)  # made by the page: a double click is one response
    external_id = models.CharField(max_length=1024, blank=True)
    url = models.TextField(blank=True)
    created_at = MomentField()
    sent_at = MomentField(default=0)

    class Meta:
        db_table = "response"
        constraints = [models.UniqueConstraint(fields=["workspace", "client_key"], name="response_click_once")]


class Delivery(ScopedModel):
    """One attempt to send a response: the intent is committed before the call, the outcome after it."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="deliveries")
    attempt = models.IntegerField()
    outcome = models.CharField(
        max_length=16,
        default="calling",
        choices=[("calling", "calling"), ("sent", "sent"), ("failed", "failed"), ("unknown", "unknown")],
    )
    detail = models.CharField(max_length=500, blank=True)
    started_at = MomentField()
    finished_at = MomentField(default=0)

    class Meta:
        db_table = "delivery"
        constraints = [models.UniqueConstraint(fields=["response", "attempt"], name="delivery_once")]


class Outbox(ScopedModel):
    """What waits to leave, written in the transaction that caused it. A lease carries a token, so that a holder that
    slept too long cannot finish what another took over."""

    kind = models.CharField(max_length=16, choices=[("response", "response"), ("webhook", "webhook")])
    subject_id = models.BigIntegerField()
    due_at = MomentField()
    lease_until = MomentField(default=0)
    lease_token = models.BigIntegerField(default=0)
    attempt_count = models.IntegerField(default=0)
    finished_at = MomentField(default=0)

    class Meta:
        db_table = "outbox"
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="outbox_once")]
        indexes = [models.Index(fields=["due_at"], name="outbox_waiting", condition=models.Q(finished_at=0))]
