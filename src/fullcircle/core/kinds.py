"""Closed lists. A value outside its list is refused where it enters, never stored."""

from enum import IntEnum, IntFlag, StrEnum


class Kind(StrEnum):
    """What sort of contact a touchpoint is. Reactions and reposts are counters, visits have their own table."""

    POST = "post"
    REPLY = "reply"
    MENTION = "mention"
    REVIEW = "review"
    QUESTION = "question"
    DIRECT_MESSAGE = "direct_message"
    EMAIL = "email"
    CALL = "call"
    CHAT = "chat"


class Direction(StrEnum):
    """Inbound: they spoke. Outbound: one of our accounts spoke."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Channel(StrEnum):
    """Where on a platform people meet."""

    PUBLIC_POSTS = "public_posts"
    COMMENTS = "comments"
    DIRECT_MESSAGES = "direct_messages"
    REVIEWS = "reviews"
    MAIL = "mail"
    CALLS = "calls"
    FORMS = "forms"


class Change(StrEnum):
    """What the platform says happened to a touchpoint."""

    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"


class Purpose(StrEnum):
    """Why we spoke. Only outbound touchpoints and responses have one."""

    ANSWER = "answer"
    GIFT = "gift"
    ASK = "ask"
    ABOUT_US = "about_us"


class Department(StrEnum):
    """Who in the house is good at it."""

    SERVICE = "service"
    PR = "pr"
    MARKETING = "marketing"
    SALES = "sales"
    HR = "hr"
    OPERATIONS = "operations"


class Role(StrEnum):
    """A member's place in a workspace."""

    OWNER = "owner"
    LEAD = "lead"
    RESPONDER = "responder"
    AGENCY = "agency"
    AUDITOR = "auditor"


class RelationKind(StrEnum):
    """What a person is to us; several at once, each dated and with evidence."""

    CUSTOMER = "customer"
    NEIGHBOUR = "neighbour"
    CANDIDATE = "candidate"
    EMPLOYEE = "employee"
    JOURNALIST = "journalist"
    BLOGGER = "blogger"
    SHAREHOLDER = "shareholder"
    DONOR = "donor"
    VOLUNTEER = "volunteer"
    PARTNER = "partner"
    STRANGER = "stranger"


class CaseStatus(StrEnum):
    """Life of a case; `routing/case_state.py` says which may follow which."""

    OPEN = "open"
    PENDING = "pending"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class ResponseStatus(StrEnum):
    """Life of a response. `unknown` is never resent blindly: it is read back from the platform first."""

    DRAFT = "draft"
    WAITING_FOR_APPROVAL = "waiting_for_approval"
    APPROVED = "approved"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    RECALLED = "recalled"


class MatchMethod(StrEnum):
    """Evidence that two identities are one person. The first four join without asking; the rest are proposed."""

    SAME_ACCOUNT = "same_account"
    PROVEN_ADDRESS = "proven_address"
    VERIFIED_PHONE = "verified_phone"
    TRUSTED_KEY = "trusted_key"
    MAIL_FROM = "mail_from"
    CLAIMED_PHONE = "claimed_phone"
    PROFILE_LINK = "profile_link"
    SAME_HANDLE = "same_handle"
    SIMILAR_NAME = "similar_name"
    BY_HAND = "by_hand"

    @property
    def joins_without_asking(self) -> bool:
        return self in _SURE


_SURE = frozenset(
    {MatchMethod.SAME_ACCOUNT, MatchMethod.PROVEN_ADDRESS, MatchMethod.VERIFIED_PHONE, MatchMethod.TRUSTED_KEY}
)


class Target(StrEnum):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


class Sentiment(IntEnum):
    """Three classes; ABSTAIN (0) says the analyser was not sure enough to say."""

    ABSTAIN = 0
    NEGATIVE = 1
    NEUTRAL = 2
    POSITIVE = 3


class Intent(IntFlag):
    """What the person wants; several at once, so a set of bits."""

    ASKS = 1
    COMPLAINS = 2
    PRAISES = 4
    SUGGESTS = 8
    APPLIES = 16
    WANTS_TO_BUY = 32
    REPORTS_DANGER = 64
    THANKS = 128
    SPAM = 256
    OTHER = 512


class Urgency(IntEnum):
    """How soon somebody must look. DANGER: someone may come to harm."""

    ROUTINE = 0
    SOON = 1
    URGENT = 2
    DANGER = 3


DEPARTMENTS: tuple[Department, ...] = tuple(Department)
"""Order of the department codes on an annotation: 0 is 'not sure', n is DEPARTMENTS[n - 1]."""

PURPOSES: tuple[Purpose, ...] = tuple(Purpose)
"""Order of the purpose codes on an annotation: 0 is 'none', n is PURPOSES[n - 1]."""


def intent_names(bits: int) -> list[str]:
    """Names of the set bits, in the order of the list, lower case: `['asks', 'complains']`."""
    return [intent.name.lower() for intent in Intent if intent.name and bits & intent]
