"""The webhook connector: others bring, we never fetch. The door keeps the bytes; this says what they mean."""

from collections.abc import Sequence

from fullcircle.connectors.webhook import parse as items
from fullcircle.connectors.webhook.signature import key_of
from fullcircle.core.errors import ConfigError, PermanentSourceError
from fullcircle.core.moments import Moment
from fullcircle.core.ports import ConnectorSpec, Setting, SourceContext
from fullcircle.core.records import Health, Outcome, Outgoing, Page, RawRecord, Sent, Touchpoint

SPEC = ConnectorSpec(
    name="webhook",
    label="Webhook (signed JSON)",
    settings=(
        Setting("secret", "Secret", "whsec_ and the key in base64; the sender signs with it.", is_secret=True),
        Setting(
            "old_secret",
            "Old secret",
            "Still believed while the sender changes over. Empty it afterwards.",
            is_secret=True,
            is_required=False,
        ),
    ),
    is_replayable=False,
    can_reply=False,
    text_limit=0,
    proof="live",
    key_rule="The `id` the sender gives, within the `platform` and `host` it names.",
)

SECRETS = ("secret", "old_secret")


class WebhookConnector:
    """Stateless; its records come from the intake file, not from `capture`."""

    spec = SPEC

    def streams(self, source: SourceContext) -> Sequence[str]:
        """None: nothing is asked for."""
        return ()

    def capture(self, source: SourceContext, stream: str, cursor: str) -> Page:
        """Nothing: deliveries wait in the intake file."""
        return Page((), cursor, is_last=True)

    def back_fill(self, source: SourceContext, stream: str, cursor: str) -> Page:
        """Nothing: a webhook has no past."""
        return Page((), cursor, is_last=True)

    def own_outbound(self, source: SourceContext, cursor: str) -> Page:
        """Nothing of its own: items of ours say so by `direction`."""
        return Page((), cursor, is_last=True)

    def parse(self, source: SourceContext, raw: RawRecord) -> Outcome:
        """One item, one outcome."""
        return items.parse(source, raw)

    def split(self, body: bytes, captured_at: Moment) -> list[RawRecord]:
        """What the door kept, as one raw record an item."""
        return items.split(body, captured_at)

    def key(self, touchpoint: Touchpoint) -> str:
        """The sender's id."""
        return touchpoint.external_id

    def reply(self, source: SourceContext, response: Outgoing) -> Sent:
        """Raises PermanentSourceError: a webhook brings, it takes nothing back."""
        raise PermanentSourceError(
            "a webhook cannot be answered", hint="Answer by a source that is connected to the platform."
        )

    def read_back(self, source: SourceContext, response: Outgoing) -> Sent | None:
        """Nothing was ever sent."""
        return None

    def health(self, source: SourceContext) -> Health:
        """Whether anything it is sent could be believed."""
        try:
            keys = keys_of(source)
        except ConfigError as error:
            return Health(False, str(error), error.hint)
        if not keys:
            return Health(False, "No secret is set, so nothing is believed.", "Set a secret and give it to the sender.")
        return Health(True, "Waits for what is sent.")


def keys_of(source: SourceContext) -> tuple[bytes, ...]:
    """Keys the door believes, newest first. Raises ConfigError for a secret that could be guessed."""
    return tuple(key_of(source.secrets[name]) for name in SECRETS if source.secrets.get(name, "").strip())


CONNECTOR = WebhookConnector()
