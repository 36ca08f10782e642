"""The phone log's connector. Calls are brought to it (a command, telephony's records, a list); it fetches nothing."""

from collections.abc import Sequence

from fullcircle.connectors.phone.parse import parse
from fullcircle.core.errors import PermanentSourceError
from fullcircle.core.ports import ConnectorSpec, Setting, SourceContext
from fullcircle.core.records import Health, Outcome, Outgoing, Page, RawRecord, Sent, Touchpoint
from fullcircle.core.telephone import dialling_code

STREAM = "calls"

SPEC = ConnectorSpec(
    name="phone",
    label="Phone log",
    settings=(
        Setting("country", "Country", "For numbers without one: DE, or +49.", is_required=False),
        Setting("line", "Line", "Our number or queue, where a call does not say it.", is_required=False),
    ),
    is_replayable=False,
    can_reply=False,
    text_limit=0,
    proof="shape",
    key_rule="The call id that telephony gave, or our own id for a call noted by hand; a row of a list without an id "
    "is known by its cells.",
)


class PhoneConnector:
    """Stateless."""

    spec = SPEC

    def streams(self, source: SourceContext) -> Sequence[str]:
        """One, and nothing is fetched from it."""
        return (STREAM,)

    def capture(self, source: SourceContext, stream: str, cursor: str) -> Page:
        """Nothing: calls are handed in."""
        return Page((), cursor, is_last=True)

    def back_fill(self, source: SourceContext, stream: str, cursor: str) -> Page:
        """Nothing: older calls are handed in as a list."""
        return Page((), cursor, is_last=True)

    def own_outbound(self, source: SourceContext, cursor: str) -> Page:
        """Nothing: calls we made are handed in like the others."""
        return Page((), cursor, is_last=True)

    def parse(self, source: SourceContext, raw: RawRecord) -> Outcome:
        """One call, one outcome."""
        return parse(source, raw)

    def key(self, touchpoint: Touchpoint) -> str:
        """The call's id."""
        return touchpoint.external_id

    def reply(self, source: SourceContext, response: Outgoing) -> Sent:
        """We do not dial. Raises PermanentSourceError."""
        raise PermanentSourceError("a call is answered by ringing back", hint="Ring the number, then log that call.")

    def read_back(self, source: SourceContext, response: Outgoing) -> Sent | None:
        """Nothing was ever sent."""
        return None

    def health(self, source: SourceContext) -> Health:
        """Whether numbers without a country can be told."""
        country = source.settings.get("country", "")
        if country and not dialling_code(country):
            return Health(False, f"the country {country!r} is not known", "Give its dialling code instead: +372.")
        return Health(True, "calls can be logged")


CONNECTOR = PhoneConnector()
