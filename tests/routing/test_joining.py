"""Which case a touchpoint goes on with."""

import pytest

from fullcircle.core.kinds import CaseStatus, Channel
from fullcircle.core.moments import DAY
from fullcircle.routing.joining import REOPEN_WINDOW_MS, CaseFacts, JoinAction, TouchpointFacts, join_or_open

T0 = 1_780_000_000_000


def case(case_id=1, person_id=7, status=CaseStatus.OPEN, channel=Channel.COMMENTS, thread_id="a", **more):
    return CaseFacts(
        case_id=case_id,
        person_id=person_id,
        status=status,
        channel=channel,
        account="bakery",
        thread_id=thread_id,
        last_touch_at=more.get("last_touch_at", T0),
        resolved_at=more.get("resolved_at", 0),
    )


def word(person_id=7, channel=Channel.COMMENTS, thread_id="a", account="bakery", occurred_at=T0 + 1):
    return TouchpointFacts(person_id, channel, account, thread_id, occurred_at)


def decided(cases, touchpoint, **options):
    decision = join_or_open(cases, touchpoint, **options)
    return decision.action, decision.case_id


def test_it_joins_the_persons_case_in_the_same_thread():
    assert decided([case(1, thread_id="b"), case(2)], word()) == (JoinAction.JOIN, 2)


def test_it_opens_a_case_of_its_own_for_somebody_else_in_the_thread():
    assert decided([case(person_id=8)], word()) == (JoinAction.OPEN, 0)


@pytest.mark.parametrize("thread_id", ["", "b"])
def test_it_opens_a_case_for_another_public_thread(thread_id):
    assert decided([case(thread_id="a")], word(thread_id=thread_id)) == (JoinAction.OPEN, 0)


def test_it_goes_on_with_messages_that_know_no_threads():
    message = word(channel=Channel.DIRECT_MESSAGES, thread_id="")
    assert decided([case(channel=Channel.DIRECT_MESSAGES, thread_id="")], message) == (JoinAction.JOIN, 1)
    elsewhere = word(channel=Channel.DIRECT_MESSAGES, thread_id="", account="mill")
    assert decided([case(channel=Channel.DIRECT_MESSAGES, thread_id="")], elsewhere) == (JoinAction.OPEN, 0)
    assert decided([case(channel=Channel.MAIL, thread_id="x")], word(channel=Channel.MAIL, thread_id="y"))[1] == 0


def test_it_prefers_the_newest_and_what_is_not_resolved():
    cases = [case(1), case(2, last_touch_at=T0 + 5), case(3, status=CaseStatus.RESOLVED, last_touch_at=T0 + 9)]
    assert decided(cases, word()) == (JoinAction.JOIN, 2)


def test_it_reopens_within_the_window_and_not_a_millisecond_later():
    resolved = case(status=CaseStatus.RESOLVED, resolved_at=T0)
    last = word(occurred_at=T0 + REOPEN_WINDOW_MS)
    assert decided([resolved], last) == (JoinAction.REOPEN, 1)
    assert decided([resolved], word(occurred_at=T0 + REOPEN_WINDOW_MS + 1)) == (JoinAction.OPEN, 0)
    assert decided([resolved], last, reopen_window_ms=DAY) == (JoinAction.OPEN, 0)


def test_it_does_not_depend_on_the_order_of_the_cases():
    cases = [case(number, last_touch_at=T0) for number in (3, 1, 2)]
    assert decided(cases, word()) == decided(cases[::-1], word()) == (JoinAction.JOIN, 3)
