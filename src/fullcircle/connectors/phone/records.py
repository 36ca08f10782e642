"""A call as a raw record: written by hand, reported by telephony, or a row of a list of calls."""

import secrets
from hashlib import blake2b
from typing import Literal

import msgspec

from fullcircle.core.errors import ConfigError
from fullcircle.core.gate import clean_text
from fullcircle.core.kinds import Direction
from fullcircle.core.moments import Moment, now
from fullcircle.core.records import RawRecord

FORM = "call"
Verified = Literal["telephony", "hand"]


class Call(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of one call. `direction` inbound: they rang us. `number` is theirs, as it was given."""

    id: str
    started_at: Moment
    direction: Direction = Direction.INBOUND
    number: str = ""
    name: str = ""  # who they said they were
    duration_s: int = -1  # -1: not known
    is_answered: bool = True
    answered_by: str = ""  # the member who spoke
    line: str = ""  # our number or queue that rang
    note: str = ""


class CallContext(msgspec.Struct, frozen=True, omit_defaults=True):
    """`verified_by` telephony: the network said the number; hand: a person typed it, which proves nothing. Joining
    identities without asking by number needs telephony."""

    verified_by: Verified = "hand"
    row: int = 0


_encode = msgspec.json.Encoder().encode


def call_record(
    *,
    started_at: Moment | None = None,
    direction: Direction = Direction.INBOUND,
    number: str = "",
    name: str = "",
    duration_s: int = -1,
    is_answered: bool = True,
    answered_by: str = "",
    line: str = "",
    note: str = "",
    call_id: str = "",
    is_from_telephony: bool = False,
    captured_at: Moment | None = None,
) -> RawRecord:
    """One call as a raw record. Without `call_id` it gets an id of its own, so logging a call twice by hand makes two;
    telephony must bring its id, and the same id is the same call. `is_from_telephony` only where a telephone
    system's record says the number. Raises ConfigError for telephony without an id."""
    if is_from_telephony and not call_id:
        raise ConfigError(
            "a telephony record without its call id", hint="Pass the id the telephone system gave the call."
        )
    at = now() if captured_at is None else captured_at
    call = Call(
        id=call_id.strip() or own_id(),
        started_at=at if started_at is None else started_at,
        direction=direction,
        number=_storable(number),
        name=_storable(name),
        duration_s=duration_s,
        is_answered=is_answered,
        answered_by=_storable(answered_by),
        line=_storable(line),
        note=_storable(note),
    )
    context = CallContext("telephony" if is_from_telephony else "hand")
    return RawRecord(_encode(call), FORM, at, _encode(context).decode())


def own_id() -> str:
    """A new id for a call nobody numbered."""
    return f"log-{secrets.token_hex(8)}"


def row_id(*cells: str) -> str:
    """The same cells, the same id: for a row of a list that has no id."""
    return "row-" + blake2b("\x1f".join(cells).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def verified_by(raw: RawRecord) -> Verified:
    """Who vouches for the number of a call record: `telephony`, or `hand` where nothing does."""
    try:
        return msgspec.json.decode(raw.context, type=CallContext).verified_by
    except (ValueError, RecursionError):
        return "hand"


def _storable(text: str) -> str:
    return clean_text(text, len(text))[0].strip()
