"""Answers on Mastodon: below their parent, never more public than it, addressed to its author, sent once."""

import hashlib

import msgspec

from fullcircle.connectors.mastodon.calls import Query, Server, decoded, judged, refusal_of, server_of
from fullcircle.connectors.mastodon.names import ALIAS, external_id, full_acct, host_of, local_number
from fullcircle.connectors.mastodon.shapes import NewStatus, SearchPage, Status, read_loosely
from fullcircle.connectors.mastodon.text import length_of, likeness, plain_text
from fullcircle.core.errors import DeskError, UnknownOutcomeError
from fullcircle.core.moments import DAY, parse_moment
from fullcircle.core.ports import Reply, SourceContext
from fullcircle.core.records import Outgoing, Sent

_OPENNESS = ("direct", "private", "unlisted", "public")
_WINDOW = DAY
_PAGES = 3


def send(server: Server, source: SourceContext, response: Outgoing) -> Sent:
    """One attempt. Raises DeskError where Mastodon cannot take it, UnknownOutcomeError where nobody knows."""
    parent = _parent(server, source, response)
    text = _addressed(server, source, response.text, parent)
    _check_length(server, source, text)
    status = NewStatus(text, audience_of(response, parent), str(parent.id) if parent else "")
    headers = {"idempotency-key": _header_of(response.idempotency_key)}
    reply = server.post(source, "/api/v1/statuses", msgspec.json.encode(status), headers)
    if reply.status >= 500:
        raise UnknownOutcomeError(f"Mastodon answered {reply.status} to the send.", hint="It is read back first.")
    if reply.status == 404:
        raise _parent_gone()
    if reply.status in (400, 422):
        raise DeskError("response.refused", f"Mastodon refused it: {refusal_of(reply, source)}")
    made = read_loosely(judged(reply, source).body, Status)
    if made is None:
        raise UnknownOutcomeError("Mastodon answered something unreadable to the send.", hint="It is read back first.")
    return _sent(source, made)


def read_back(server: Server, source: SourceContext, response: Outgoing) -> Sent | None:
    """Our own newest statuses, looked through for the same words below the same parent within a day."""
    parent = _parent(server, source, response)
    wanted = likeness(_addressed(server, source, response.text, parent))
    number = str(parent.id) if parent else ""
    low = ""
    for _ in range(_PAGES):
        statuses = _own_statuses(server, source, low)
        for status in statuses:
            is_ours = (
                str(status.in_reply_to_id or "") == number and likeness(plain_text(status.content or "")) == wanted
            )
            if is_ours and source.now - (parse_moment(status.created_at or "") or 0) <= _WINDOW:
                return _sent(source, status)
        if not statuses:
            break
        low = str(statuses[-1].id)
    return None


def audience_of(response: Outgoing, parent: Status | None) -> str:
    """The most private of what was asked for, what the parent has, and what `is_public` allows."""
    asked = response.audience if response.audience in _OPENNESS else ""
    bounds = [asked, parent.visibility if parent else ""]
    if not response.is_public and asked not in ("private", "direct"):
        bounds.append("direct")
    known = [_OPENNESS.index(bound) for bound in bounds if bound in _OPENNESS]
    return _OPENNESS[min(known)] if known else "public"


def _parent(server: Server, source: SourceContext, response: Outgoing) -> Status | None:
    """The status this answers, as our server has it now. Raises DeskError where it is gone."""
    if not response.parent_id:
        return None
    name = response.parent_id
    hosts = (server_of(source), host_of(server.own(source).uri))
    number = response.context.get("local_id") or next((n for host in hosts if (n := local_number(name, host))), "")
    found = _one(server.try_call(source, f"/api/v1/statuses/{number}"), source) if number else None
    if found is None and not name.startswith(ALIAS):
        query = [("q", name), ("type", "statuses"), ("resolve", "true"), ("limit", "5")]
        found = _searched(server, source, query, name)
    if found is None:
        raise _parent_gone()
    return found


def _one(reply: Reply, source: SourceContext) -> Status | None:
    if reply.status in (404, 410):
        return None
    return decoded(judged(reply, source), Status)


def _searched(server: Server, source: SourceContext, query: Query, name: str) -> Status | None:
    page = decoded(server.call(source, "/api/v2/search", query), SearchPage)
    found = [status for raw in page.statuses if (status := read_loosely(raw, Status))]
    return next((status for status in found if name in (status.uri, status.url)), None)


def _addressed(server: Server, source: SourceContext, text: str, parent: Status | None) -> str:
    """Mastodon delivers an answer to those it names: the parent's author is named first unless the text does it."""
    author = parent.account if parent else None
    if author is None or not author.acct or str(author.id) == server.own(source).id:
        return text
    known = f"@{author.acct}".lower()
    words = {word.strip(".,:;!?()").lower() for word in text.split()}
    if words & {known, f"@{full_acct(author, server_of(source))}"}:
        return text
    return f"@{author.acct} {text}"


def _check_length(server: Server, source: SourceContext, text: str) -> None:
    limits = server.limits(source)
    count = length_of(text, limits.characters_reserved_per_url)
    if count > limits.max_characters:
        raise DeskError(
            "response.too_long",
            f"This server takes {limits.max_characters} characters; with the name in front this has {count}.",
            hint="Shorten it, or answer in two parts.",
        )
    if not text.strip():
        raise DeskError("response.empty", "There is nothing to send.")


def _own_statuses(server: Server, source: SourceContext, low: str) -> list[Status]:
    query = [("limit", "40"), ("exclude_reblogs", "true"), *([("max_id", low)] if low else [])]
    reply = server.call(source, f"/api/v1/accounts/{server.own(source).id}/statuses", query)
    found = (read_loosely(raw, Status) for raw in decoded(reply, list[msgspec.Raw]))
    return [status for status in found if status is not None]


def _header_of(key: str) -> str:
    """The key as it is where a header can carry it, else its hash: the same on every attempt either way."""
    is_plain = key.isascii() and key.isprintable() and 0 < len(key) <= 200
    return key if is_plain else hashlib.sha256(key.encode()).hexdigest()


def _parent_gone() -> DeskError:
    return DeskError("response.parent_gone", "The status this answers is no longer on Mastodon.")


def _sent(source: SourceContext, status: Status) -> Sent:
    name = external_id(status, server_of(source))
    return Sent(name, status.url or name, parse_moment(status.created_at or "") or source.now)
