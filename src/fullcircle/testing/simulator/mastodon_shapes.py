"""The world in Mastodon's words: statuses, accounts, notifications as version 4.6 of its API gives them."""

import html
import re
from typing import Any, TypeAlias

from fullcircle.core.moments import Moment, to_iso
from fullcircle.testing.simulator.people import HOST
from fullcircle.testing.simulator.world import Account, Notification, Post, World

Shape: TypeAlias = dict[str, Any]

NOTIFICATION_TYPES = {"reply": "mention", "like": "favourite", "repost": "reblog"}
_MARKED = re.compile(r"(?P<link>https?://[^\s<>\"]+)|(?<!\w)@(?P<name>\w+)|(?<!\w)#(?P<tag>\w+)")


def account_shape(base: str, account: Account) -> Shape:
    picture = f"{base}/avatars/{account.handle}.png"
    posts = [post for post in account.said if not post.deleted_at]
    return {
        "id": account.native_id,
        "username": account.handle,
        "acct": account.handle,
        "display_name": account.name,
        "locked": False,
        "bot": account.is_bot,
        "discoverable": True,
        "indexable": True,
        "group": False,
        "created_at": f"{to_iso(account.created_at)[:10]}T00:00:00.000Z",
        "note": "<p>Lives in Saltmarsh.</p>",
        "url": f"{base}/@{account.handle}",
        "uri": f"https://{HOST}/users/{account.handle}",
        "avatar": picture,
        "avatar_static": picture,
        "avatar_description": "",
        "header": picture,
        "header_static": picture,
        "header_description": "",
        "followers_count": len(account.handle) * 7,
        "following_count": len(account.handle) * 3,
        "statuses_count": len(posts),
        "last_status_at": to_iso(posts[-1].created_at)[:10] if posts else None,
        "hide_collections": None,
        "show_media": True,
        "show_media_replies": True,
        "show_featured": True,
        "noindex": False,
        "feature_approval": {"automatic": [], "manual": [], "current_user": "denied"},
        "emojis": [],
        "roles": [],
        "fields": [],
    }


def credentials_shape(base: str, world: World) -> Shape:
    """Our own account, with what only its owner sees."""
    source = {
        "privacy": "public",
        "sensitive": False,
        "language": None,
        "note": "",
        "fields": [],
        "follow_requests_count": 0,
        "hide_collections": None,
        "discoverable": None,
        "indexable": False,
        "attribution_domains": [],
        "quote_policy": "public",
    }
    role = {"id": "-99", "name": "", "permissions": "65536", "color": "", "highlighted": False, "collection_limit": 10}
    return {**account_shape(base, world.ours("mastodon")), "source": source, "role": role}


def status_shape(base: str, world: World, post: Post) -> Shape:
    """A status as it stands now."""
    shape: Shape = {
        "id": post.native_id,
        "created_at": to_iso(post.created_at),
        "in_reply_to_id": post.parent.native_id if post.parent else None,
        "in_reply_to_account_id": post.parent.author.native_id if post.parent else None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": post.audience,
        "language": post.language,
        "uri": post.external_id,
        "url": f"{base}/@{post.author.handle}/{post.native_id}",
        "replies_count": len(post.live_answers),
        "reblogs_count": 0,
        "favourites_count": 0,
        "quotes_count": 0,
        "edited_at": to_iso(post.revisions[-1].at) if post.version else None,
        "favourited": False,
        "reblogged": False,
        "muted": False,
        "bookmarked": False,
        "content": content_html(base, world, post.text),
        "filtered": [],
        "reblog": None,
        "application": {"name": "Town square", "website": None},
        "account": account_shape(base, post.author),
        "media_attachments": [],
        "mentions": [_mention(base, account) for account in post.mentions],
        "tags": [{"name": name.lower(), "url": f"{base}/tags/{name.lower()}"} for name in hashtags(post.text)],
        "emojis": [],
        "tagged_collections": [],
        "quote": None,
        "card": None,
        "poll": None,
        "quote_approval": {"automatic": ["public"], "manual": [], "current_user": "automatic"},
    }
    return {**shape, "pinned": False} if post.author.is_ours else shape


def _mention(base: str, account: Account) -> Shape:
    url = f"{base}/@{account.handle}"
    return {"id": account.native_id, "username": account.handle, "url": url, "acct": account.handle}


def hashtags(text: str) -> list[str]:
    """Hashtags in the order of the text, each once."""
    return list(dict.fromkeys(found["tag"] for found in _MARKED.finditer(text) if found["tag"]))


def content_html(base: str, world: World, text: str) -> str:
    """Paragraphs, line breaks, and marked-up links, names and hashtags, as the platform writes them."""
    paragraphs = [_marked_up(base, world, part).replace("\n", "<br />") for part in text.split("\n\n")]
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def _marked_up(base: str, world: World, text: str) -> str:
    parts, done = [], 0
    for found in _MARKED.finditer(text):
        parts += [html.escape(text[done : found.start()], quote=False), _mark(base, world, found)]
        done = found.end()
    return "".join([*parts, html.escape(text[done:], quote=False)])


def _mark(base: str, world: World, found: re.Match[str]) -> str:
    if found["link"]:
        return _link(found["link"])
    if found["tag"]:
        tag = found["tag"]
        return f'<a href="{base}/tags/{tag.lower()}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
    account = world.account("mastodon", found["name"])
    if account is None:
        return html.escape(found[0], quote=False)
    return (
        f'<span class="h-card" translate="no"><a href="{base}/@{account.handle}" class="u-url mention">'
        f"@<span>{account.handle}</span></a></span>"
    )


def _link(url: str) -> str:
    """A long address is shown in three spans, of which the first and the last are hidden."""
    scheme, rest = url.split("://", 1)
    shown, hidden = html.escape(rest[:30]), html.escape(rest[30:])
    sort = "ellipsis" if hidden else ""
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{scheme}://</span><span class="{sort}">{shown}</span>'
        f'<span class="invisible">{hidden}</span></a>'
    )


def notification_shape(base: str, world: World, told: Notification) -> Shape:
    shape: Shape = {
        "id": str(told.number),
        "type": NOTIFICATION_TYPES.get(told.reason, told.reason),
        "created_at": to_iso(told.at),
        "group_key": f"ungrouped-{told.number}",
        "account": account_shape(base, told.account),
    }
    return shape if told.post is None else {**shape, "status": status_shape(base, world, told.post)}


def conversation_shape(base: str, world: World, last: Post) -> Shape:
    """A thread of direct messages, named by its newest."""
    others = {post.author.native_id: post.author for post in (last, last.root) if not post.author.is_ours}
    accounts = [account_shape(base, account) for account in others.values()]
    number = str(last.root.number)
    return {"id": number, "unread": True, "accounts": accounts, "last_status": status_shape(base, world, last)}


def history_shape(base: str, world: World, post: Post) -> list[Shape]:
    return [
        {
            "content": content_html(base, world, revision.text),
            "spoiler_text": "",
            "sensitive": False,
            "created_at": to_iso(revision.at),
            "account": account_shape(base, post.author),
            "media_attachments": [],
            "emojis": [],
        }
        for revision in post.revisions
    ]


def instance_shape(base: str, now: Moment) -> Shape:
    """Version 2 of the instance's description."""
    return {
        "domain": HOST,
        "title": "Saltmarsh",
        "version": "4.6.4",
        "source_url": "https://github.com/mastodon/mastodon",
        "description": "A fictional town, simulated on this machine.",
        "usage": {"users": {"active_month": 18}},
        "thumbnail": {"url": f"{base}/thumbnail.png", "blurhash": None, "versions": {}, "description": ""},
        "icon": [],
        "languages": ["en"],
        "configuration": {"urls": {"streaming": None}, **_configuration()},
        "registrations": {"enabled": False, "approval_required": False, "message": None, "url": None},
        "api_versions": {"mastodon": 7},
        "contact": {"email": "", "account": None},
        "rules": [],
    }


def instance_v1_shape(base: str) -> Shape:
    return {
        "uri": HOST,
        "title": "Saltmarsh",
        "short_description": "",
        "description": "A fictional town, simulated on this machine.",
        "email": "",
        "version": "4.6.4",
        "urls": {"streaming_api": None},
        "stats": {"user_count": 18, "status_count": 0, "domain_count": 1},
        "thumbnail": f"{base}/thumbnail.png",
        "languages": ["en"],
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": _configuration(),
        "contact_account": None,
        "rules": [],
    }


def _configuration() -> Shape:
    return {
        "accounts": {"max_featured_tags": 10},
        "statuses": {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23},
        "media_attachments": {"supported_mime_types": ["image/png"], "image_size_limit": 16_777_216},
        "polls": {
            "max_options": 4,
            "max_characters_per_option": 50,
            "min_expiration": 300,
            "max_expiration": 2_629_746,
        },
    }
