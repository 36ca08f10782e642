"""What the AT protocol sends, as far as we read it. Fields we do not name are passed over; parts that people write
freely (facets, embeds, languages) stay raw, so that an odd one costs the part and not the post."""

from typing import TypeVar

import msgspec
from msgspec import Raw, Struct, field

S = TypeVar("S")

POST = "app.bsky.feed.post"
WEB = "https://bsky.app"
NOTHING = Raw(b"null")
BOUND = 64
"""Parts (facets, pictures, languages) we read of one post; the platform allows far fewer."""


class Typed(Struct, gc=False):
    type: str = field(name="$type", default="")


class Ref(Struct, gc=False):
    """A strong reference; in a quote with media the reference lies one level deeper."""

    uri: str = ""
    cid: str = ""
    record: "Ref | None" = None

    def found(self) -> str:
        return self.uri or (self.record.uri if self.record else "")


class ReplyRefs(Struct, gc=False):
    root: Ref | None = None
    parent: Ref | None = None


class Slice(Struct, rename="camel", gc=False):
    byte_start: int
    byte_end: int


class Feature(Struct, gc=False):
    type: str = field(name="$type", default="")
    uri: str = ""
    did: str = ""


class Facet(Struct, gc=False):
    index: Slice
    features: list[Feature] = []


class BlobLink(Struct, gc=False):
    link: str = field(name="$link", default="")


class Blob(Struct, rename="camel", gc=False):
    ref: BlobLink | None = None
    mime_type: str = ""


class Picture(Struct, gc=False):
    alt: str | None = None
    image: Blob | None = None


class Card(Struct, gc=False):
    uri: str = ""
    title: str | None = None


class Embed(Struct, gc=False):
    """Any of images, video, external, record, recordWithMedia: what is not there is empty."""

    images: list[Picture] = []
    video: Blob | None = None
    alt: str | None = None
    external: Card | None = None
    record: Ref | None = None
    media: "Embed | None" = None


class PostRecord(Struct, rename="camel", gc=False):
    """`app.bsky.feed.post`, as its author wrote it."""

    type: str = field(name="$type", default="")
    text: str = ""
    created_at: str | None = None
    reply: ReplyRefs | None = None
    langs: list[str] | None = None
    facets: list[Facet] | None = None
    embed: Embed | None = None


class OddRecord(Struct, rename="camel", gc=False):
    """The same where a part is not what the documentation says: the parts are tried one by one."""

    type: str = field(name="$type", default="")
    text: str = ""
    created_at: str | None = None
    reply: ReplyRefs | None = None
    langs: Raw = NOTHING
    facets: Raw = NOTHING
    embed: Raw = NOTHING

    def as_record(self) -> PostRecord:
        langs, facets = read_loosely(self.langs, list[str]), read_loosely(self.facets, list[Facet])
        embed = read_loosely(self.embed, Embed)
        return PostRecord(self.type, self.text, self.created_at, self.reply, langs, facets, embed)


class Profile(Struct, rename="camel", gc=False):
    did: str = ""
    handle: str | None = None
    display_name: str | None = None
    avatar: str | None = None
    followers_count: int | None = None


class PostView(Struct, rename="camel", gc=False):
    """A post as the network shows it."""

    uri: str = ""
    cid: str = ""
    author: Profile | None = None
    record: Raw = NOTHING
    indexed_at: str | None = None
    reply_count: int | None = None
    repost_count: int | None = None
    like_count: int | None = None


class FeedItem(Struct, gc=False):
    """A post in a feed; `reason` says when it stands there for a repost."""

    post: PostView
    reason: Typed | None = None


class StoredRecord(Struct, gc=False):
    """What `getRecord` answers."""

    uri: str = ""
    cid: str = ""
    value: Raw = NOTHING


class Notification(Struct, rename="camel", gc=False):
    uri: str = ""
    cid: str = ""
    author: Profile | None = None
    reason: str = ""
    record: Raw = NOTHING
    indexed_at: str | None = None


class Commit(Struct, gc=False):
    """One record made, changed or taken away."""

    rev: str = ""
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: Raw = NOTHING


class Event(Struct, gc=False):
    """A line of Jetstream: version 1 puts the commit one level down, version 2 is flat within a `payload` frame."""

    type: str = field(name="$type", default="")
    payload: "Event | None" = None
    did: str = ""
    kind: str = ""
    time_us: int = 0
    time: str = ""
    commit: Commit | None = None
    rev: str = ""
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: Raw = NOTHING

    def as_commit(self) -> Commit | None:
        """The commit, whichever version sent it."""
        if self.commit is not None:
            return self.commit
        if not self.collection:
            return None
        return Commit(self.rev, self.operation, self.collection, self.rkey, self.record)


class When(Struct, rename="camel", gc=False):
    indexed_at: str | None = None


class Peek(Struct, rename="camel", gc=False):
    """As much of an item as paging needs: when, and which version of what."""

    uri: str = ""
    cid: str = ""
    indexed_at: str | None = None
    post: "Peek | None" = None
    reason: "When | str | None" = None


class NotificationPage(Struct, gc=False):
    notifications: list[Raw] = []
    cursor: str | None = None


class SearchPage(Struct, rename="camel", gc=False):
    posts: list[Raw] = []
    cursor: str | None = None
    hits_total: int | None = None


class FeedPage(Struct, gc=False):
    feed: list[Raw] = []
    cursor: str | None = None


class Posts(Struct, gc=False):
    posts: list[PostView] = []


class Tokens(Struct, rename="camel", gc=False):
    """What `createSession` and `refreshSession` answer."""

    access_jwt: str
    refresh_jwt: str
    did: str
    handle: str = ""


class Refusal(Struct, gc=False):
    """An XRPC error body."""

    error: str = ""
    message: str = ""


class Own(Struct, omit_defaults=True, gc=False):
    """Who we are on Bluesky: what a raw record's context says beside its payload."""

    did: str = ""
    handle: str = ""
    edited_at: int = 0  # when capture saw that a post says something else than before; 0: it did not


class Link(Struct, tag_field="$type", tag="app.bsky.richtext.facet#link"):
    uri: str


class Mention(Struct, tag_field="$type", tag="app.bsky.richtext.facet#mention"):
    did: str


class Hashtag(Struct, tag_field="$type", tag="app.bsky.richtext.facet#tag"):
    tag: str


class NewFacet(Struct, gc=False):
    index: Slice
    features: list[Link | Mention | Hashtag]


class StrongRef(Struct, gc=False):
    uri: str
    cid: str


class NewReply(Struct, gc=False):
    root: StrongRef
    parent: StrongRef


class NewPost(Struct, rename="camel", omit_defaults=True, tag_field="$type", tag=POST):
    """The record we write."""

    text: str
    created_at: str
    facets: list[NewFacet] = []
    reply: NewReply | None = None


class PutRecord(Struct, rename="camel", gc=False):
    """`swapRecord: null` says: only if there is none yet, so a resend cannot put a second one there."""

    repo: str
    collection: str
    rkey: str
    record: NewPost
    swap_record: None = None


class Written(Struct, gc=False):
    uri: str = ""
    cid: str = ""


def read_loosely(raw: Raw | bytes, kind: type[S]) -> S | None:
    """The part as `kind`, or None where it is something else."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
