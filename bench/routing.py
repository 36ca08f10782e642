"""Cost of 27 rules, of a decision, of the clocks: `PYTHONPATH=src .venv/bin/python bench/routing.py`.

Made-up posts, 8 % of which want work; processor time, best of five. Prints microseconds a row.
"""

import random
import time
from collections.abc import Callable

from fullcircle.core.kinds import Intent
from fullcircle.core.records import Json
from fullcircle.routing.calendar import Calendar, Hours
from fullcircle.routing.capacity import Load, Responder
from fullcircle.routing.case_clocks import Targets
from fullcircle.routing.case_events import Inbound, Outbound
from fullcircle.routing.case_state import advance, open_case
from fullcircle.routing.clock import add_working
from fullcircle.routing.decide import Defaults, compile_rules, decide
from fullcircle.routing.facts import Facts
from fullcircle.routing.rules import Rule, parse_rule

ROWS = 20_000
WORDS = [
    a + b + c for a in ("bro", "ta", "li", "sen") for b in ("me", "ka", "ru", "do") for c in ("", "n", "st", "la", "v")
]
OFFICE = Calendar(zone="Europe/Berlin", weekly=tuple(Hours(day, 540, 1020) for day in range(5)))
PROMISE = Targets(60, 120, 1440)


def rules_27() -> list[Rule]:
    """Nine each of plain, nested and worded rules, one pattern among them."""
    made: list[Json] = []
    for n in range(9):
        plain: Json = {
            "all": [{"field": "platform", "in": [f"p{n}", "p9"]}, {"field": "urgency", "at_least": "urgent"}]
        }
        nested: Json = {
            "any": [
                {"all": [{"field": "intents", "has": ["complains"]}, {"field": "language", "is": f"l{n}"}]},
                {"field": "rating", "at_most": 2},
                {"none": [{"field": "is_public", "is": True}, {"field": "is_open", "is": True}]},
            ]
        }
        worded: Json = {"field": "text", "contains": [f"word{n}", f"some phrase {n}", WORDS[n]]}
        if n == 8:
            worded = {"field": "text", "matches": r"order\s+#?\d{4,}"}
        worded = {"all": [{"field": "wants_reply", "is": True}, worded]}
        made += [plain, nested, worded]
    return [parse_rule({"name": f"R{i}", "when": when, "then": {"label": f"l{i}"}}) for i, when in enumerate(made)]


def posts(rng: random.Random) -> list[Facts]:
    """Posts of about 120 characters."""
    return [
        Facts(
            touchpoint_id=n,
            platform=f"p{rng.randrange(12)}",
            language=f"l{rng.randrange(12)}",
            urgency=2 if rng.random() < 0.05 else 0,
            intents=int(Intent.COMPLAINS) if rng.random() < 0.1 else int(Intent.OTHER),
            wants_reply=rng.random() < 0.3,
            text=" ".join(rng.choices(WORDS, k=20)),
        )
        for n in range(ROWS)
    ]


def microseconds(work: Callable[[], object], rows: int) -> float:
    """Best of five, a row."""
    times = []
    for _ in range(5):
        started = time.process_time()
        work()
        times.append((time.process_time() - started) / rows * 1e6)
    return min(times)


def main() -> None:
    """Print one line a figure."""
    rng = random.Random(7)
    batch = posts(rng)
    book = compile_rules(rules_27(), Defaults(team_id=1, targets=PROMISE))
    load = Load(tuple(Responder(n, f"M{n}", (1,), open_case_count=n) for n in range(12)))
    moments = [1_780_000_000_000 + n * 60_000 for n in range(ROWS)]
    state, _ = open_case(Inbound(moments[0]), PROMISE, OFFICE)
    print(f"rules_27        {microseconds(lambda: book(batch), ROWS):6.2f} us a post")
    print(f"decide          {microseconds(lambda: decide(batch, book, load), ROWS):6.2f} us a case")
    print(f"add_working     {microseconds(lambda: [add_working(OFFICE, at, 480) for at in moments], ROWS):6.2f} us")
    opened = microseconds(lambda: [open_case(Inbound(at), PROMISE, OFFICE) for at in moments], ROWS)
    answered = microseconds(lambda: [advance(state, Outbound(at), PROMISE, OFFICE) for at in moments], ROWS)
    print(f"open_case       {opened:6.2f} us\nadvance         {answered:6.2f} us (an answer)")


if __name__ == "__main__":
    main()
