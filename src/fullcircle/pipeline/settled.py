"""What settling a batch works on: the Lookup it is handed, and the intents it leaves for the store.

Both live for one batch. They are mutable on purpose: a batch may hold a create, its edit and its delete.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from fullcircle.core.batches import Batch
from fullcircle.core.events import EventName
from fullcircle.core.moments import Moment
from fullcircle.core.records import Annotation, Touchpoint
from fullcircle.routing.case_clocks import Targets
from fullcircle.routing.case_events import CaseEvent
from fullcircle.routing.case_state import CaseState


class KnownTouchpoint(msgspec.Struct, gc=False):
    """A key already in the repository. `touchpoint_id` 0: only its delete has been seen."""

    touchpoint_id: int
    version: Moment
    is_deleted: bool


class StoredRow(msgspec.Struct, gc=False):
    """What an edit or a delete must know of the row it changes, to keep full text and rollups right."""

    title: str
    text: str
    rollup_key: tuple[Any, ...]
    annotation: tuple[int, int, bool]  # sentiment, urgency, wants_reply as they were counted
    case_count: int  # 1 where it opened a case


class KnownIdentity(msgspec.Struct, gc=False):
    """An identity already in the repository; `person_id` is the survivor of all merges."""

    identity_id: int
    person_id: int
    is_blocked: bool
    handle: str
    name: str


class OpenCase(msgspec.Struct):
    """A case that a new touchpoint may join: open, or resolved so lately that it reopens."""

    case_id: int
    issue_id: int
    person_id: int
    thread: int
    platform: str
    channel: str
    account_id: int | None
    team_id: int | None
    responder_id: int | None
    state: CaseState
    targets: Targets
    calendar_id: int | None
    last_touchpoint_id: int
    priority: int
    stored_state: CaseState | None = None  # as it was read; None for a case opened in this batch
    is_changed: bool = False


class Numbers:
    """Hands out ids of each series from where the repository stands; the store writes back how far it went."""

    def __init__(self, following: dict[str, int]) -> None:
        self.following = following

    def take(self, series: str) -> int:
        number = self.following.get(series, 1)
        self.following[series] = number + 1
        return number


class Lookup(msgspec.Struct):
    """Everything settling needs to know of the repository, filled by one bulk read a batch."""

    touchpoints: dict[bytes, KnownTouchpoint]
    rows: dict[int, StoredRow]
    revisions: set[tuple[int, Moment]]
    parent_threads: dict[bytes, int]  # digest of a stored reply -> its thread
    fostered: set[int]  # threads whose presumed root is not stored as such
    identities: dict[bytes, KnownIdentity]
    cases_by_person: dict[int, list[OpenCase]]
    cases_by_thread: dict[int, list[OpenCase]]
    numbers: Numbers
    relations_of: Callable[[list[int]], dict[int, tuple[str, ...]]]  # of persons; asked only where rules look at it


class NewTouchpoint(msgspec.Struct, gc=False):
    """One row to store."""

    id: int
    digest: bytes
    record: Touchpoint
    annotation: Annotation
    tokens: str
    ordinal: int
    ordered_at: Moment
    identity_id: int | None
    thread: int | None
    account_id: int | None
    is_late: bool
    is_deleted: bool
    case_id: int | None = None
    team_id: int | None = None


class NewIdentity(msgspec.Struct, gc=False):
    """An outside account seen for the first time, and the person it stands for until somebody knows better."""

    id: int
    person_id: int
    digest: bytes
    record: Touchpoint
    is_verified: bool


class Edited(msgspec.Struct, gc=False):
    """A newer form of a stored touchpoint; the older one becomes a revision."""

    touchpoint_id: int
    digest: bytes
    record: Touchpoint
    annotation: Annotation
    tokens: str
    old: StoredRow
    old_version: Moment

    @property
    def counted(self) -> tuple[int, int, bool]:
        """What rollups count of the newer form."""
        return (self.annotation.sentiment, self.annotation.urgency, self.annotation.wants_reply)


class Older(msgspec.Struct, gc=False):
    """An earlier form that arrived after a later one: a revision, nothing else changes."""

    touchpoint_id: int
    record: Touchpoint
    is_blank: bool  # the touchpoint is deleted: the revision keeps its place, not its text


class Deleted(msgspec.Struct, gc=False):
    """A stored touchpoint whose author took it back."""

    touchpoint_id: int
    digest: bytes
    old: StoredRow
    at: Moment


class NewIssue(msgspec.Struct, gc=False):
    """One person's need behind a case, with the proposed need when one was close enough."""

    id: int
    person_id: int
    opened_at: Moment
    proposed_need_id: int | None = None
    proposed_score: int = 0
    proposed_reason: str = ""


class NewAssignment(msgspec.Struct, gc=False):
    """Who has it, who decided, and why in words."""

    case_id: int
    team_id: int | None
    responder_id: int | None
    decided_by: str
    why: str
    at: Moment


class NewEvent(msgspec.Struct, gc=False):
    """A line of the record; the store gives it its number."""

    name: EventName
    occurred_at: Moment
    subject_id: int
    actor: str
    detail: str


class Turn(msgspec.Struct):
    """One event in the life of a case, and the touchpoint it came by."""

    case: OpenCase
    event: CaseEvent
    touchpoint_id: int


class NewCase(msgspec.Struct):
    """A case opened in this batch, with what only its first touchpoint knows."""

    case: OpenCase
    title: str
    language: str
    department: str | None
    labels: tuple[str, ...]
    first_touchpoint_id: int


class Settled(msgspec.Struct):
    """The intents of one batch, written in one transaction with the cursor's move and the tallies."""

    batch: Batch
    touchpoints: list[NewTouchpoint] = []
    bare_deletes: list[tuple[bytes, Moment]] = []  # a delete before its create: only the key is kept
    edited: list[Edited] = []
    older: list[Older] = []
    deleted: list[Deleted] = []
    seen_again: list[int] = []  # touchpoint ids sighted by this source once more
    identities: list[NewIdentity] = []
    renamed: list[tuple[int, str, str]] = []  # identity id, handle, name
    adopted: list[tuple[int, int]] = []  # thread that turned out to be part of another: (old, new)
    issues: list[NewIssue] = []
    new_cases: list[NewCase] = []
    changed_cases: list[OpenCase] = []
    assignments: list[NewAssignment] = []
    events: list[NewEvent] = []
    tally: dict[str, int] = {}

    def count(self, outcome: str, number: int = 1) -> None:
        self.tally[outcome] = self.tally.get(outcome, 0) + number
