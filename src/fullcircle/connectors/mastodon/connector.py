"""The Mastodon connector: `core.ports.Connector` over the client interface that Mastodon and its kin speak."""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from fullcircle.connectors.guard_answer import wait_of
from fullcircle.connectors.mastodon import parse as parsing
from fullcircle.connectors.mastodon import reply as replying
from fullcircle.connectors.mastodon.calls import Server, decoded, links_of, quota_of
from fullcircle.connectors.mastodon.pages import (
    END,
    PAGE_SIZE,
    Item,
    Listing,
    believed,
    listing_of,
    query_of,
    read_place,
    step_down,
    step_up,
    write_place,
)
from fullcircle.connectors.mastodon.shapes import SearchPage
from fullcircle.connectors.mastodon.threads import Threads
from fullcircle.core.errors import ConfigError, FullcircleError
from fullcircle.core.ports import ConnectorSpec, Reply, Setting, SourceContext
from fullcircle.core.records import Health, Outcome, Outgoing, Page, RawRecord, Sent, Touchpoint

OWN_OUTBOUND = "own_outbound"
NOTIFICATIONS = "notifications"
DIRECT = "direct"
_NOTICES = ("mention", "status", "update", "quote", "quoted_update")

SPEC = ConnectorSpec(
    name=parsing.PLATFORM,
    label="Mastodon",
    settings=(
        Setting("server", "Server", "Address of the account's server, such as social.example."),
        Setting("access_token", "Access token", "Made on the server under Development.", is_secret=True),
        Setting("handle", "Handle", "The account's name, such as bakery@social.example.", is_required=False),
        Setting("tags", "Hashtags", "Hashtags to follow, between commas or on lines.", is_required=False),
        Setting("searches", "Searches", "What to search for, between commas or on lines.", is_required=False),
        Setting("direct", "Direct messages", "yes or no", is_required=False, default="yes"),
    ),
    is_replayable=True,
    can_reply=True,
    text_limit=500,
    proof="recorded",
    key_rule="The status's ActivityPub id (uri), given by its author's server; else its url, else id@server.",
)


class MastodonConnector:
    """Everything about Mastodon. Holds only what it can ask again: who we are, what servers allow, names of parents."""

    spec = SPEC

    def __init__(self) -> None:
        self._server = Server()
        self._threads = Threads(self._server)

    def streams(self, source: SourceContext) -> Sequence[str]:
        direct = [] if source.settings.get("direct", "yes").strip().lower() in ("no", "false", "0") else [DIRECT]
        tags = [f"tag:{word.lstrip('#')}" for word in _entries(source, "tags")]
        return [NOTIFICATIONS, *direct, *tags, *(f"search:{words}" for words in _entries(source, "searches"))]

    def capture(self, source: SourceContext, stream: str, cursor: str) -> Page:
        """A page of what is new. Raises ConfigError for a stream it does not know."""
        place = believed(read_place(cursor), source.now)
        goes_down = stream.startswith("search:") or not place.at
        is_rewound = stream != NOTIFICATIONS  # notifications are numbered as they come: none is listed late
        listing, reply = self._list(source, stream, query_of(place, goes_down, is_rewound))
        if goes_down:
            new, place, is_done = step_down(place, listing, source.connected_at)
        else:
            new, place, is_done = step_up(place, listing)
        return self._page(source, stream, new, reply, write_place(place), is_done)

    def back_fill(self, source: SourceContext, stream: str, cursor: str) -> Page:
        """A page of what came earlier, newest first; at the end the cursor stays at its end."""
        if cursor == END:
            return Page((), END, True)
        listing, reply = self._list(source, stream, [("max_id", cursor)] if cursor else [])
        is_done = not listing.items or listing.older in ("", cursor)
        return self._page(source, stream, listing.items, reply, END if is_done else listing.older, is_done)

    def own_outbound(self, source: SourceContext, cursor: str) -> Page:
        return self.capture(source, OWN_OUTBOUND, cursor)

    def parse(self, source: SourceContext, raw: RawRecord) -> Outcome:
        return parsing.parse(source, raw)

    def key(self, touchpoint: Touchpoint) -> str:
        return touchpoint.external_id

    def reply(self, source: SourceContext, response: Outgoing) -> Sent:
        return replying.send(self._server, source, response)

    def read_back(self, source: SourceContext, response: Outgoing) -> Sent | None:
        return replying.read_back(self._server, source, response)

    def health(self, source: SourceContext) -> Health:
        """Whether the account can be spoken for; never raises one of our errors."""
        try:
            own, reply = self._server.ask_own(source)
        except FullcircleError as error:
            return Health(False, str(error), error.hint)
        return Health(True, f"Connected as {own.acct}.", "", quota_of(reply))

    def _list(self, source: SourceContext, stream: str, bounds: list[tuple[str, str]]) -> tuple[Listing, Reply]:
        path, query = self._where(source, stream)
        reply = self._server.call(source, path, [*query, ("limit", str(PAGE_SIZE)), *bounds])
        if stream.startswith("search:"):
            return listing_of(decoded(reply, SearchPage).statuses, {}, source.now), reply
        return listing_of(decoded(reply, list[msgspec.Raw]), links_of(reply), source.now), reply

    def _where(self, source: SourceContext, stream: str) -> tuple[str, list[tuple[str, str]]]:
        sort, _, words = stream.partition(":")
        if stream == NOTIFICATIONS:
            return "/api/v1/notifications", [("types[]", notice) for notice in _NOTICES]
        if stream == DIRECT:
            return "/api/v1/conversations", []
        if stream == OWN_OUTBOUND:
            own = self._server.own(source)
            return f"/api/v1/accounts/{own.id}/statuses", [("exclude_reblogs", "true")]
        if sort == "tag" and words:
            return f"/api/v1/timelines/tag/{quote(words, safe='')}", []
        if sort == "search" and words:
            return "/api/v2/search", [("q", words), ("type", "statuses")]
        raise ConfigError(
            f"Mastodon has no stream {stream!r}.", hint="Streams: notifications, direct, tag:x, search:x."
        )

    def _page(
        self, source: SourceContext, stream: str, items: list[Item], reply: Reply, cursor: str, is_last: bool
    ) -> Page:
        form = {NOTIFICATIONS: "notification", DIRECT: "conversation"}.get(stream, "status")
        outlines = [(item.payload, item.status) for item in items]
        records = self._threads.records(source, self._server.own(source), form, outlines)
        quota = quota_of(reply)
        wait_s = wait_of(reply.headers, source.now) if quota == 0 else 0.0
        return Page(tuple(records), cursor, is_last, wait_s, quota)


def _entries(source: SourceContext, name: str) -> list[str]:
    """A setting of several entries, on lines or between commas: each once, in the order given."""
    entries = source.settings.get(name, "").replace(",", "\n").splitlines()
    return list(dict.fromkeys(entry.strip() for entry in entries if entry.strip()))


CONNECTOR = MastodonConnector()
