"""The Bluesky connector: `core.ports.Connector` over XRPC."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct

from fullcircle.connectors.bluesky import parse as parsing
from fullcircle.connectors.bluesky import reply as replying
from fullcircle.connectors.bluesky.calls import Query, Xrpc, decoded, quota_of
from fullcircle.connectors.bluesky.pages import END, Item, believed, item_of, read_walk, step, write_walk
from fullcircle.connectors.bluesky.shapes import FeedPage, NotificationPage, Own, SearchPage
from fullcircle.connectors.bluesky.text import GRAPHEME_LIMIT
from fullcircle.connectors.guard_answer import wait_of
from fullcircle.core.errors import ConfigError, FullcircleError
from fullcircle.core.moments import Moment, to_iso
from fullcircle.core.ports import ConnectorSpec, Reply, Setting, SourceContext
from fullcircle.core.records import Health, Outcome, Outgoing, Page, RawRecord, Sent, Touchpoint

OWN_OUTBOUND = "own_outbound"
NOTIFICATIONS = "notifications"
PAGE_SIZE = "100"

SPEC = ConnectorSpec(
    name=parsing.PLATFORM,
    label="Bluesky",
    settings=(
        Setting(
            "service", "Data server", "Address of the server that keeps the account.", default="https://bsky.social"
        ),
        Setting("handle", "Handle", "The account's handle, such as bakery.example."),
        Setting("app_password", "App password", "Made in Bluesky under Privacy and security.", is_secret=True),
        Setting("tags", "Hashtags", "Hashtags to follow, between commas or on lines.", is_required=False),
        Setting("searches", "Searches", "What to search for, between commas or on lines.", is_required=False),
    ),
    is_replayable=True,
    can_reply=True,
    text_limit=GRAPHEME_LIMIT,
    proof="recorded",
    key_rule="The post's at:// address (its author's did, the collection and the record key).",
)

P = TypeVar("P", bound=Struct)


class Listing(Struct):
    """One page of any list of Bluesky's, in one shape."""

    items: list[Item]
    form: str
    next_page: str
    reply: Reply
    announced: int = -1


class BlueskyConnector:
    """Everything about Bluesky. Holds nothing but sessions, which it can make anew."""

    spec = SPEC

    def __init__(self) -> None:
        self._xrpc = Xrpc()

    def streams(self, source: SourceContext) -> Sequence[str]:
        tags = [f"tag:{word.lstrip('#')}" for word in _lines(source, "tags")]
        return [NOTIFICATIONS, *tags, *(f"search:{words}" for words in _lines(source, "searches"))]

    def capture(self, source: SourceContext, stream: str, cursor: str) -> Page:
        """A page of the newest, down to what was read before. Raises ConfigError for a stream it does not know."""
        walk = believed(read_walk(cursor), source.now)
        listing = self._list(source, stream, walk.page, since=walk.edge(source.connected_at))
        new, walk, is_done = step(walk, listing.items, listing.next_page, source.connected_at)
        return self._page(source, listing, new, write_walk(walk), is_done)

    def back_fill(self, source: SourceContext, stream: str, cursor: str) -> Page:
        """A page of what came earlier, newest first; at the end the cursor stays at its end."""
        if cursor == END:
            return Page((), END, True)
        listing = self._list(source, stream, cursor)
        is_done = not listing.next_page or listing.next_page == cursor or not listing.items
        return self._page(source, listing, listing.items, END if is_done else listing.next_page, is_done)

    def own_outbound(self, source: SourceContext, cursor: str) -> Page:
        return self.capture(source, OWN_OUTBOUND, cursor)

    def parse(self, source: SourceContext, raw: RawRecord) -> Outcome:
        return parsing.parse(source, raw)

    def key(self, touchpoint: Touchpoint) -> str:
        return touchpoint.external_id

    def reply(self, source: SourceContext, response: Outgoing) -> Sent:
        return replying.send(self._xrpc, source, response)

    def read_back(self, source: SourceContext, response: Outgoing) -> Sent | None:
        return replying.read_back(self._xrpc, source, response)

    def health(self, source: SourceContext) -> Health:
        """Whether the account can be spoken for; never raises one of our errors."""
        try:
            reply = self._xrpc.call(source, "com.atproto.server.getSession")
            own, expires_at = self._xrpc.own(source), self._xrpc.expires_at(source)
        except FullcircleError as error:
            return Health(False, str(error), error.hint)
        return Health(True, f"Connected as {own.handle}.", "", quota_of(reply), expires_at)

    def _list(self, source: SourceContext, stream: str, page: str, since: Moment = 0) -> Listing:
        paging = [("limit", PAGE_SIZE), *([("cursor", page)] if page else [])]
        if stream == NOTIFICATIONS:
            return self._notifications(source, paging)
        if stream == OWN_OUTBOUND:
            return self._own_feed(source, paging)
        sort, _, words = stream.partition(":")
        if sort not in ("tag", "search") or not words:
            raise ConfigError(f"Bluesky has no stream {stream!r}.", hint="Streams: notifications, tag:x, search:x.")
        return self._search(source, f"#{words}" if sort == "tag" else words, paging, since)

    def _notifications(self, source: SourceContext, paging: Query) -> Listing:
        reasons = [("reasons", reason) for reason in ("mention", "reply", "quote")]
        reply = self._xrpc.call(source, "app.bsky.notification.listNotifications", [*paging, *reasons])
        page = decoded(reply, NotificationPage)
        return Listing(_items(source, page.notifications), "notification", page.cursor or "", reply)

    def _own_feed(self, source: SourceContext, paging: Query) -> Listing:
        actor = self._xrpc.own(source).did
        query = [("actor", actor), ("filter", "posts_with_replies"), *paging]
        reply = self._xrpc.call(source, "app.bsky.feed.getAuthorFeed", query)
        page = decoded(reply, FeedPage)
        return Listing(_items(source, page.feed), "feed_item", page.cursor or "", reply)

    def _search(self, source: SourceContext, words: str, paging: Query, since: Moment) -> Listing:
        bound = [("since", to_iso(since))] if since else []
        reply = self._xrpc.call(
            source, "app.bsky.feed.searchPosts", [("q", words), ("sort", "latest"), *paging, *bound]
        )
        page = decoded(reply, SearchPage)
        announced = page.hits_total if page.hits_total is not None else -1
        return Listing(_items(source, page.posts), "post", page.cursor or "", reply, announced)

    def _page(self, source: SourceContext, listing: Listing, items: list[Item], cursor: str, is_last: bool) -> Page:
        own = self._xrpc.own(source)
        edited = msgspec.structs.replace(own, edited_at=source.now)
        contexts = {False: _coded(own), True: _coded(edited)}
        quota = quota_of(listing.reply)
        return Page(
            records=tuple(RawRecord(item.payload, listing.form, source.now, contexts[item.is_edit]) for item in items),
            cursor=cursor,
            is_last=is_last,
            wait_s=wait_of(listing.reply.headers, source.now) if quota == 0 else 0.0,
            quota_left=quota,
            announced=listing.announced,
        )


def _coded(own: Own) -> str:
    return msgspec.json.encode(own).decode()


def _items(source: SourceContext, payloads: list[msgspec.Raw]) -> list[Item]:
    return [item_of(bytes(payload), source.now) for payload in payloads]


def _lines(source: SourceContext, name: str) -> list[str]:
    """A setting of several entries, on lines or between commas: each once, in the order given."""
    entries = source.settings.get(name, "").replace(",", "\n").splitlines()
    return list(dict.fromkeys(entry.strip() for entry in entries if entry.strip()))


CONNECTOR = BlueskyConnector()
