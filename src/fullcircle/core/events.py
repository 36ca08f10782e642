"""Names of what happened: `noun.past_verb`. Events carry ids, never personal values."""

from enum import StrEnum

import msgspec

from fullcircle.core.moments import Moment


class EventName(StrEnum):
    """Closed list; each is described in docs/events.md."""

    BATCH_STORED = "batch.stored"
    TOUCHPOINT_EDITED = "touchpoint.edited"
    TOUCHPOINT_DELETED = "touchpoint.deleted"
    TOUCHPOINT_CORRECTED = "touchpoint.corrected"
    IDENTITY_BLOCKED = "identity.blocked"
    PERSON_MERGED = "person.merged"
    PERSON_UNMERGED = "person.unmerged"
    MATCH_PROPOSED = "match.proposed"
    MATCH_DECIDED = "match.decided"
    NEED_NAMED = "need.named"
    NEED_MERGED = "need.merged"
    NEED_PARTED = "need.parted"
    ISSUE_MATCHED = "issue.matched"
    CASE_OPENED = "case.opened"
    CASE_JOINED = "case.joined"
    CASE_REOPENED = "case.reopened"
    CASE_ASSIGNED = "case.assigned"
    CASE_SNOOZED = "case.snoozed"
    CASE_WOKEN = "case.woken"
    CASE_RESOLVED = "case.resolved"
    CASE_ANSWERED_OUTSIDE = "case.answered_outside"
    TARGET_MET = "target.met"
    TARGET_MISSED = "target.missed"
    RESPONSE_DRAFTED = "response.drafted"
    RESPONSE_APPROVED = "response.approved"
    RESPONSE_QUEUED = "response.queued"
    RESPONSE_SENT = "response.sent"
    RESPONSE_FAILED = "response.failed"
    RESPONSE_UNKNOWN = "response.unknown"
    RESPONSE_RECALLED = "response.recalled"
    SOURCE_CONNECTED = "source.connected"
    SOURCE_STOPPED = "source.stopped"
    SOURCE_RESUMED = "source.resumed"
    QUARANTINE_REPLAYED = "quarantine.replayed"
    RULE_CHANGED = "rule.changed"


class Event(msgspec.Struct, frozen=True, gc=False):
    """One line of the append-only record."""

    workspace_id: int
    name: EventName
    occurred_at: Moment
    subject_id: int  # id of the noun the name begins with
    actor: str = "fullcircle"  # "member:12", "rule:3", "fullcircle"
    detail: dict[str, int | str] = {}
