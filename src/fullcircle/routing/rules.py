"""Rules as data: named, ordered, each a condition and what it decides.

    {"name": "Danger first",
     "when": {"all": [{"field": "urgency", "at_least": "danger"},
                      {"none": [{"field": "text", "contains": ["drill", "exercise"]}]}]},
     "then": {"team": 3, "priority": "urgent", "targets": {"first_response": 15}, "label": "danger"},
     "stop": true}

`all`, `any` and `none` nest. `{"all": []}` holds for everything. Words are whole words in any script, without regard to
case; patterns run on RE2, in time linear in the text, without regard to case unless they begin with `(?-i)`.

Due times depend on what is asked, where and when, never on who asks: a rule that looks at the person (relation,
followers, handle, is_new_person) may choose team, responder, department or label; one that sets a target or a priority
is refused, and its `stop` ends the choice of who answers, not of how soon.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import NoReturn, TypeAlias

import msgspec
import re2

from fullcircle.core.errors import DeskError
from fullcircle.core.kinds import Department
from fullcircle.core.records import Json
from fullcircle.routing.case_clocks import Targets, parse_targets
from fullcircle.routing.facts import FIELDS, OPERATORS, Field, Shape

DEPTH_LIMIT = 8
CONDITION_LIMIT = 100
WORD_LIMIT = 500
PATTERN_LENGTH = 500
PATTERN_MEMORY = 1 << 20  # bounds the size of a compiled pattern and with it the cost of a character
NAME_LENGTH = 120
GROUPS = ("all", "any", "none")


class Priority(IntEnum):
    """Order in the inbox among cases due at the same time."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    URGENT = 3


class Condition(msgspec.Struct, frozen=True):
    """One question to one field. `values`: codes, names, numbers, words or one pattern, any of which satisfies it."""

    field: str
    operator: str
    values: tuple[int | str | bool, ...]


class Group(msgspec.Struct, frozen=True):
    """`quantifier` is all, any or none of the parts."""

    quantifier: str
    parts: "tuple[Node, ...]"


Node: TypeAlias = Condition | Group


class Effect(msgspec.Struct, frozen=True):
    """What a rule decides; 0, "" or None: nothing said."""

    team_id: int = 0
    responder_id: int = 0
    priority: Priority | None = None
    targets: Targets = Targets()
    department: str = ""
    label: str = ""

    @property
    def sets_timing(self) -> bool:
        return self.priority is not None or self.targets != Targets()


class Rule(msgspec.Struct, frozen=True):
    """One rule, checked. `person_fields`: what it looks at of who asks."""

    name: str
    when: Group
    then: Effect
    is_last: bool = False
    is_enabled: bool = True
    rule_id: int = 0
    person_fields: tuple[str, ...] = ()


def parse_rule(data: Json, rule_id: int = 0) -> Rule:
    """A rule from plain data. DeskError('rule_invalid') says which part is wrong and what is allowed there."""
    name = data.get("name") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(name, str) or not name.strip() or len(name) > NAME_LENGTH:
        raise DeskError("rule_invalid", f"rule: needs a name of 1 to {NAME_LENGTH} characters")
    return _Parser(name).rule(data, rule_id)


def compile_pattern(pattern: str) -> "re2._Regexp":
    """Raises re2.error with the reason in words."""
    options = re2.Options()
    options.case_sensitive, options.log_errors, options.never_capture = False, False, True
    options.max_mem = PATTERN_MEMORY
    return re2.compile(pattern, options)


class _Parser:
    """Reads one rule; every refusal names the rule and the place."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.condition_count = 0
        self.person_fields: dict[str, None] = {}

    def rule(self, data: dict[str, Json], rule_id: int) -> Rule:
        self.check_keys("rule", data, ("name", "when", "then", "stop", "is_enabled"))
        when = self.node("when", data.get("when"), 1)
        if isinstance(when, Condition):
            when = Group("all", (when,))
        is_last = self.flag("stop", data.get("stop", False))
        then = self.effect(data.get("then", {}))
        if then == Effect() and not is_last:
            self.refuse("then", "decides nothing; give a team, responder, priority, targets, department or label")
        asked = tuple(self.person_fields)
        if asked and then.sets_timing:
            self.refuse(
                "then",
                f"a target or priority may not depend on who asks, and this rule looks at {', '.join(asked)}; "
                "choose team, responder, department or label here, and set the target in a rule about what is asked, "
                "where or when",
            )
        is_enabled = self.flag("is_enabled", data.get("is_enabled", True))
        return Rule(self.name, when, then, is_last, is_enabled, rule_id, asked)

    def node(self, place: str, data: Json, depth: int) -> Node:
        if not isinstance(data, dict):
            self.refuse(place, 'must be a condition like {"field": ...} or a group "all", "any" or "none"')
        if depth > DEPTH_LIMIT:
            self.refuse(place, f"nested deeper than {DEPTH_LIMIT}")
        groups = [key for key in data if key in GROUPS]
        if not groups:
            return self.condition(place, data)
        if len(data) > 1:
            self.refuse(place, f"one group at a time, found {', '.join(data)}; nest them")
        quantifier = groups[0]
        parts = data[quantifier]
        if not isinstance(parts, list) or not (parts or quantifier == "all"):
            self.refuse(f"{place}.{quantifier}", "must be a list of conditions" + ("" if parts else ", not empty"))
        read = [self.node(f"{place}.{quantifier}[{i}]", part, depth + 1) for i, part in enumerate(parts)]
        return Group(quantifier, tuple(read))

    def condition(self, place: str, data: dict[str, Json]) -> Condition:
        self.condition_count += 1
        if self.condition_count > CONDITION_LIMIT:
            self.refuse(place, f"more than {CONDITION_LIMIT} conditions")
        name = data.get("field")
        if not isinstance(name, str) or name not in FIELDS:
            self.refuse(place, f"field {name!r} is not known; allowed: {', '.join(FIELDS)}")
        field = FIELDS[name]
        operators = [key for key in data if key != "field"]
        allowed = OPERATORS[field.shape]
        if len(operators) != 1 or operators[0] not in allowed:
            found = ", ".join(map(repr, operators)) or "nothing"
            self.refuse(f"{place}.{name}", f"asked {found}; allowed, one of: {', '.join(allowed)}")
        if field.is_about_person:
            self.person_fields[name] = None
        operator = operators[0]
        return Condition(name, operator, self.values(f"{place}.{name}.{operator}", field, operator, data[operator]))

    def values(self, place: str, field: Field, operator: str, data: Json) -> tuple[int | str | bool, ...]:
        is_list = operator in ("in", "contains") or (operator == "has" and isinstance(data, list))
        if is_list and (not isinstance(data, list) or not data):
            self.refuse(place, "must be a list with at least one entry")
        given = data if isinstance(data, list) and is_list else [data]
        if len(given) > WORD_LIMIT:
            self.refuse(place, f"more than {WORD_LIMIT} entries")
        return tuple(self.value(place, field, operator, value) for value in given)

    def value(self, place: str, field: Field, operator: str, value: Json) -> int | str | bool:
        if field.codes is not None:
            if not isinstance(value, str) or value not in field.codes:
                self.refuse(place, f"{value!r} is not known; allowed: {', '.join(field.codes)}")
            return field.codes[value]
        if field.shape is Shape.FLAG:
            return self.flag(place, value)
        if field.shape is Shape.NUMBER:
            if not isinstance(value, int) or isinstance(value, bool):
                self.refuse(place, f"{value!r} is not a whole number")
            return value
        if not isinstance(value, str) or not value.strip():
            self.refuse(place, f"{value!r} is not a text with something in it")
        if operator == "matches":
            self.check_pattern(place, value)
        return value

    def check_pattern(self, place: str, pattern: str) -> None:
        if len(pattern) > PATTERN_LENGTH:
            self.refuse(place, f"pattern longer than {PATTERN_LENGTH} characters")
        try:
            compile_pattern(pattern)
        except (re2.error, UnicodeEncodeError) as error:
            reason = error.args[0]
            reason = reason.decode() if isinstance(reason, bytes) else reason
            self.refuse(place, f"pattern not understood: {reason} (look-around and back-references are not allowed)")

    def effect(self, data: Json) -> Effect:
        if not isinstance(data, dict):
            self.refuse("then", "must be a record")
        self.check_keys("then", data, ("team", "responder", "priority", "targets", "department", "label"))
        departments = [department.value for department in Department]
        priorities = [priority.name.lower() for priority in Priority]
        priority = self.one_of("then.priority", data.get("priority"), priorities)
        return Effect(
            team_id=self.number("then.team", data.get("team", 0)),
            responder_id=self.number("then.responder", data.get("responder", 0)),
            priority=Priority[priority.upper()] if priority else None,
            targets=self.targets(data.get("targets", {})),
            department=self.one_of("then.department", data.get("department"), departments),
            label=self.label(data.get("label", "")),
        )

    def targets(self, data: Json) -> Targets:
        if not isinstance(data, dict):
            self.refuse("then.targets", 'must be a record like {"first_response": 60}')
        try:
            return parse_targets(data, "then.targets")
        except DeskError as error:
            raise DeskError("rule_invalid", f"rule {self.name!r}: {error}") from error

    def label(self, data: Json) -> str:
        if not isinstance(data, str) or len(data) > NAME_LENGTH:
            self.refuse("then.label", f"must be a text of at most {NAME_LENGTH} characters")
        return data

    def number(self, place: str, data: Json) -> int:
        if not isinstance(data, int) or isinstance(data, bool) or data < 0:
            self.refuse(place, f"{data!r} is not an id")
        return data

    def one_of(self, place: str, data: Json, allowed: list[str]) -> str:
        if data is None:
            return ""
        if not isinstance(data, str) or data not in allowed:
            self.refuse(place, f"{data!r} is not known; allowed: {', '.join(allowed)}")
        return data

    def flag(self, place: str, data: Json) -> bool:
        if not isinstance(data, bool):
            self.refuse(place, f"{data!r} is neither true nor false")
        return data

    def check_keys(self, place: str, data: Mapping[str, Json], allowed: tuple[str, ...]) -> None:
        for key in data:
            if key not in allowed:
                self.refuse(place, f"{key!r} is not known; allowed: {', '.join(allowed)}")

    def refuse(self, place: str, reason: str) -> NoReturn:
        raise DeskError("rule_invalid", f"rule {self.name!r}: {place}: {reason}")
