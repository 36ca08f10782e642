"""The fast lane of the event stream: a new post, as nearly every wanted event is one, decoded once and built at once.

What is not quite that (an edit, a delete, an odd part, a name beyond ASCII) is left to `parse.py`, which gives the
same touchpoint for everything this reads (a test holds that).
"""

from msgspec import DecodeError, Raw, Struct, ValidationError, field, json

from fullcircle.connectors.bluesky.embeds import media_of, quoted_in
from fullcircle.connectors.bluesky.shapes import NOTHING, POST, WEB, Own, PostRecord
from fullcircle.connectors.bluesky.text import mentioned_dids, read_facets, whole_links
from fullcircle.core.gate import clean_text
from fullcircle.core.kinds import Channel, Direction, Kind
from fullcircle.core.moments import LATEST, parse_moment
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import Author, RawRecord, Touchpoint

LIMIT = 250  # of dids and keys: far beyond any real one, and short enough for every limit of ours


class NewCommit(Struct, gc=False):
    rev: str = ""
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: PostRecord | None = None


class NewEvent(Struct, gc=False):
    """What is not read here (`kind`, `rev` ...) stands only so that its type is checked as in `shapes.Event`."""

    type: str = field(name="$type", default="")
    kind: str = ""
    rev: str = ""
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    payload: Raw = NOTHING
    did: str = ""
    time_us: int = 0
    time: str = ""
    commit: NewCommit | None = None


_decode = json.Decoder(NewEvent).decode


def new_post(source: SourceContext, raw: RawRecord, own: Own, payload: bytes) -> Touchpoint | None:
    """The touchpoint of a plain new post; None for everything else."""
    try:
        event = _decode(payload)
    except (ValidationError, DecodeError, UnicodeDecodeError, RecursionError):
        return None
    commit = event.commit
    if (
        commit is None
        or commit.operation != "create"
        or commit.collection != POST
        or event.time
        or event.payload != NOTHING
    ):
        return None
    record, did, rkey = commit.record, event.did, commit.rkey
    if record is None or record.type != POST or not record.created_at or not _is_plain(did, rkey):
        return None
    claimed = parse_moment(record.created_at)
    if claimed is None or not 0 <= claimed <= LATEST or not 0 < event.time_us < LATEST * 1000:
        return None
    refs = record.reply
    parent = refs.parent.uri if refs and refs.parent else ""
    root = refs.root.uri if refs and refs.root else ""
    if len(parent) > LIMIT or len(root) > LIMIT or not (parent.isascii() and root.isascii()):
        return None
    return _built(source, raw, own, record, did, rkey, min(claimed, event.time_us // 1000), parent, root)


def _is_plain(did: str, rkey: str) -> bool:
    name = did + rkey
    return did.startswith("did:") and bool(rkey) and len(name) < LIMIT and name.isascii() and name.isprintable() and (
        "/" not in name and " " not in name
    )  # fmt: skip


def _built(
    source: SourceContext, raw: RawRecord, own: Own, record: PostRecord, did: str, rkey: str, at: int, parent: str,
    root: str,
) -> Touchpoint | None:  # fmt: skip
    text, is_about_us, is_to_us = record.text, False, False
    if record.facets:
        facets = read_facets(record)
        text = whole_links(text, facets)
        is_about_us = bool(own.did) and own.did in mentioned_dids(facets)
    if own.did:
        is_about_us = is_about_us or quoted_in(record.embed).startswith(f"at://{own.did}/")
        is_to_us = parent.startswith(f"at://{own.did}/")
    text, is_truncated = clean_text(text)
    language = record.langs[0] if record.langs else ""
    if "\0" in parent or "\0" in root or len(language) > 35 or not language.isascii() or "\0" in language:
        return None
    is_ours = did == own.did
    return Touchpoint(
        workspace_id=source.workspace_id,
        source_id=source.source_id,
        platform="bluesky",
        host="",
        external_id=f"at://{did}/{POST}/{rkey}",
        kind=Kind.REPLY if parent else Kind.MENTION if is_about_us and not is_ours else Kind.POST,
        direction=Direction.OUTBOUND if is_ours else Direction.INBOUND,
        channel=Channel.PUBLIC_POSTS,
        is_public=True,
        occurred_at=at,
        captured_at=raw.captured_at,
        author=Author(did, url=f"{WEB}/profile/{did}"),
        text=text,
        language_claim=language,
        parent_id=parent,
        root_id=root,
        account=own.handle or own.did if is_ours or is_about_us or is_to_us else "",
        url=f"{WEB}/profile/{did}/post/{rkey}",
        media=media_of(record.embed, did) if record.embed is not None else (),
        is_truncated=is_truncated,
        is_history=at < source.connected_at,
    )
