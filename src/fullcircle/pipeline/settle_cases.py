"""`put_case`: what somebody owes an answer to. `put_routing`: who gets it, and by when.

The decision and the life of a case are pure functions of `routing`; here they meet the batch. A case that is opened
by one record of a batch is joined by the next, so events are gathered first and lived through afterwards.
"""

from collections.abc import Sequence

import msgspec

from fullcircle.core.events import EventName
from fullcircle.core.kinds import (
    CaseStatus,
    Channel,
    Direction,
    Intent,
    Kind,
    Target,
    Urgency,
)
from fullcircle.needs.match import match
from fullcircle.pipeline.facts import account_calendar_id, facts_of
from fullcircle.pipeline.keys import thread_of
from fullcircle.pipeline.settled import NewAssignment, NewCase, NewIssue, NewTouchpoint, OpenCase, Turn
from fullcircle.pipeline.settling import Settling
from fullcircle.routing.calendar import Calendar
from fullcircle.routing.case_clocks import Targets
from fullcircle.routing.case_events import Happened, Inbound, Outbound
from fullcircle.routing.case_state import CaseState, advance, open_case
from fullcircle.routing.decide import Decision, decide
from fullcircle.routing.facts import Facts
from fullcircle.routing.joining import CaseFacts, JoinAction, TouchpointFacts, join_or_open
from fullcircle.routing.rules import Priority

TITLE_LIMIT = 200
THREADLESS = frozenset({Channel.DIRECT_MESSAGES, Channel.CALLS, Channel.MAIL, Channel.FORMS})
"""Elsewhere a case belongs to one thread, so most cases of a busy person need no second look."""
NOT_REACHED = "Not reached"
"""Title of a call of ours that nobody took: it answers nobody."""
PROMPT_KINDS = frozenset({Kind.DIRECT_MESSAGE, Kind.EMAIL, Kind.QUESTION, Kind.CHAT})
"""Kinds by which somebody turns to us in person: they want an answer unless analysis says it is spam."""

NO_TARGETS = Targets()
PRIORITY_OF = {
    Urgency.ROUTINE: Priority.NORMAL,
    Urgency.SOON: Priority.HIGH,
    Urgency.URGENT: Priority.URGENT,
    Urgency.DANGER: Priority.URGENT,
}

_names = msgspec.json.Encoder().encode


def put_case(settling: Settling) -> None:
    """Join, reopen or open: leaves the turns on the settling, in the order of the records."""
    for index, new in settling.new.items():
        record = new.record
        if new.is_deleted or (record.is_history and not settling.source.counts_history):
            continue
        if record.direction is Direction.OUTBOUND:
            _answer_outside(settling, index, new)
        elif index in settling.persons:
            _hear(settling, index, new)


def _answer_outside(settling: Settling, index: int, new: NewTouchpoint) -> None:
    """One of our accounts spoke in a thread somebody waits in, by whatever app; or rang them back and reached them."""
    lookup = settling.lookup
    cases = list(lookup.cases_by_thread.get(new.thread, ())) if new.thread is not None else []
    if new.record.channel is Channel.CALLS and new.record.title != NOT_REACHED:
        theirs = lookup.cases_by_person.get(settling.persons.get(index, 0), ())
        cases += [case for case in theirs if case.channel == Channel.CALLS and case not in cases]
    for case in cases:
        if case.state.status is not CaseStatus.RESOLVED:
            settling.turns.append(Turn(case, Outbound(new.ordered_at, is_outside=True), new.id))
            new.case_id = case.case_id


def _hear(settling: Settling, index: int, new: NewTouchpoint) -> None:
    person_id = settling.persons[index]
    cases = settling.lookup.cases_by_person.get(person_id)
    case = _joined(cases, new, person_id, settling) if cases else None
    if case is None:
        if not wants_case(new):
            return
        case = _begin(settling, new, person_id)
    new.case_id, new.team_id = case.case_id, case.team_id
    case.last_touchpoint_id = max(case.last_touchpoint_id, new.id)
    case.priority = max(case.priority, PRIORITY_OF[Urgency(new.annotation.urgency)])
    settling.turns.append(Turn(case, Inbound(new.ordered_at), new.id))


def wants_case(new: NewTouchpoint) -> bool:
    """Somebody is owed an answer: it was asked for, it is urgent, or it came by a way one answers by habit."""
    note, record = new.annotation, new.record
    if note.intents & Intent.SPAM:
        return False
    if note.wants_reply or note.urgency >= Urgency.URGENT or record.kind in PROMPT_KINDS:
        return True
    is_missed_call = record.kind is Kind.CALL and record.title.startswith("Missed call")
    is_poor_review = record.kind is Kind.REVIEW and 0 < record.rating <= 3
    return is_missed_call or is_poor_review


def thread_number(new: NewTouchpoint) -> int:
    """Its thread, or the one it may begin."""
    return new.thread if new.thread is not None else thread_of(new.digest)


def _joined(cases: list[OpenCase], new: NewTouchpoint, person_id: int, settling: Settling) -> OpenCase | None:
    thread = thread_number(new)
    if new.record.channel not in THREADLESS:
        cases = [case for case in cases if case.thread == thread]
        if not cases:
            return None
    decision = join_or_open(
        [_case_facts(case) for case in cases],
        TouchpointFacts(
            person_id=person_id,
            channel=new.record.channel,
            account=str(new.account_id or ""),
            thread_id=str(thread) if new.thread is not None or new.record.channel not in THREADLESS else "",
            occurred_at=new.ordered_at,
        ),
        settling.house.reopen_window_ms,
    )
    if decision.action is JoinAction.OPEN:
        return None
    return next(case for case in cases if case.case_id == decision.case_id)


def _case_facts(case: OpenCase) -> CaseFacts:
    state = case.state
    return CaseFacts(
        case_id=case.case_id,
        person_id=case.person_id,
        status=state.status,
        channel=Channel(case.channel),
        account=str(case.account_id or ""),
        thread_id=str(case.thread),
        last_touch_at=max(state.last_inbound_at, state.last_outbound_at),
        resolved_at=state.resolved_at,
    )


def _begin(settling: Settling, new: NewTouchpoint, person_id: int) -> OpenCase:
    lookup, record = settling.lookup, new.record
    issue = NewIssue(lookup.numbers.take("issue"), person_id, new.ordered_at)
    case = OpenCase(
        case_id=lookup.numbers.take("case"),
        issue_id=issue.id,
        person_id=person_id,
        thread=thread_number(new),
        platform=record.platform,
        channel=record.channel.value,
        account_id=new.account_id,
        team_id=None,
        responder_id=None,
        state=CaseState(),
        targets=Targets(),
        calendar_id=None,
        last_touchpoint_id=new.id,
        priority=Priority.NORMAL,
    )
    lookup.cases_by_person.setdefault(person_id, []).append(case)
    lookup.cases_by_thread.setdefault(case.thread, []).append(case)
    settling.settled.issues.append(issue)
    settling.opened.append((new, issue, case))
    return case


def put_need(settling: Settling) -> None:
    """Propose a need for each new issue, with a score and the words that tipped it. People decide."""
    house = settling.house
    if not settling.opened or not house.needs.need_ids:
        return
    labels = [[house.terms.labels[index] for index in new.annotation.terms] for new, _, _ in settling.opened]
    proposals = match([new.tokens for new, _, _ in settling.opened], house.needs, labels)
    for (_, issue, _), proposal in zip(settling.opened, proposals, strict=True):
        if proposal is not None:
            issue.proposed_need_id = proposal.need_id
            issue.proposed_score = round(255 * proposal.score)
            issue.proposed_reason = proposal.reason


def put_routing(settling: Settling) -> None:
    """Decide for the cases this batch opens, then live through every turn."""
    house, opened = settling.house, settling.opened
    if opened:
        facts = _facts(settling)
        for (new, _, case), decision in zip(opened, decide(facts, house.rules, house.load), strict=True):
            _direct(settling, new, case, decision)
    for turn in settling.turns:
        _live(settling, turn)


def _facts(settling: Settling) -> list[Facts]:
    house, opened = settling.house, settling.opened
    asked = any("relation" in rule.person_fields for rule in house.rules.rules)
    relations = settling.lookup.relations_of([case.person_id for _, _, case in opened]) if asked else {}
    met = {identity.person_id for identity in settling.settled.identities}
    return [
        facts_of(
            house,
            new,
            case.person_id,
            relations=relations.get(case.person_id, ()),
            is_new_person=case.person_id in met,
        )
        for new, _, case in opened
    ]


def _direct(settling: Settling, new: NewTouchpoint, case: OpenCase, decision: Decision) -> None:
    """A rule's team, else the one of the department it sounds like, else whoever owns the account. The calendar is the
    account's: the team may follow from who asks, the due time must not."""
    house = settling.house
    account = house.accounts.get(case.account_id) if case.account_id else None
    case.team_id, case.responder_id, why = decision.team_id or None, decision.responder_id or None, decision.why
    if case.team_id is None and account is not None and account.owner_team_id:
        case.team_id, why = account.owner_team_id, f"{account.name} is theirs"
    new.team_id = case.team_id
    case.calendar_id = account_calendar_id(house, case.account_id)
    case.targets = decision.targets
    if case.targets == NO_TARGETS and account is not None and account.promise_minutes:
        case.targets = Targets(first_response=account.promise_minutes)
    case.priority = max(PRIORITY_OF[Urgency(new.annotation.urgency)], decision.priority)
    settling.settled.new_cases.append(_new_case(new, case, decision))
    if case.team_id or case.responder_id:
        settling.settled.assignments.append(
            NewAssignment(case.case_id, case.team_id, case.responder_id, decision.decided_by, why, new.ordered_at)
        )
        settling.say(EventName.CASE_ASSIGNED, new.ordered_at, case.case_id, actor=decision.decided_by)


def _new_case(new: NewTouchpoint, case: OpenCase, decision: Decision) -> NewCase:
    return NewCase(
        case=case,
        title=(new.record.title or new.record.text)[:TITLE_LIMIT],
        language=new.annotation.language,
        department=decision.department or None,
        labels=decision.labels,
        first_touchpoint_id=new.id,
    )


def _live(settling: Settling, turn: Turn) -> None:
    case = turn.case
    calendar: Calendar = settling.house.calendar(case.calendar_id)
    if not case.state.version:
        case.state, happened = open_case(turn.event, case.targets, calendar)
    else:
        case.state, happened = advance(case.state, turn.event, case.targets, calendar)
        settling.touch(case)
    _record(settling, case, turn.touchpoint_id, happened)


def _record(settling: Settling, case: OpenCase, touchpoint_id: int, happened: Sequence[Happened]) -> None:
    for fact in happened:
        detail: dict[str, int | str] = {"touchpoint_id": touchpoint_id}
        if isinstance(fact.target, Target):
            detail["target"] = fact.target.value
        settling.say(fact.name, fact.at, case.case_id, _names(detail).decode())
