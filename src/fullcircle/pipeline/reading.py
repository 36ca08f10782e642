"""From raw records to outcomes: the connector's `parse`, fenced. Neither rubbish nor a faulty parser raises."""

from collections.abc import Iterable

from fullcircle.core.drops import Drop, QuarantineReason, Unreadable
from fullcircle.core.ports import Connector, SourceContext
from fullcircle.core.records import Outcome, RawRecord, Touchpoint

ID_LIMIT = 1024
NAME_LIMIT = 32
_FAR = 1 << 62


def read_records(
    connector: Connector, source: SourceContext, raws: Iterable[RawRecord]
) -> list[tuple[RawRecord, Outcome]]:
    """One outcome a record, in order. A parser that raises leaves its bytes in quarantine for a mended one."""
    return [(raw, read_record(connector, source, raw)) for raw in raws]


def read_record(connector: Connector, source: SourceContext, raw: RawRecord) -> Outcome:
    """One record. The type of an exception is kept, its message is not: it may quote what somebody wrote."""
    try:
        outcome: object = connector.parse(source, raw)  # a third party's connector may give anything
    except Exception as error:
        return Unreadable(QuarantineReason.CONNECTOR_FAILED, type(error).__name__)
    if isinstance(outcome, Touchpoint):
        return _checked(outcome, source)
    if isinstance(outcome, Drop | Unreadable):
        return outcome
    return Unreadable(QuarantineReason.CONNECTOR_FAILED, f"parse gave {type(outcome).__name__}")


def _checked(touchpoint: Touchpoint, source: SourceContext) -> Outcome:
    """What both databases can hold, and what is ours to hold."""
    if touchpoint.workspace_id != source.workspace_id or touchpoint.source_id != source.source_id:
        return Unreadable(QuarantineReason.CONNECTOR_FAILED, "a record of another source")
    if not touchpoint.external_id:
        return Unreadable(QuarantineReason.MISSING_ID)
    if len(touchpoint.external_id) > ID_LIMIT or len(touchpoint.parent_id) > ID_LIMIT:
        return Unreadable(QuarantineReason.BAD_SHAPE, f"an id longer than {ID_LIMIT} characters")
    if len(touchpoint.platform) > NAME_LIMIT or len(touchpoint.host) > 255:
        return Unreadable(QuarantineReason.BAD_SHAPE, "the name of the platform or host is too long")
    if not (-_FAR < touchpoint.occurred_at < _FAR and -_FAR < touchpoint.version < _FAR):
        return Unreadable(QuarantineReason.MISSING_TIME, "a time out of all range")
    return touchpoint
