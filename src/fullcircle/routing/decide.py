"""From facts to a decision: team, responder, priority, promises, and in words who or what decided.

The first rule that says something about a matter decides it; labels add up. Where no rule names a team, the
department does (a rule's, else the analysis's), else the workspace's own default. The promises never come from the
team or the responder, because those may follow from who asks; the calendar they run on has to be the account's.
"""

from collections.abc import Mapping, Sequence

import msgspec

from fullcircle.core.kinds import DEPARTMENTS
from fullcircle.routing.capacity import Load, Pool
from fullcircle.routing.case_clocks import Targets
from fullcircle.routing.facts import Facts
from fullcircle.routing.rule_code import matcher_of
from fullcircle.routing.rules import Priority, Rule


class Defaults(msgspec.Struct, frozen=True):
    """What holds where no rule says otherwise. `assigns_responders` False: every case goes to a team's queue."""

    team_id: int = 0
    department_teams: Mapping[str, int] = {}  # department's name to team
    targets: Targets = Targets()
    priority: Priority = Priority.NORMAL
    assigns_responders: bool = True


class RuleBook:
    """Rules made ready. Call it with a batch of facts for the indices of the rules that hold, row by row."""

    def __init__(self, rules: Sequence[Rule], defaults: Defaults) -> None:
        self.rules = tuple(rules)
        self.defaults = defaults
        self._match = matcher_of(self.rules)

    def __call__(self, batch: Sequence[Facts]) -> list[list[int]]:
        return self._match(batch)


_NO_DEFAULTS = Defaults()


def compile_rules(rules: Sequence[Rule], defaults: Defaults = _NO_DEFAULTS) -> RuleBook:
    """Rules in their order. Takes milliseconds; keep it until a rule changes."""
    return RuleBook(rules, defaults)


class Decision(msgspec.Struct, frozen=True):
    """What becomes of one touchpoint. `responder_id` 0: the team's queue; `team_id` 0: nobody's yet.

    `asked_responder_id`: whom a rule named, free or not. `rules`: indices of those that decided something.
    `decided_by` is the actor of the assignment ("rule:12", "fullcircle"); `why` says it in words.
    """

    team_id: int
    responder_id: int
    asked_responder_id: int
    priority: Priority
    targets: Targets
    department: str
    labels: tuple[str, ...]
    rules: tuple[int, ...]
    decided_by: str
    why: str


def decide(batch: Sequence[Facts], rules: RuleBook, load: Load) -> tuple[Decision, ...]:
    """One decision a row, in order. Cases are given out within the batch as if they came one after the other."""
    pool = Pool(load)
    matched = rules(batch)
    return tuple([_decided(facts, held, rules, pool) for facts, held in zip(batch, matched, strict=True)])


class _Sum:
    """What the rules that hold say together."""

    __slots__ = ("by_name", "department", "labels", "priority", "responder_id", "targets", "team_id", "used")

    def __init__(self) -> None:
        self.team_id = self.responder_id = 0
        self.priority: Priority | None = None
        self.targets = Targets()
        self.department = ""
        self.labels: dict[str, None] = {}
        self.used: list[int] = []
        self.by_name: Rule | None = None

    def add(self, index: int, rule: Rule, chooses_who: bool) -> None:
        before = (self.team_id, self.responder_id, self.department, self.priority, self.targets, len(self.labels))
        then = rule.then
        if self.priority is None:
            self.priority = then.priority
        if then.targets != self.targets:
            self.targets = _first_said(self.targets, then.targets)
        if chooses_who:
            self.add_who(rule)
        now = (self.team_id, self.responder_id, self.department, self.priority, self.targets, len(self.labels))
        if now != before:
            self.used.append(index)

    def add_who(self, rule: Rule) -> None:
        then = rule.then
        # a team chosen by an earlier rule is not taken over by a later rule's responder
        if not (self.team_id or self.responder_id or self.department):
            self.team_id, self.responder_id, self.department = then.team_id, then.responder_id, then.department
            if then.team_id or then.responder_id or then.department:
                self.by_name = rule
        if then.label:
            self.labels[then.label] = None


def _first_said(one: Targets, two: Targets) -> Targets:
    return Targets(
        one.first_response or two.first_response,
        one.next_response or two.next_response,
        one.resolution or two.resolution,
    )


def _decided(facts: Facts, held: list[int], book: RuleBook, pool: Pool) -> Decision:
    told, defaults = _Sum(), book.defaults
    chooses_who = True
    for index in held:
        rule = book.rules[index]
        told.add(index, rule, chooses_who)
        if rule.is_last and rule.person_fields:
            chooses_who = False  # who asks may end the choice of who answers, not of how soon
    team_id, department, why = _team(facts, told, defaults, pool)
    responder_id = 0
    if defaults.assigns_responders and (team_id or told.responder_id):
        choice = pool.choose(team_id, facts.language, told.responder_id, facts.previous_responder_id)
        responder_id, why = choice.responder_id, f"{why}; {choice.why}"
    return Decision(
        team_id=team_id,
        responder_id=responder_id,
        asked_responder_id=told.responder_id,
        priority=defaults.priority if told.priority is None else told.priority,
        targets=_first_said(told.targets, defaults.targets),
        department=department,
        labels=tuple(told.labels),
        rules=tuple(told.used),
        decided_by=f"rule:{told.by_name.rule_id}" if told.by_name else "fullcircle",
        why=why,
    )


def _team(facts: Facts, told: _Sum, defaults: Defaults, pool: Pool) -> tuple[int, str, str]:
    """Team, department, and why."""
    read = DEPARTMENTS[facts.department - 1].value if facts.department else ""
    department = told.department or read
    if told.by_name is not None:
        why = f"rule {told.by_name.name!r}"
        team_id = told.team_id or (pool.team_of(told.responder_id) if told.responder_id else 0)
        team_id = team_id or defaults.department_teams.get(told.department, 0) or defaults.team_id
        return team_id, department, why
    team_id = defaults.department_teams.get(read, 0)
    if team_id:
        return team_id, department, f"read as {read}"
    return defaults.team_id, department, "no rule holds" if defaults.team_id else "no rule holds and no team is set"
