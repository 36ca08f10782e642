"""The frozen records that travel between rooms. Times are moments (UTC milliseconds, see `moments.py`).

One RawRecord becomes exactly one of: Touchpoint, Drop, Unreadable. That one-to-one is what lets the books balance.
"""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from fullcircle.core.drops import Drop, Unreadable
from fullcircle.core.kinds import Change, Channel, Direction, Kind
from fullcircle.core.moments import Moment

TEXT_LIMIT = 100_000
"""Characters of text kept on a touchpoint; a longer one is cut, `is_truncated`, and whole in the raw segment."""

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class RawRecord(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One item as it arrived: one status, one notification, one feed entry, one row."""

    payload: bytes
    form: str  # which of the connector's shapes: "status", "notification", "entry", "row", "call"
    captured_at: Moment
    context: str = ""  # what the payload itself does not say, as the connector needs it (a JSON object or a name)


class Author(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Who spoke, as the platform says. Empty strings where it does not say."""

    external_id: str  # the platform's immutable id (did, account id, number); the key of the identity
    handle: str = ""
    name: str = ""
    url: str = ""
    avatar_url: str = ""
    is_bot: bool = False
    followers: int = -1  # -1: not said. Kept for parity only; it never decides who is answered
    is_verified: bool = False  # proven by telephony or a login, not typed by somebody


class Media(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A picture, film or sound that is referenced, not fetched."""

    url: str
    kind: str  # image, video, audio, file
    alt: str = ""


class Counters(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The platform's own counts at capture; -1 where it does not say."""

    replies: int = -1
    likes: int = -1
    reposts: int = -1
    views: int = -1


class Touchpoint(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """One observed contact by or about somebody, on a channel at a moment."""

    workspace_id: int
    source_id: int
    platform: str
    host: str  # the instance or site, lower case; "" where the platform is one place
    external_id: str
    change: Change = Change.CREATE
    version: Moment = 0  # orders edits: the platform's own edit time or sequence; 0 for the first form
    kind: Kind
    direction: Direction = Direction.INBOUND
    channel: Channel
    is_public: bool
    occurred_at: Moment
    captured_at: Moment
    author: Author | None = None
    title: str = ""
    text: str = ""
    language_claim: str = ""  # BCP 47, as the platform claims
    parent_id: str = ""  # external_id of what it answers
    root_id: str = ""  # external_id of the thread's first touchpoint, where the platform says
    account: str = ""  # external id or handle of OUR account it concerns
    url: str = ""
    rating: int = 0  # 1-5 on reviews, 0: none
    media: tuple[Media, ...] = ()
    counters: Counters | None = None
    is_truncated: bool = False
    is_history: bool = False  # came before the source was connected: no case, no clock unless asked


Outcome: TypeAlias = Touchpoint | Drop | Unreadable


class Annotation(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the analysers said of one text. Codes from `kinds`; scores 0-255 are round(255 * probability)."""

    language: str  # ISO 639-1 or -3; "und": not sure
    language_score: int
    sentiment: int  # kinds.Sentiment
    sentiment_score: int
    intents: int  # kinds.Intent bits
    intent_score: int  # of the strongest intent
    urgency: int  # kinds.Urgency
    urgency_score: int
    department: int  # 0: not sure, n: DEPARTMENTS[n - 1]
    department_score: int
    wants_reply: bool
    terms: tuple[int, ...]  # indices into the workspace's term list, ascending, each once
    purpose: int  # 0: none, n: PURPOSES[n - 1]; only for outbound
    purpose_score: int


class TermList(msgspec.Struct, frozen=True):
    """An organisation's own words, given to analysis as plain data (analysis never reads the database)."""

    version: int
    words: tuple[str, ...]  # any script; matched case-folded at word boundaries
    labels: tuple[str, ...]  # one per word: what it stands for ("brand", "allergen", a need's id as "need:12")


class Page(msgspec.Struct, frozen=True):
    """One fetch of a source: what arrived, and where to go on. The cursor is inclusive: the last may come again."""

    records: tuple[RawRecord, ...]
    cursor: str
    is_last: bool  # nothing more for now: wait for the next poll
    wait_s: float = 0.0  # the platform asked us to wait this long before the next call
    quota_left: int = -1  # calls left in the platform's window; -1 where it does not say
    announced: int = -1  # how many the platform says there are, for captured_to_announced


class Outgoing(msgspec.Struct, frozen=True):
    """A response ready to leave, bound to what was approved."""

    response_id: int
    account: str
    parent_id: str
    root_id: str
    text: str
    is_public: bool
    idempotency_key: str  # stable over attempts
    audience: str = ""  # the platform's own word for visibility, copied from the parent
    context: Mapping[str, str] = {}  # what the connector noted at capture and needs to answer (a cid)


class Sent(msgspec.Struct, frozen=True):
    """The platform shows it."""

    external_id: str
    url: str
    occurred_at: Moment


class Health(msgspec.Struct, frozen=True):
    """What a source says of itself. `message` and `hint` are for people."""

    is_ok: bool
    message: str
    hint: str = ""
    quota_left: int = -1
    token_expires_at: Moment = 0
