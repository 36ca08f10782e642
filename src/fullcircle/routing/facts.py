"""What rules may look at, one record a touchpoint, and the closed list of fields with what each can be asked.

Fields about who asks are marked: they may choose who answers, never how soon.
"""

from enum import Enum, IntEnum, StrEnum
from typing import NamedTuple

import msgspec

from fullcircle.core.kinds import DEPARTMENTS, Channel, Direction, Intent, Kind, RelationKind, Sentiment, Urgency


class Facts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Plain data about one touchpoint; whoever makes it resolves persons and local time beforehand."""

    touchpoint_id: int = 0
    person_id: int = 0  # counted in previews; no rule can ask for it
    platform: str = ""
    host: str = ""
    channel: str = Channel.PUBLIC_POSTS
    kind: str = Kind.POST
    direction: str = Direction.INBOUND
    is_public: bool = True
    account: str = ""
    source_id: int = 0
    language: str = "und"
    sentiment: int = Sentiment.ABSTAIN
    intents: int = 0  # kinds.Intent bits
    urgency: int = Urgency.ROUTINE
    department: int = 0  # 0: not sure, n: DEPARTMENTS[n - 1]
    labels: tuple[str, ...] = ()  # of the terms found
    text: str = ""  # title and text
    wants_reply: bool = False
    rating: int = 0  # 0: none
    need_id: int = 0  # decided by people; 0: none
    hour: int = -1  # local to the account's calendar, when it occurred; -1: not known
    weekday: int = -1  # 0: Monday
    is_open: bool = True  # the account's calendar was open when it occurred
    handle: str = ""
    followers: int = -1
    relations: tuple[str, ...] = ()
    is_new_person: bool = False
    previous_responder_id: int = 0  # who answered this person last; for capacity, not for rules


class Shape(Enum):
    """What a field can be asked, and how the answer is compared."""

    NAME = "name"
    FLAG = "flag"
    NUMBER = "number"
    SCALE = "scale"
    BITS = "bits"
    SET = "set"
    TEXT = "text"


OPERATORS: dict[Shape, tuple[str, ...]] = {
    Shape.NAME: ("is", "in"),
    Shape.FLAG: ("is",),
    Shape.NUMBER: ("is", "in", "at_least", "at_most"),
    Shape.SCALE: ("is", "in", "at_least", "at_most"),
    Shape.BITS: ("has",),
    Shape.SET: ("has",),
    Shape.TEXT: ("contains", "matches"),
}


class Field(NamedTuple):
    """One thing a rule can ask. `attribute` is its name on Facts; `codes` the closed list, where there is one."""

    attribute: str
    shape: Shape
    codes: dict[str, int | str] | None = None
    not_known: int | None = None  # the number that stands for 'not said' and satisfies no bound
    is_about_person: bool = False


def _words(kinds: type[StrEnum]) -> dict[str, int | str]:
    return {kind.value: kind.value for kind in kinds}


def _numbers(kinds: type[IntEnum]) -> dict[str, int | str]:
    return {kind.name.lower(): int(kind) for kind in kinds}


_DEPARTMENT_CODES: dict[str, int | str] = {name.value: code for code, name in enumerate(DEPARTMENTS, start=1)}
_INTENT_BITS: dict[str, int | str] = {intent.name.lower(): int(intent) for intent in Intent if intent.name}

FIELDS: dict[str, Field] = {
    "platform": Field("platform", Shape.NAME),
    "host": Field("host", Shape.NAME),
    "channel": Field("channel", Shape.NAME, _words(Channel)),
    "kind": Field("kind", Shape.NAME, _words(Kind)),
    "direction": Field("direction", Shape.NAME, _words(Direction)),
    "is_public": Field("is_public", Shape.FLAG),
    "account": Field("account", Shape.NAME),
    "source": Field("source_id", Shape.NUMBER),
    "language": Field("language", Shape.NAME),
    "sentiment": Field("sentiment", Shape.SCALE, _numbers(Sentiment), not_known=int(Sentiment.ABSTAIN)),
    "intents": Field("intents", Shape.BITS, _INTENT_BITS),
    "urgency": Field("urgency", Shape.SCALE, _numbers(Urgency)),
    "department": Field("department", Shape.NAME, {"not_sure": 0, **_DEPARTMENT_CODES}),
    "terms": Field("labels", Shape.SET),
    "text": Field("text", Shape.TEXT),
    "wants_reply": Field("wants_reply", Shape.FLAG),
    "rating": Field("rating", Shape.NUMBER, not_known=0),
    "need": Field("need_id", Shape.NUMBER, not_known=0),
    "hour": Field("hour", Shape.NUMBER, not_known=-1),
    "weekday": Field("weekday", Shape.NUMBER, not_known=-1),
    "is_open": Field("is_open", Shape.FLAG),
    "handle": Field("handle", Shape.NAME, is_about_person=True),
    "followers": Field("followers", Shape.NUMBER, not_known=-1, is_about_person=True),
    "relation": Field("relations", Shape.SET, _words(RelationKind), is_about_person=True),
    "is_new_person": Field("is_new_person", Shape.FLAG, is_about_person=True),
}
