"""From raw records to outcomes: the connector's `parse`, fenced. Neither rubbish nor a faulty parser raises."""

from collections.abc import Iterable

import msgspec

from fullcircle.core.drops import Drop, QuarantineReason, Unreadable
from fullcircle.core.kinds import Channel, Kind
from fullcircle.core.ports import Connector, SourceContext
from fullcircle.core.records import TEXT_LIMIT, Outcome, RawRecord, Touchpoint

ID_LIMIT = 1024
NAME_LIMIT = 32
TITLE_LIMIT = 10_000
_FAR = 1 << 62
_OURS = "fullcircle.connectors."
_PRIVATE_KINDS = frozenset({Kind.DIRECT_MESSAGE, Kind.EMAIL, Kind.CALL})
_PRIVATE_CHANNELS = frozenset({Channel.DIRECT_MESSAGES, Channel.MAIL, Channel.CALLS})

_encode = msgspec.msgpack.Encoder().encode
_decode_touchpoint = msgspec.msgpack.Decoder(Touchpoint).decode


def read_records(
    connector: Connector, source: SourceContext, raws: Iterable[RawRecord]
) -> list[tuple[RawRecord, Outcome]]:
    """One outcome a record, in order. A parser that raises leaves its bytes in quarantine for a mended one."""
    return [(raw, read_record(connector, source, raw)) for raw in raws]


def read_record(connector: Connector, source: SourceContext, raw: RawRecord) -> Outcome:
    """One record. The type of an exception is kept, its message is not: it may quote what somebody wrote."""
    try:
        outcome: object = connector.parse(source, raw)  # a third party's connector may give anything
        if isinstance(outcome, Touchpoint):
            # What ours give is proven by the conformance suite; what others wrote is looked at field by field, 5 us.
            is_ours = type(connector).__module__.startswith(_OURS)
            return _checked(outcome if is_ours else _sound(outcome, raw), source)
    except (Exception, SystemExit) as error:
        return Unreadable(QuarantineReason.CONNECTOR_FAILED, type(error).__name__)
    if isinstance(outcome, Drop | Unreadable):
        return outcome
    return Unreadable(QuarantineReason.CONNECTOR_FAILED, f"parse gave {type(outcome).__name__}")


def _checked(touchpoint: Touchpoint, source: SourceContext) -> Outcome:
    """What both databases can hold, and what is ours to hold."""
    if touchpoint.workspace_id != source.workspace_id or touchpoint.source_id != source.source_id:
        return Unreadable(QuarantineReason.CONNECTOR_FAILED, "a record of another source")
    if not touchpoint.external_id.strip():
        return Unreadable(QuarantineReason.MISSING_ID)
    author_id = touchpoint.author.external_id if touchpoint.author else ""
    if max(len(touchpoint.external_id), len(touchpoint.parent_id), len(author_id)) > ID_LIMIT:
        return Unreadable(QuarantineReason.BAD_SHAPE, f"an id longer than {ID_LIMIT} characters")
    if len(touchpoint.platform) > NAME_LIMIT or len(touchpoint.host) > 255:
        return Unreadable(QuarantineReason.BAD_SHAPE, "the name of the platform or host is too long")
    if not (-_FAR < touchpoint.occurred_at < _FAR and -_FAR < touchpoint.version < _FAR):
        return Unreadable(QuarantineReason.MISSING_TIME, "a time out of all range")
    if len(touchpoint.text) > TEXT_LIMIT or len(touchpoint.title) > TITLE_LIMIT:
        return _cut(touchpoint)
    return touchpoint


def _cut(touchpoint: Touchpoint) -> Touchpoint:
    """The whole of it stays in the raw segment."""
    return msgspec.structs.replace(
        touchpoint, text=touchpoint.text[:TEXT_LIMIT], title=touchpoint.title[:TITLE_LIMIT], is_truncated=True
    )


def _sound(touchpoint: Touchpoint, raw: RawRecord) -> Touchpoint:
    """Every field of the type it says, nothing that a database refuses, private what is private by its kind.

    Raises ValueError or TypeError, which the caller turns into quarantine."""
    packed = _encode(touchpoint)  # lone surrogates and numbers beyond 64 bits end here
    copy = _decode_touchpoint(packed)
    if b"\0" in packed and any("\0" in text for text in _strings(copy)):
        raise ValueError("a NUL in a string")
    if copy.captured_at != raw.captured_at:
        raise ValueError("captured at another time than its record")
    if copy.is_public and (copy.kind in _PRIVATE_KINDS or copy.channel in _PRIVATE_CHANNELS):
        return msgspec.structs.replace(copy, is_public=False)
    return copy


def _strings(touchpoint: Touchpoint) -> list[str]:
    parts = (touchpoint, *([touchpoint.author] if touchpoint.author else []), *touchpoint.media)
    return [value for part in parts for value in msgspec.structs.astuple(part) if isinstance(value, str)]
