"""Which status a reply answers. A server names it by its own number; we need the name that is the same everywhere.

Told by what stands on the same page and by accounts whose statuses we can name; else the status is fetched and
delivered as well: who reads an answer must be able to see what it answers. The same page gives the same records
each time it is read: memory only saves calls.
"""

import threading
from collections import OrderedDict
from urllib.parse import quote

import msgspec
from msgspec import Struct

from fullcircle.connectors.mastodon.calls import OwnAccount, Server, judged, server_of
from fullcircle.connectors.mastodon.names import status_uri
from fullcircle.connectors.mastodon.shapes import Noted, Outline, read_loosely
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import RawRecord

_MEMORY = 500


_GONE = frozenset({401, 403, 404, 410})


class Known(Struct):
    uri: str
    is_first: bool = False  # it answers nothing, so it is its thread's root


class PageNames(Struct):
    """What a page says of itself: statuses by number, and accounts of this server by number."""

    statuses: dict[str, Known] = {}
    accounts: dict[str, str] = {}

    def learn(self, outline: Outline) -> None:
        who = outline.account
        if outline.uri and outline.id:
            self.statuses[str(outline.id)] = Known(outline.uri, not outline.in_reply_to_id)
        if who is not None and who.uri and who.id and "@" not in who.acct:
            self.accounts[str(who.id)] = who.uri


class Threads:
    """Names parents. Keeps the last payloads it fetched, nothing else."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._fetched: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def records(
        self, source: SourceContext, own: OwnAccount, form: str, items: list[tuple[bytes, Outline]]
    ) -> list[RawRecord]:
        """Raw records of a page, each with what it answers; parents we had to fetch come before their answers."""
        names = PageNames({}, {own.id: own.uri})
        for _, outline in items:
            names.learn(outline)
        found: list[RawRecord] = []
        for payload, outline in items:
            parent = self._known_parent(names, outline)
            if parent is None and outline.in_reply_to_id:
                parent, fetched = self._fetched_parent(source, names, str(outline.in_reply_to_id))
                found += [_record(source, own, "status", fetched, None)] if fetched else []
            found.append(_record(source, own, form, payload, parent))
        return found

    def _known_parent(self, names: PageNames, outline: Outline) -> Known | None:
        number, author = str(outline.in_reply_to_id or ""), str(outline.in_reply_to_account_id or "")
        if number in names.statuses:
            return names.statuses[number]
        uri = status_uri(names.accounts.get(author, ""), number) if number and author else ""
        return Known(uri) if uri else None

    def _fetched_parent(self, source: SourceContext, names: PageNames, number: str) -> tuple[Known | None, bytes]:
        """The parent and its payload; None and nothing where there is none that we may see."""
        payload = self._payload(source, number)
        outline = read_loosely(payload, Outline)
        if outline is None or not outline.uri:
            return None, b""
        names.learn(outline)
        return Known(outline.uri, not outline.in_reply_to_id), payload

    def _payload(self, source: SourceContext, number: str) -> bytes:
        key = server_of(source), number
        with self._lock:
            kept = self._fetched.get(key)
        if kept is not None:
            return kept
        reply = self._server.try_call(source, f"/api/v1/statuses/{quote(number, safe='')}")
        if reply.status in _GONE:
            return b""
        payload = judged(reply, source).body
        with self._lock:
            self._fetched[key] = payload
            if len(self._fetched) > _MEMORY:
                self._fetched.popitem(last=False)
        return payload


def _record(source: SourceContext, own: OwnAccount, form: str, payload: bytes, parent: Known | None) -> RawRecord:
    noted = Noted(server_of(source), own.id, own.uri)
    if parent is not None:
        noted.parent, noted.root = parent.uri, parent.uri if parent.is_first else ""
    return RawRecord(payload, form, source.now, msgspec.json.encode(noted).decode())
