"""Rules tried on what already came in: how many each would catch, examples, and what a change would change."""

from collections.abc import Iterable, Sequence
from itertools import islice

import msgspec

from fullcircle.routing.capacity import Load
from fullcircle.routing.decide import Decision, RuleBook, decide
from fullcircle.routing.facts import Facts

BATCH = 1_000


class RulePreview(msgspec.Struct, frozen=True):
    """One rule over history. `decided_count`: where it was the first to say something. Examples are touchpoint ids."""

    name: str
    matched_count: int
    decided_count: int
    person_count: int
    examples: tuple[int, ...]


class Preview(msgspec.Struct, frozen=True):
    """All rules over history. `unmatched_count`: where none holds."""

    touchpoint_count: int
    unmatched_count: int
    rules: tuple[RulePreview, ...]


class Changed(msgspec.Struct, frozen=True):
    """One touchpoint the new rules would treat otherwise; `matters` names what: team, priority, targets, ..."""

    touchpoint_id: int
    matters: tuple[str, ...]
    before: Decision
    after: Decision


class Changes(msgspec.Struct, frozen=True):
    """What new rules would change. `counts` by matter; one touchpoint may change in several."""

    touchpoint_count: int
    changed_count: int
    counts: dict[str, int]
    examples: tuple[Changed, ...]


_MATTERS = ("team_id", "asked_responder_id", "priority", "targets", "department", "labels")
_NOBODY = Load()  # history is judged by the rules alone: who was present then is not known


def preview(rules: RuleBook, history: Iterable[Facts], example_count: int = 3) -> Preview:
    """Counts by rule over any length of history, in flat memory but for the persons' ids. The newest come as examples
    when history comes newest first."""
    tallies = [_Tally(example_count) for _ in rules.rules]
    total = unmatched = 0
    for batch in _batches(history):
        matched = rules(batch)
        decisions = decide(batch, rules, _NOBODY)
        total += len(batch)
        for facts, held, decision in zip(batch, matched, decisions, strict=True):
            unmatched += not held
            for index in held:
                tallies[index].add(facts, index in decision.rules)
    pairs = zip(rules.rules, tallies, strict=True)
    return Preview(total, unmatched, tuple(tally.told(rule.name) for rule, tally in pairs))


def compare(before: RuleBook, after: RuleBook, history: Iterable[Facts], example_count: int = 5) -> Changes:
    """What `after` decides otherwise than `before`: the rules are compared, not who happened to be free."""
    counts = dict.fromkeys(_MATTERS, 0)
    examples: list[Changed] = []
    total = changed = 0
    for batch in _batches(history):
        total += len(batch)
        old, new = decide(batch, before, _NOBODY), decide(batch, after, _NOBODY)
        for facts, one, two in zip(batch, old, new, strict=True):
            matters = tuple([matter for matter in _MATTERS if getattr(one, matter) != getattr(two, matter)])
            if not matters:
                continue
            changed += 1
            for matter in matters:
                counts[matter] += 1
            if len(examples) < example_count:
                examples.append(Changed(facts.touchpoint_id, matters, one, two))
    return Changes(total, changed, {matter: count for matter, count in counts.items() if count}, tuple(examples))


class _Tally:
    def __init__(self, example_count: int) -> None:
        self.example_count = example_count
        self.matched = self.decided = 0
        self.people: set[int] = set()
        self.examples: list[int] = []

    def add(self, facts: Facts, has_decided: bool) -> None:
        self.matched += 1
        self.decided += has_decided
        if facts.person_id:
            self.people.add(facts.person_id)
        if len(self.examples) < self.example_count:
            self.examples.append(facts.touchpoint_id)

    def told(self, name: str) -> RulePreview:
        return RulePreview(name, self.matched, self.decided, len(self.people), tuple(self.examples))


def _batches(history: Iterable[Facts]) -> Iterable[Sequence[Facts]]:
    rows = iter(history)
    while batch := list(islice(rows, BATCH)):
        yield batch
