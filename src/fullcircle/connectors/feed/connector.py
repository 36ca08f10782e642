"""The feed connector: what a site publishes, followed by its feed's address."""

import hashlib
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from fullcircle.connectors.feed.document import split_document
from fullcircle.connectors.feed.parse import PLATFORM, parse_record
from fullcircle.core.errors import ConfigError, FullcircleError, TransientSourceError
from fullcircle.core.ports import Connector, ConnectorSpec, Reply, Setting, SourceContext
from fullcircle.core.records import Health, Outcome, Outgoing, Page, RawRecord, Sent, Touchpoint

LONGEST_WAIT_S = 3_600
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"

SPEC = ConnectorSpec(
    name=PLATFORM,
    label="Feed (RSS, Atom, JSON Feed)",
    settings=(
        Setting(
            name="address",
            label="Address of the feed",
            help="For example https://example.org/feed.xml. Several may be given, one a line.",
        ),
    ),
    is_replayable=True,
    can_reply=False,
    text_limit=0,
    proof="recorded",
    key_rule="the entry's own id (with the feed's address where that id is not unique worldwide), else its link, else "
    "a hash of title, date and text; under the host of the feed's address",
)


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the site wants to hear again next time, and the hash of what it sent, for sites that forget."""

    etag: str = ""
    modified: str = ""
    hash: str = ""


class FeedConnector:
    """Connector of core.ports. A stream is the address of one feed."""

    spec = SPEC

    def streams(self, source: SourceContext) -> Sequence[str]:
        """Raises ConfigError for an address that is none."""
        addresses = [_address(word) for word in source.settings.get("address", "").split()]
        if not addresses:
            raise ConfigError("The source has no feed address.", hint="Set `address` to the address of the feed.")
        return tuple(dict.fromkeys(addresses))

    def capture(self, source: SourceContext, stream: str, cursor: str) -> Page:
        """The document if it has changed, oldest entry first (feeds list the newest first). Every entry still listed
        comes again with each change; the key makes that harmless."""
        last = _cursor(cursor)
        reply = source.client.request("GET", stream, headers=_conditions(last))
        wait_s = _max_age_s(reply)
        here = Cursor(
            etag=reply.headers.get("etag", "")[:1_000],
            modified=reply.headers.get("last-modified", "")[:100],
            hash=hashlib.sha256(reply.body).hexdigest(),
        )
        if reply.status == 304 or (reply.status == 200 and here.hash == last.hash):
            return Page(records=(), cursor=cursor, is_last=True, wait_s=wait_s)
        if reply.status != 200:
            raise TransientSourceError(f"The feed answered {reply.status}.", hint="Open its address in a browser.")
        records = split_document(reply.body, reply.headers.get("content-type", ""), stream, source.now)
        records.reverse()
        return Page(tuple(records), msgspec.json.encode(here).decode(), True, wait_s, announced=len(records))

    def back_fill(self, source: SourceContext, stream: str, cursor: str) -> Page:
        """A feed holds what it lists, and the first capture has it all: there is nothing before."""
        return Page(records=(), cursor=cursor, is_last=True)

    def own_outbound(self, source: SourceContext, cursor: str) -> Page:
        return Page(records=(), cursor=cursor, is_last=True)

    def parse(self, source: SourceContext, raw: RawRecord) -> Outcome:
        return parse_record(source, raw)

    def key(self, touchpoint: Touchpoint) -> str:
        return touchpoint.external_id

    def reply(self, source: SourceContext, response: Outgoing) -> Sent:
        raise ConfigError("A feed cannot be answered.", hint="Answer where the site takes comments, or by mail.")

    def read_back(self, source: SourceContext, response: Outgoing) -> Sent | None:
        return None

    def health(self, source: SourceContext) -> Health:
        """Ask every feed once and say what came. Raises nothing."""
        try:
            counts = [self._entry_count(source, stream) for stream in self.streams(source)]
        except FullcircleError as error:
            return Health(is_ok=False, message=str(error), hint=error.hint)
        return Health(is_ok=True, message=f"{len(counts)} feed(s) read, {sum(counts)} entries listed.")

    def _entry_count(self, source: SourceContext, stream: str) -> int:
        """Raises ConfigError where what lies at the address is no feed."""
        reply = source.client.request("GET", stream, headers={"accept": _ACCEPT})
        records = split_document(reply.body, reply.headers.get("content-type", ""), stream, source.now)
        for raw in records:
            if raw.form == "document":
                why = getattr(parse_record(source, raw), "detail", "")
                raise ConfigError(f"What {stream} holds is no feed we can read: {why}.", hint="Check the address.")
        return len(records)


def _address(word: str) -> str:
    """As a person may write it: `feed:` in front, or no scheme at all."""
    for prefix in ("feed://", "feed:"):
        if word.lower().startswith(prefix):
            word = word[len(prefix) :]
    if "://" not in word:
        word = f"https://{word}"
    try:
        parts = urlsplit(word)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_web = False
    if not is_web:
        raise ConfigError(
            f"'{word[:200]}' is not a web address.", hint="Write for example https://example.org/feed.xml."
        )
    return word


def _cursor(text: str) -> Cursor:
    """A cursor that cannot be read costs one unconditional request, nothing more."""
    try:
        return msgspec.json.decode(text, type=Cursor)
    except (msgspec.DecodeError, UnicodeError):
        return Cursor()


def _conditions(last: Cursor) -> dict[str, str]:
    headers = {"accept": _ACCEPT}
    if last.etag:
        headers["if-none-match"] = last.etag
    if last.modified:
        headers["if-modified-since"] = last.modified
    return headers


def _max_age_s(reply: Reply) -> float:
    """How long the site says its answer stays true (RFC 9111, 5.2.2.1), at most an hour."""
    for part in reply.headers.get("cache-control", "").lower().split(","):
        name, _, value = part.strip().partition("=")
        if name == "max-age" and value.isascii() and value.isdigit():
            return float(min(int(value[:10]), LONGEST_WAIT_S))
    return 0.0


CONNECTOR: Connector = FeedConnector()
