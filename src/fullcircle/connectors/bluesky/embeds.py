"""What hangs under a post: pictures and film with their descriptions, the page it points to, the post it quotes.

Read from the record, where they are content hashes; the addresses are those of the network's own image service.
A quoted post and a page are kept beside the text as references, so that the text stays what the author wrote.
"""

from fullcircle.connectors.bluesky.shapes import BOUND, POST, WEB, Blob, Embed
from fullcircle.core.gate import clean_text
from fullcircle.core.records import Media

_IMAGES = "https://cdn.bsky.app/img/feed_fullsize/plain"
_FILMS = "https://video.bsky.app/watch"


def quoted_in(embed: Embed | None) -> str:
    """at:// address of the quoted record, else ""."""
    return embed.record.found() if embed and embed.record else ""


def media_of(embed: Embed | None, did: str) -> tuple[Media, ...]:
    """Pictures (at most BOUND) and film of a post by `did`, then the page and the post it refers to."""
    if embed is None:
        return ()
    inner = embed.media or embed
    shown = [Media(f"{_IMAGES}/{did}/{_hash(one.image)}", "image", _alt(one.alt)) for one in inner.images[:BOUND]]
    if inner.video is not None:
        shown.append(Media(f"{_FILMS}/{did}/{_hash(inner.video)}/playlist.m3u8", "video", _alt(inner.alt)))
    if inner.external is not None and (page := web_only(inner.external.uri, 2000)):
        shown.append(Media(page, "file", _alt(inner.external.title)))
    if address := web_address(quoted_in(embed)):
        shown.append(Media(address, "file", "quoted post"))
    return tuple(shown)


def web_address(uri: str) -> str:
    """Where a person can look at a post, "" where the at:// address is not one of a post."""
    did, _, rkey = uri.removeprefix("at://").partition(f"/{POST}/")
    return clean_text(f"{WEB}/profile/{did}/post/{rkey}", 1000)[0] if rkey else ""


def web_only(address: str, limit: int) -> str:
    """The address where it is one of the web, else "": nobody shall press what a stranger's script begins with."""
    return clean_text(address, limit)[0] if address[:8].lower().startswith(("http://", "https://")) else ""


def _hash(blob: Blob | None) -> str:
    return clean_text(blob.ref.link, 200)[0] if blob and blob.ref else ""


def _alt(text: str | None) -> str:
    return clean_text(text or "", 5000)[0]
