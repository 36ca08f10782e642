"""Rules made into one Python function, so that a batch costs a microsecond or two a row for some dozens of rules.

The text of that function is put together from templates and numbers of ours alone; every value a person gave is handed
in by name, never written into it. Within a group cheap questions come before words, and words before patterns: a text
is folded and searched only when everything else about the rule already holds, and once for all rules.
"""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from ahocorasick_rs import AhoCorasick

from fullcircle.routing.facts import FIELDS, Facts, Shape
from fullcircle.routing.rules import Condition, Group, Node, Rule, compile_pattern

TEXT_LIMIT = 20_000
"""Characters of a text that words and patterns look at."""

Matcher = Callable[[Sequence[Facts]], list[list[int]]]
_UNSPACED = (
    ("\u0e00", "\u0eff"),
    ("\u1000", "\u109f"),
    ("\u1780", "\u17ff"),
    ("\u3005", "\u30ff"),
    ("\u3400", "\u9fff"),
    ("\uf900", "\ufaff"),
    ("\U00020000", "\U0003ffff"),
)


def matcher_of(rules: Sequence[Rule]) -> Matcher:
    """A function from facts to, for each, the indices of the rules that hold, ascending.

    Nothing is looked at behind a rule with `stop` that holds, unless that rule is about the person (see `rules`).
    """
    source = _Source()
    for index, rule in enumerate(rules):
        if rule.is_enabled:
            source.add(index, rule)
    return source.compiled()


class _Source:
    """The text of the function under construction, and the values it refers to."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.words: dict[str, int] = {}
        self.attributes: dict[str, None] = {}
        self.lines: list[str] = []

    def add(self, index: int, rule: Rule) -> None:
        self.lines.append(f"        if {self.node(rule.when)}:")
        self.lines.append(f"            add({index})")
        if rule.is_last and not rule.person_fields:
            self.lines.append("            continue")

    def compiled(self) -> Matcher:
        finder = _WordFinder(list(self.words))
        loads = [f"        {name} = row.{name}" for name in self.attributes]
        lines = [
            "def match(rows):",
            "    found = []",
            "    for row in rows:",
            "        held = []",
            "        found.append(held)",
            "        add = held.append",
            "        hits = data = None",
            *loads,
            *self.lines,
            "    return found",
        ]
        scope: dict[str, Any] = {**self.values, "find": finder.find, "encode": _encode}
        exec(compile("\n".join(lines), "<rules>", "exec"), scope)  # noqa: S102 - see the module's first lines
        matcher: Matcher = scope["match"]
        return matcher

    def node(self, node: Node) -> str:
        if isinstance(node, Condition):
            return self.condition(node)
        parts = [self.node(part) for part in sorted(node.parts, key=_cost)]
        if not parts:
            return "True"
        if node.quantifier == "all":
            return "(" + " and ".join(parts) + ")"
        joined = "(" + " or ".join(parts) + ")"
        return joined if node.quantifier == "any" else f"(not {joined})"

    def condition(self, condition: Condition) -> str:
        field = FIELDS[condition.field]
        name = field.attribute
        self.attributes[name] = None
        if field.shape is Shape.TEXT:
            return self.text_condition(condition)
        if field.shape is Shape.FLAG:
            return name if condition.values[0] else f"(not {name})"
        if field.shape is Shape.BITS:
            return f"{name} & {sum(int(value) for value in set(condition.values))}"
        if field.shape is Shape.SET:
            return f"({name} and not {self.put(frozenset(condition.values))}.isdisjoint({name}))"
        if condition.operator in ("is", "in"):
            return f"{name} in {self.put(frozenset(condition.values))}"
        bound = int(condition.values[0])
        known = "" if field.not_known is None else f"{name} != {field.not_known} and "
        return f"({known}{name} {'>=' if condition.operator == 'at_least' else '<='} {bound})"

    def text_condition(self, condition: Condition) -> str:
        if condition.operator == "matches":
            search = self.put(compile_pattern(str(condition.values[0])).search)
            return f"({search}(data if data is not None else (data := encode(text))) is not None)"
        folded = {" ".join(fold(str(word)).split()) for word in condition.values} - {""}
        numbers = frozenset(self.words.setdefault(word, len(self.words)) for word in sorted(folded))
        return f"(not {self.put(numbers)}.isdisjoint(hits if hits is not None else (hits := find(text))))"

    def put(self, value: object) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return name


def _cost(node: Node) -> int:
    if isinstance(node, Group):
        return 1 + max((_cost(part) for part in node.parts), default=0)
    costs = {"contains": 20, "matches": 40, "has": 1}
    return costs.get(node.operator, 0)


def fold(text: str) -> str:
    """Compatibility forms and case taken away."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _encode(text: str) -> bytes:
    return text[:TEXT_LIMIT].encode("utf-8", "replace")


class _WordFinder:
    """Which of many words and phrases stand in a text as whole words."""

    def __init__(self, words: list[str]) -> None:
        self.has_phrases = any(" " in word for word in words)
        self.search = AhoCorasick(words).find_matches_as_indexes if words else None

    def find(self, text: str) -> set[int]:
        if self.search is None:
            return set()
        folded = fold(text[:TEXT_LIMIT])
        if self.has_phrases and ("  " in folded or not folded.isprintable()):  # line breaks are not printable
            folded = " ".join(folded.split())
        folded = f" {folded} "  # so that every hit has a neighbour on both sides
        found = set()
        for number, start, end in self.search(folded, overlapping=True):
            before, after = folded[start - 1], folded[end]
            if before == after == " " or (
                (not _is_letter(before) or _is_unspaced(folded[start]))
                and (not _is_letter(after) or _is_unspaced(folded[end - 1]))
            ):
                found.add(number)
        return found


def _is_letter(sign: str) -> bool:
    return sign.isalnum() or (sign > "\u02ff" and unicodedata.category(sign)[0] == "M")


def _is_unspaced(sign: str) -> bool:
    """Scripts written without spaces have no word edges to look for."""
    return sign > "\u0dff" and any(first <= sign <= last for first, last in _UNSPACED)
