"""A call becomes a touchpoint. Pure and total."""

import functools

import msgspec

from fullcircle.connectors.phone.records import FORM, Call, verified_by
from fullcircle.core.drops import QuarantineReason, Unreadable
from fullcircle.core.gate import JSON_BYTES, clean_text, mend_json
from fullcircle.core.kinds import Channel, Direction, Kind
from fullcircle.core.moments import DAY, Moment, to_iso
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import Author, Outcome, RawRecord, Touchpoint
from fullcircle.core.telephone import normalise_number

PLATFORM = "phone"
MISSED = "Missed call"
NOT_REACHED = "Not reached"
SHORT_LIMIT = 300
FIRST_CREDIBLE: Moment = 365 * DAY
AHEAD: Moment = 2 * DAY

_decode = msgspec.json.Decoder(Call).decode


def parse(source: SourceContext, raw: RawRecord) -> Outcome:
    """Touchpoint or Unreadable for any bytes; never an exception.

    A call nobody answered has the title `Missed call` (inbound) or `Not reached` (outbound), so that it is stored,
    shown and, inbound, wants an answer even without a note; the text is the note alone.
    """
    if raw.form != FORM:
        return Unreadable(QuarantineReason.BAD_SHAPE, f"a record of form {raw.form[:40]!r} is no call")
    if len(raw.payload) > JSON_BYTES:
        return Unreadable(QuarantineReason.TOO_LARGE, f"larger than {JSON_BYTES} bytes")
    try:
        call = _decode(mend_json(raw.payload))
    except msgspec.ValidationError as error:
        return Unreadable(QuarantineReason.BAD_SHAPE, str(error)[:200])
    except (ValueError, RecursionError) as error:
        return Unreadable(QuarantineReason.BAD_JSON, str(error)[:200])
    trouble = _trouble(call, raw.captured_at)
    return _touchpoint(source, raw, call) if trouble is None else trouble


def _trouble(call: Call, captured_at: Moment) -> Unreadable | None:
    if not call.id.strip():
        return Unreadable(QuarantineReason.MISSING_ID, "a call without an id")
    if not FIRST_CREDIBLE <= call.started_at <= captured_at + AHEAD:
        day = to_iso(call.started_at)[:10]
        return Unreadable(QuarantineReason.MISSING_TIME, f"a call said to begin on {day}: no time we can believe")
    return None


def _touchpoint(source: SourceContext, raw: RawRecord, call: Call) -> Touchpoint:
    text, is_cut = clean_text(call.note.strip())
    return Touchpoint(
        workspace_id=source.workspace_id,
        source_id=source.source_id,
        platform=PLATFORM,
        host="",
        external_id=_short(call.id),
        kind=Kind.CALL,
        direction=call.direction,
        channel=Channel.CALLS,
        is_public=False,
        occurred_at=call.started_at,
        captured_at=raw.captured_at,
        author=_author(call, source.settings.get("country", ""), is_verified=verified_by(raw) == "telephony"),
        title=_title(call),
        text=text,
        account=_short(call.line) or source.settings.get("line", ""),
        is_truncated=is_cut,
        is_history=call.started_at < source.connected_at,
    )


def _author(call: Call, country: str, *, is_verified: bool) -> Author | None:
    """The other side, whichever way the call went. Withheld: nobody, unless a name was said; a name alone joins no two
    calls."""
    number = _number(call.number, country)
    name = _short(call.name)
    if not number and not name:
        return None
    return Author(number or f"row:{_short(call.id)}", number, name, is_verified=is_verified and bool(number))


@functools.lru_cache(maxsize=4096)
def _number(text: str, country: str) -> str:
    return normalise_number(text[:SHORT_LIMIT], country)


def _title(call: Call) -> str:
    if not call.is_answered:
        return MISSED if call.direction is Direction.INBOUND else NOT_REACHED
    if call.duration_s < 0:
        return "Call"
    minutes, seconds = divmod(call.duration_s, 60)
    return f"Call, {minutes}:{seconds:02d} min"


def _short(text: str) -> str:
    return clean_text(text.strip(), SHORT_LIMIT)[0]
