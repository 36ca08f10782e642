"""Whether a touchpoint joins a case there is, opens a resolved one again, or is a piece of work of its own.

A case belongs to one person: somebody else's word in the same thread is owed an answer of its own. In public it
belongs to one thread. Where there are no threads (messages, calls, chat, mail without references) the person's open
case with the same account on the same channel goes on. Cases of one person about one need meet in their issue.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from fullcircle.core.kinds import CaseStatus, Channel
from fullcircle.core.moments import DAY, Moment

REOPEN_WINDOW_MS = 14 * DAY
_WITHOUT_THREADS = frozenset({Channel.DIRECT_MESSAGES, Channel.CALLS, Channel.MAIL, Channel.FORMS})


class CaseFacts(msgspec.Struct, frozen=True):
    """What joining needs to know of a case the person has. `resolved_at` 0: not resolved."""

    case_id: int
    person_id: int  # resolved through merged_into
    status: CaseStatus
    channel: Channel
    account: str
    thread_id: str  # external id of the thread's first touchpoint; "": none
    last_touch_at: Moment
    resolved_at: Moment = 0


class TouchpointFacts(msgspec.Struct, frozen=True):
    """What joining needs to know of the new touchpoint."""

    person_id: int
    channel: Channel
    account: str
    thread_id: str
    occurred_at: Moment


class JoinAction(StrEnum):
    """What becomes of it."""

    JOIN = "join"
    REOPEN = "reopen"
    OPEN = "open"


class JoinDecision(msgspec.Struct, frozen=True):
    """`case_id` 0 for a new case; `why` is for people."""

    action: JoinAction
    case_id: int
    why: str


def join_or_open(
    cases: Sequence[CaseFacts], touchpoint: TouchpointFacts, reopen_window_ms: int = REOPEN_WINDOW_MS
) -> JoinDecision:
    """The newest case it may continue, those not resolved first; a new one where there is none.

    `reopen_window_ms` counts from the resolving to when the touchpoint occurred; its last millisecond still reopens.
    """
    mine = [case for case in cases if _continues(case, touchpoint)]
    running = [case for case in mine if case.status is not CaseStatus.RESOLVED]
    if running:
        case = max(running, key=_newest)
        return JoinDecision(JoinAction.JOIN, case.case_id, _where(case, touchpoint))
    recent = [case for case in mine if touchpoint.occurred_at - case.resolved_at <= reopen_window_ms]
    if recent:
        case = max(recent, key=_newest)
        return JoinDecision(JoinAction.REOPEN, case.case_id, _where(case, touchpoint) + ", resolved a short while ago")
    why = "resolved too long ago to go on" if mine else "nothing open it belongs to"
    return JoinDecision(JoinAction.OPEN, 0, why)


def _continues(case: CaseFacts, touchpoint: TouchpointFacts) -> bool:
    if case.person_id != touchpoint.person_id:
        return False
    if case.thread_id and case.thread_id == touchpoint.thread_id:
        return True
    is_same_place = case.channel is touchpoint.channel and case.account == touchpoint.account
    is_threadless = touchpoint.channel in _WITHOUT_THREADS and not (case.thread_id and touchpoint.thread_id)
    return is_same_place and is_threadless


def _newest(case: CaseFacts) -> tuple[Moment, int]:
    return case.last_touch_at, case.case_id


def _where(case: CaseFacts, touchpoint: TouchpointFacts) -> str:
    if case.thread_id and case.thread_id == touchpoint.thread_id:
        return "same person, same thread"
    return "same person, same account and channel"
