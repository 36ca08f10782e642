"""What can happen to a case (`CaseEvent`), and what is put on record when it does (`Happened`)."""

from typing import TypeAlias

import msgspec

from fullcircle.core.events import EventName
from fullcircle.core.kinds import Target
from fullcircle.core.moments import Moment


class Inbound(msgspec.Struct, frozen=True):
    """They spoke."""

    at: Moment


class Outbound(msgspec.Struct, frozen=True):
    """One of our accounts spoke; `is_outside`: by the platform's own app; `is_automatic`: a receipt answers nobody."""

    at: Moment
    is_outside: bool = False
    is_automatic: bool = False


class Note(msgspec.Struct, frozen=True):
    """Said among ourselves."""

    at: Moment


class Snooze(msgspec.Struct, frozen=True):
    """Put aside until a moment."""

    at: Moment
    until: Moment


class Wake(msgspec.Struct, frozen=True):
    """The snooze is over; by hand at any time, else not before its moment."""

    at: Moment
    is_by_hand: bool = False


class Resolve(msgspec.Struct, frozen=True):
    """Closed, with the reason as a member gave it."""

    at: Moment
    reason: str = ""


class Reopen(msgspec.Struct, frozen=True):
    """Opened again by hand."""

    at: Moment


class Assign(msgspec.Struct, frozen=True):
    """Given to a team or responder; who they are is not the machine's business."""

    at: Moment


CaseEvent: TypeAlias = Inbound | Outbound | Note | Snooze | Wake | Resolve | Reopen | Assign


class Happened(msgspec.Struct, frozen=True):
    """What to put on record. `at` is when it was so, not when it was found; `target` only on target events."""

    name: EventName
    at: Moment
    target: Target | None = None
