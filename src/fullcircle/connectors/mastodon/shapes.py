"""What a Mastodon server sends, as far as we read it. Fields we do not name are passed over; parts that servers of
other makes fill in their own way stay raw, so that an odd one costs the part and not the status."""

from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

S = TypeVar("S")

NOTHING = Raw(b"null")
BOUND = 64
"""Parts (pictures, mentions, options) we read of one status; servers allow far fewer."""

Id = str | int


class Account(Struct):
    id: Id = ""
    username: str = ""
    acct: str = ""
    display_name: str | None = None
    url: str | None = None
    uri: str | None = None
    avatar: str | None = None
    bot: bool | None = None
    followers_count: int | None = None


class Status(Struct):
    id: Id = ""
    uri: str | None = None
    url: str | None = None
    created_at: str | None = None
    edited_at: str | None = None
    in_reply_to_id: Id | None = None
    in_reply_to_account_id: Id | None = None
    visibility: str = "public"
    language: str | None = None
    spoiler_text: str | None = None
    content: str | None = None
    account: Account | None = None
    reblog: "Status | None" = None
    replies_count: int | None = None
    reblogs_count: int | None = None
    favourites_count: int | None = None
    media_attachments: Raw = NOTHING
    mentions: Raw = NOTHING
    poll: Raw = NOTHING
    quote: Raw = NOTHING


class Notification(Struct):
    id: Id = ""
    type: str = ""
    status: Status | None = None


class Conversation(Struct):
    id: Id = ""
    last_status: Status | None = None


class Envelope(Struct):
    """An event as the WebSocket sends it: the payload is text within text."""

    event: str = ""
    payload: str | None = None


class Attachment(Struct):
    type: str = ""
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class Mentioned(Struct):
    id: Id = ""
    acct: str = ""


class Option(Struct):
    title: str = ""


class Poll(Struct):
    options: list[Option] = []


class Quoted(Struct):
    url: str | None = None
    uri: str | None = None
    account: Account | None = None


class Quote(Struct):
    """What a status quotes; gone or refused quotes name nothing."""

    quoted_status: Quoted | None = None


class Who(Struct):
    id: Id = ""
    acct: str = ""
    uri: str | None = None


class Outline(Struct):
    """As much of a status as paging and threads need."""

    id: Id = ""
    uri: str | None = None
    created_at: str | None = None
    edited_at: str | None = None
    in_reply_to_id: Id | None = None
    in_reply_to_account_id: Id | None = None
    account: Who | None = None


class Peek(Outline):
    """The same of whatever a list holds: a status, or something that carries one."""

    status: Outline | None = None
    last_status: Outline | None = None

    def carried(self) -> Outline:
        """The status itself."""
        return self.status or self.last_status or self


class SearchPage(Struct):
    statuses: list[Raw] = []


class StatusLimits(Struct):
    max_characters: int = 500
    characters_reserved_per_url: int = 23


class Configuration(Struct):
    statuses: StatusLimits = msgspec.field(default_factory=StatusLimits)


class Instance(Struct):
    """What a server says of itself; version 1 and 2 of the answer agree in this."""

    configuration: Configuration = msgspec.field(default_factory=Configuration)


class Refusal(Struct):
    error: str = ""
    error_description: str = ""


class Noted(Struct, omit_defaults=True):
    """What capture knew beside the payload: a raw record's context."""

    server: str = ""  # host and port of the server we asked; ids without an address are its own
    own_id: str = ""  # our account there
    own_uri: str = ""
    uri: str = ""  # of the status a delete names by id only
    parent: str = ""  # uri of what it answers
    root: str = ""  # uri of the thread's first status, where known


class NewStatus(Struct, omit_defaults=True):
    """The answer we post."""

    status: str
    visibility: str
    in_reply_to_id: str = ""


def read_loosely(raw: Raw | bytes, kind: type[S]) -> S | None:
    """The part as `kind`, or None where it is something else."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def read_each(raw: Raw, kind: type[S]) -> list[S]:
    """The items of a list that can be read, at most BOUND."""
    parts = read_loosely(raw, list[Raw]) or []
    found = (read_loosely(part, kind) for part in parts[:BOUND])
    return [one for one in found if one is not None]
