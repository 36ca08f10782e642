"""What is learned from each set: texts with a yes, a no or no word on each head."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from fullcircle.analysis.heads import INTENTS, SENTIMENTS, URGENCIES
from fullcircle.analysis.training import sets
from fullcircle.core.kinds import DEPARTMENTS, PURPOSES

_SEEDS = Path(__file__).parent / "seeds"
_DEPARTMENTS = frozenset(f"department_{name}" for name in DEPARTMENTS)
_PURPOSES = frozenset(f"purpose_{name}" for name in PURPOSES)
_URGENT = frozenset(URGENCIES)
_RARE = frozenset({"applies", "wants_to_buy", "reports_danger", "spam", "suggests", *_URGENT})
_SELDOM = frozenset({"applies", "wants_to_buy", "spam", "suggests", "reports_danger", "danger", "thanks"})
_QUESTION = re.compile(
    r"[?؟]|^(how|what|when|where|why|who|which|can|could|is|are|do|does|did|will|would|should|may|have|has)\b", re.I
)
_THANKS = re.compile(
    r"\bthank|\bthx\b|\bcheers\b|\bdanke|\bmerci\b|\bgracias\b|\bgrazie\b|\bobrigad|شكرا|धन्यवाद|शुक्रिया|\bshukriya|\bdhanyav",
    re.I,
)
_PROBLEM = re.compile(
    r"not_|declined|failed|wrong|charged|blocked|reverted|swallowed|compromised|stolen|pending|unable|showing|extra_"
)
_AT_ONCE = re.compile(r"stolen|compromised|not_recognised|swallowed|fraud|lost_")
_BUYING = frozenset({"order", "restaurant_reservation", "book_hotel", "book_flight", "car_rental", "new_card"})
_STAFF = frozenset(
    {
        "pto_request_status",
        "pto_balance",
        "pto_request",
        "pto_used",
        "payday",
        "w2",
        "income",
        "direct_deposit",
        "insurance_change",
    }
)


class Example(NamedTuple):
    """`yes` and `no` name heads; a head in neither is not taught by this text."""

    text: str
    yes: frozenset[str]
    no: frozenset[str]
    weight: float
    source: str
    group: str = ""


def examples(data: Path) -> list[Example]:
    """All examples, each text once, none equal to a text we measure with."""
    seen = {sets.normal(text) for text in sets.measured_only(data)}
    kept = []
    for example in _all(data):
        key = sets.normal(example.text) or example.text
        if example.source in ("seeds", "words") or key not in seen:
            seen.add(key)
            kept.append(example)
    return kept


def _all(data: Path) -> Iterator[Example]:
    yield from seeds()
    readers: tuple[Callable[[Path], Iterable[Example]], ...] = (
        _xlmt, _ratings, _emotions, _banking, _support, _several, _clinc, _crisis, _city, _news,
    )  # fmt: skip
    for reader in readers:
        yield from reader(data)


def seeds() -> Iterator[Example]:
    """Our own phrases, one file a language; a heading names the heads, `words` makes a list of words."""
    everything = frozenset({*INTENTS, *_URGENT, "wants_reply"})
    for path in sorted(_SEEDS.glob("*.txt")):
        yes: frozenset[str] = frozenset()
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                yes = frozenset(line.strip("[]").split())
            elif "words" in yes:
                yield from _cues(line, yes - {"words"}, path.stem)
            else:
                no = _others(yes, everything)
                yield Example(line, yes, no, 4.0, "seeds", path.stem)
                if not yes & _PURPOSES:  # people write the same to a name
                    yield Example(f"@user {line}", yes, no, 4.0, "seeds", path.stem)


def _cues(line: str, yes: frozenset[str], group: str) -> Iterator[Example]:
    """Words as texts of their own. They say no to the other feelings, departments and purposes, and to rare intents."""
    no = _SELDOM - yes
    for closed in (frozenset(SENTIMENTS), _DEPARTMENTS, _PURPOSES):
        if yes & closed:
            no |= closed - yes
    for word in line.replace("،", ",").split(","):
        yield Example(word.strip(), yes, no, 5.0, "words", group)


def _others(yes: frozenset[str], everything: frozenset[str]) -> frozenset[str]:
    """What a seed says no to: the rest of every group it speaks of; our own voice speaks of purposes only."""
    if yes & _PURPOSES:
        return _PURPOSES - yes
    no = everything - yes
    if yes & frozenset(SENTIMENTS):
        no |= frozenset(SENTIMENTS) - yes
    if yes & _DEPARTMENTS or yes == {"neutral"}:
        no |= _DEPARTMENTS - yes
    return no


def _feeling(place: int) -> tuple[frozenset[str], frozenset[str]]:
    yes = frozenset({SENTIMENTS[place]})
    return yes, frozenset(SENTIMENTS) - yes


def _chatter(text: str, place: int) -> tuple[frozenset[str], frozenset[str]]:
    """What everyday posts teach beside sentiment: they ask when they hold a question, and are seldom rare things."""
    yes: set[str] = set()
    no = {"wants_to_buy", "applies", "reports_danger", "spam", *_URGENT}
    (yes if _QUESTION.search(text) else no).add("asks")
    (yes if _THANKS.search(text) else no).add("thanks")
    no |= {"complains"} if place else set()
    no |= {"praises"} if place < 2 else set()
    no |= set() if "asks" in yes else {"wants_reply"}
    return frozenset(yes), frozenset(no) | _DEPARTMENTS


def _xlmt(data: Path) -> Iterator[Example]:
    for row in sets.xlmt(data, "train"):
        if row.group == "en":  # what is not also in TweetEval is nearly all negative: it would teach that English is
            continue
        feeling, other = _feeling(int(row.label))
        yes, no = _chatter(row.text, int(row.label))
        yield Example(row.text, feeling | yes, other | no, 2.0, "xlmt", row.group)


def _ratings(data: Path) -> Iterator[Example]:
    for part, edge, weight in (("tweets", 0.6, 2.5), ("movieReviewSnippets", 0.8, 0.5)):
        for text, rating in sets.ratings(data, part):
            feeling, other = _feeling(0 if rating < -edge else 2 if rating > edge else 1)
            no = {"applies", "reports_danger", "wants_to_buy", "spam", *_URGENT}
            yes = {"praises"} if rating > 2 else set()
            no |= {"praises"} if rating < 0.5 else set()
            yield Example(text, feeling | yes, other | no, weight, part)


def _emotions(data: Path) -> Iterator[Example]:
    for split in ("train", "dev"):
        for row in sets.emotions(data, split):
            named = set(row.label.split(","))
            is_bad = bool(named & {"anger", "disgust", "fear", "sadness"})
            if "surprise" in named or (is_bad and "joy" in named):
                continue
            place = 0 if is_bad else 2 if "joy" in named else 1
            feeling, other = _feeling(place)
            yes, no = _chatter(row.text, place)
            yield Example(row.text, feeling | yes, other | no, 0.6, "goemotions")


def _request(text: str, yes: set[str], weight: float, source: str) -> Example:
    """A customer's message to a help desk."""
    yes |= {"wants_reply"} | ({"asks"} if _QUESTION.search(text) else set())
    no = {"applies", "reports_danger", "spam", "danger", "praises"}
    no |= {"complains", "wants_to_buy"} | _URGENT
    no |= _DEPARTMENTS if yes & _DEPARTMENTS else set()
    return Example(text, frozenset(yes), frozenset(no - yes), weight, source)


def _urgency(label: str) -> set[str]:
    if _AT_ONCE.search(label):
        return {"soon", "urgent"}
    return {"soon", "complains"} if _PROBLEM.search(label) else set()


def _banking(data: Path) -> Iterator[Example]:
    for row in sets.banking(data):
        yield _request(row.text, {"department_service"} | _urgency(row.label.lower()), 0.6, "banking77")


def _support(data: Path) -> Iterator[Example]:
    departments = {"place_order": "department_sales", "newsletter_subscription": "department_marketing"}
    for row in sets.support(data):
        if sets.is_held(row.text, 10):
            continue
        yes = {departments.get(row.label, "department_service")}
        yes |= {"wants_to_buy"} if row.label == "place_order" else set()
        yes |= {"complains", "soon"} if row.label in ("complaint", "payment_issue") else set()
        yield _request(row.text, yes, 0.4, "bitext_support")


def _several(data: Path) -> Iterator[Example]:
    for row in sets.several(data):
        named = set(row.label.split(","))
        yes = {"department_service" if row.group == "banking" else "department_operations"}
        yes |= {"complains", "soon"} if "wrong_notworking_notshowing" in named else set()
        yes |= {"soon", "urgent"} if "lost_stolen" in named else set()
        yes |= {"thanks"} if "thank" in named else set()
        yield _request(row.text, yes, 0.6, "nlupp")


def _clinc(data: Path) -> Iterator[Example]:
    for row in sets.clinc(data, "train"):
        if row.group in ("banking", "credit_cards"):
            yield _request(row.text, {"department_service"} | _urgency(row.label), 0.5, "clinc150")
        elif row.label in _BUYING:
            yield _request(row.text, {"department_sales", "wants_to_buy"}, 0.5, "clinc150")
        elif row.label in _STAFF:
            yield _request(row.text, {"department_hr"}, 0.5, "clinc150")
        else:
            yes = {"thanks"} if row.label == "thank_you" else set()
            yes |= {"asks"} if _QUESTION.search(row.text) else set()
            no = _RARE | _DEPARTMENTS | {"complains"}
            yield Example(row.text, frozenset(yes), frozenset(no), 0.5, "clinc150")


def _crisis(data: Path) -> Iterator[Example]:
    for row in sets.crisis(data):
        if row.group in sets.HELD_EVENTS:
            continue
        yes = {"reports_danger", "urgent", "soon"} if row.label else set()
        yes |= {"danger"} if row.label == "danger" else set()
        no = {"reports_danger", *_URGENT, "applies", "wants_to_buy"} - yes
        yield Example(row.text, frozenset(yes), frozenset(no), 1.0, "crisislex_t26", row.group)


def _city(data: Path) -> Iterator[Example]:
    kinds = {f"{row['complaint_type']} {row['descriptor']}".replace("_", " ") for row in sets.city(data)}
    for kind in sorted(kinds):
        yield _request(kind, {"department_operations"}, 1.0, "sf311")
    for note in sorted({row["status_notes"] for row in sets.city(data)}):
        if 30 < len(note) < 400:
            yield Example(note, frozenset({"purpose_answer"}), _PURPOSES - {"purpose_answer"}, 0.3, "sf311")


def _news(data: Path) -> Iterator[Example]:
    """News sentences in our eight languages: nobody asks us for anything."""
    eight = set(sets.XLMT.values())
    for row in sets.language_rows(data, "sentences"):
        if row.label in eight and not sets.is_held(row.text):
            no = {"applies", "wants_to_buy", "spam", "suggests", "thanks", "complains", "praises", "urgent", "danger"}
            no |= {"wants_reply"} | _DEPARTMENTS
            # The Hindi posts are in Latin letters: these show what is neutral in the native script.
            feeling, other = _feeling(1) if row.label == "hi" else (frozenset(), frozenset())
            yield Example(row.text, feeling, other | no, 1.0, "langid_lingua", row.label)
