"""The world in Bluesky's words: profiles, records, post views, notifications, threads, and events as Jetstream gives
them."""

import re
from typing import Any, TypeAlias

from fullcircle.core.moments import to_iso
from fullcircle.testing.simulator.world import Account, Act, Notification, Post, World
from fullcircle.testing.tids import tid

Shape: TypeAlias = dict[str, Any]

POST = "app.bsky.feed.post"
_MARKED = re.compile(
    r"(?P<link>https?://[^\s<>\"]+)|(?<!\w)@(?P<name>[\w-]+(?:\.[\w-]+)+)|(?<!\w)#(?P<tag>\w+)", re.UNICODE
)


def profile_shape(base: str, account: Account) -> Shape:
    """As it stands beside a post."""
    return {
        "did": account.native_id,
        "handle": account.handle,
        "displayName": account.name,
        "avatar": f"{base}/avatars/{account.handle}.png",
        "associated": {"activitySubscription": {"allowSubscriptions": "followers"}},
        "viewer": {"muted": False, "blockedBy": False},
        "labels": [],
        "createdAt": to_iso(account.created_at),
    }


def detailed_profile_shape(base: str, account: Account) -> Shape:
    count = sum(1 for post in account.said if not post.deleted_at)
    counts = {"followersCount": len(account.handle) * 7, "followsCount": len(account.handle) * 3, "postsCount": count}
    more = {"description": "Lives in Saltmarsh.", "indexedAt": to_iso(account.created_at)}
    return {**profile_shape(base, account), **more, **counts}


def strong_ref(post: Post) -> Shape:
    return {"cid": post.revisions[-1].cid, "uri": post.external_id}


def record_shape(world: World, post: Post, version: int = -1) -> Shape:
    """What the author's repository holds."""
    text = post.revisions[version].text
    record: Shape = {
        "$type": POST,
        "createdAt": to_iso(post.created_at),
        "langs": [post.language],
        "text": text,
    }
    facets = facets_shape(world, text)
    if facets:
        record["facets"] = facets
    if post.parent is not None:
        record["reply"] = {"parent": strong_ref(post.parent), "root": strong_ref(post.root)}
    return record


def facets_shape(world: World, text: str) -> list[Shape]:
    """Links, names and hashtags, counted in bytes of UTF-8."""
    facets = []
    for found in _MARKED.finditer(text):
        feature = _feature(world, found)
        if feature is not None:
            start = len(text[: found.start()].encode())
            index = {"byteStart": start, "byteEnd": start + len(found[0].encode())}
            facets.append({"$type": "app.bsky.richtext.facet", "features": [feature], "index": index})
    return facets


def _feature(world: World, found: re.Match[str]) -> Shape | None:
    if found["link"]:
        return {"$type": "app.bsky.richtext.facet#link", "uri": found["link"]}
    if found["tag"]:
        return {"$type": "app.bsky.richtext.facet#tag", "tag": found["tag"]}
    account = world.account("bluesky", found["name"])
    return {"$type": "app.bsky.richtext.facet#mention", "did": account.native_id} if account else None


def hashtags(text: str) -> list[str]:
    return [found["tag"] for found in _MARKED.finditer(text) if found["tag"]]


def post_view(base: str, world: World, post: Post) -> Shape:
    return {
        "uri": post.external_id,
        "cid": post.revisions[-1].cid,
        "author": profile_shape(base, post.author),
        "record": record_shape(world, post),
        "bookmarkCount": 0,
        "replyCount": len(post.live_answers),
        "repostCount": 0,
        "likeCount": 0,
        "quoteCount": 0,
        "indexedAt": to_iso(post.revisions[-1].at),
        "viewer": {"bookmarked": False, "threadMuted": False, "embeddingDisabled": False},
        "labels": [],
    }


def feed_item(base: str, world: World, post: Post) -> Shape:
    """A line of an author's feed; a reply carries what it answers."""
    shape: Shape = {"post": post_view(base, world, post)}
    if post.parent is not None:
        shape["reply"] = {"root": _or_gone(base, world, post.root), "parent": _or_gone(base, world, post.parent)}
    return shape


def _or_gone(base: str, world: World, post: Post) -> Shape:
    if post.deleted_at:
        return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": post.external_id, "notFound": True}
    return {"$type": "app.bsky.feed.defs#postView", **post_view(base, world, post)}


def notification_shape(base: str, world: World, told: Notification) -> Shape:
    """Of a like, repost or follow there is a record of its own, made up here."""
    post = told.post
    shape: Shape = {
        "author": profile_shape(base, told.account),
        "reason": told.reason,
        "isRead": False,
        "indexedAt": to_iso(told.at),
        "labels": [],
    }
    if post is not None and told.reason in ("mention", "reply", "quote"):
        about = {"reasonSubject": post.parent.external_id} if told.reason == "reply" and post.parent else {}
        return {**shape, **about, **strong_ref(post), "record": record_shape(world, post)}
    sort = f"app.bsky.graph.{told.reason}" if told.reason == "follow" else f"app.bsky.feed.{told.reason}"
    subject = strong_ref(post) if post is not None else world.ours("bluesky").native_id
    uri = f"at://{told.account.native_id}/{sort}/{tid(told.at * 1000, told.number)}"
    about = {"reasonSubject": post.external_id} if post is not None else {}
    record = {"$type": sort, "createdAt": to_iso(told.at), "subject": subject}
    return {
        **shape,
        **about,
        "uri": uri,
        "cid": world.posts[0].revisions[0].cid if world.posts else "",
        "record": record,
    }


def thread_view(base: str, world: World, post: Post, depth: int = 6, height: int = 80) -> Shape:
    """A post with what is above and below it."""
    shape: Shape = {"$type": "app.bsky.feed.defs#threadViewPost", "post": post_view(base, world, post)}
    if post.parent is not None and height > 0:
        gone = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": post.parent.external_id, "notFound": True}
        shape["parent"] = gone if post.parent.deleted_at else thread_view(base, world, post.parent, 0, height - 1)
    shape["replies"] = [thread_view(base, world, one, depth - 1, 0) for one in post.live_answers] if depth > 0 else []
    return shape


def event_shape(world: World, act: Act) -> Shape:
    """One commit of the event stream."""
    post, micros = act.post, act.at * 1000
    operation = {"create": "create", "edit": "update", "delete": "delete"}[act.change]
    commit: Shape = {
        "rev": tid(micros, act.number),
        "operation": operation,
        "collection": POST,
        "rkey": post.native_id,
    }
    if act.change != "delete":
        commit |= {"record": record_shape(world, post, act.version), "cid": post.revisions[act.version].cid}
    return {"did": post.author.native_id, "time_us": micros, "kind": "commit", "commit": commit}
