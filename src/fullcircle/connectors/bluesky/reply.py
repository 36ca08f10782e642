"""Answers on Bluesky. The record key follows from the response's idempotency key, so the same answer has one place:
a second attempt finds it taken, and reading back is looking there."""

from functools import partial

import msgspec

from fullcircle.connectors.bluesky.calls import Xrpc, decoded, judged, refusal_of
from fullcircle.connectors.bluesky.embeds import web_address
from fullcircle.connectors.bluesky.shapes import (
    POST,
    NewPost,
    NewReply,
    Own,
    PostRecord,
    Posts,
    PutRecord,
    Refusal,
    StoredRecord,
    StrongRef,
    Written,
    read_loosely,
)
from fullcircle.connectors.bluesky.text import check_length, make_facets
from fullcircle.connectors.bluesky.tid import tid_of
from fullcircle.core.errors import DeskError, PermanentSourceError, UnknownOutcomeError
from fullcircle.core.moments import Moment, parse_moment, to_iso
from fullcircle.core.ports import Reply, SourceContext
from fullcircle.core.records import Outgoing, Sent


def send(xrpc: Xrpc, source: SourceContext, response: Outgoing) -> Sent:
    """One attempt. Raises DeskError where Bluesky cannot take it, UnknownOutcomeError where nobody knows."""
    if not response.is_public:
        raise DeskError("response.not_private", "Bluesky has no private answers to a post; nothing was sent.")
    check_length(response.text)
    own = xrpc.own(source)
    record = NewPost(
        text=response.text,
        created_at=to_iso(source.now),
        facets=make_facets(response.text, partial(_did_of, xrpc, source)),
        reply=_refs(xrpc, source, response) if response.parent_id else None,
    )
    rkey = tid_of(response.idempotency_key)
    body = msgspec.json.encode(PutRecord(own.did, POST, rkey, record))
    answer = xrpc.try_call(source, "com.atproto.repo.putRecord", body=body)
    if answer.status >= 400:
        return _not_written(xrpc, source, response, answer)
    written = read_loosely(answer.body, Written) or Written()
    return _sent(own, rkey, written.uri, source.now)


def read_back(xrpc: Xrpc, source: SourceContext, response: Outgoing) -> Sent | None:
    """The answer where it lies, or None where that place is empty."""
    own, rkey = xrpc.own(source), tid_of(response.idempotency_key)
    query = [("repo", own.did), ("collection", POST), ("rkey", rkey)]
    answer = xrpc.try_call(source, "com.atproto.repo.getRecord", query)
    if answer.status == 404 or _refusal(answer) == "RecordNotFound":
        return None
    stored = decoded(judged(answer, source), StoredRecord)
    record = read_loosely(stored.value, PostRecord) or PostRecord()
    return _sent(own, rkey, stored.uri, parse_moment(record.created_at or "") or source.now)


def _not_written(xrpc: Xrpc, source: SourceContext, response: Outgoing, answer: Reply) -> Sent:
    if answer.status >= 500:
        raise UnknownOutcomeError(f"Bluesky answered {answer.status} to the send.", hint="It is read back first.")
    if _refusal(answer) == "InvalidSwap":  # the place is taken: an earlier attempt arrived after all
        found = read_back(xrpc, source, response)
        if found is not None:
            return found
    if answer.status == 400:
        raise DeskError("response.refused", f"Bluesky refused it: {refusal_of(answer, source)}")
    judged(answer, source)
    raise PermanentSourceError(f"Bluesky answered {answer.status} to the send.")


def _refs(xrpc: Xrpc, source: SourceContext, response: Outgoing) -> NewReply:
    """Parent and root with their content hashes: as noted at capture, else as the network has them now."""
    cid, root_cid = response.context.get("cid", ""), response.context.get("root_cid", "")
    root_id = response.root_id or response.parent_id
    if cid and (root_cid or root_id == response.parent_id):
        return NewReply(StrongRef(root_id, root_cid or cid), StrongRef(response.parent_id, cid))
    answer = xrpc.call(source, "app.bsky.feed.getPosts", [("uris", response.parent_id)])
    views = [view for view in decoded(answer, Posts).posts if view.uri == response.parent_id]
    if not views:
        raise DeskError("response.parent_gone", "The post this answers is no longer on Bluesky.")
    parent = StrongRef(views[0].uri, views[0].cid)
    refs = (read_loosely(views[0].record, PostRecord) or PostRecord()).reply
    root = refs.root if refs else None
    return NewReply(StrongRef(root.uri, root.cid) if root and root.uri else parent, parent)


def _did_of(xrpc: Xrpc, source: SourceContext, handle: str) -> str:
    """The account behind a handle; a handle nobody has stays plain text."""
    answer = xrpc.try_call(source, "com.atproto.identity.resolveHandle", [("handle", handle)])
    if answer.status == 429 or answer.status >= 500:
        judged(answer, source)
    return (read_loosely(answer.body, Own) or Own()).did if answer.status < 400 else ""


def _refusal(answer: Reply) -> str:
    return (read_loosely(answer.body, Refusal) or Refusal()).error if answer.status >= 400 else ""


def _sent(own: Own, rkey: str, uri: str, occurred_at: Moment) -> Sent:
    external_id = uri or f"at://{own.did}/{POST}/{rkey}"
    return Sent(external_id, web_address(external_id), occurred_at)
