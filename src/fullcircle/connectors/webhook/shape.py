"""The shape we document in doc.md, as typed structs. Unknown fields are left alone; null is the same as absent."""

import msgspec

Text = str | None


class SaidBy(msgspec.Struct):
    """Who spoke."""

    id: str | int | None = None
    handle: Text = None
    name: Text = None
    url: Text = None
    avatar_url: Text = None
    is_bot: bool | None = None
    followers: int | None = None


class Attached(msgspec.Struct):
    """A picture, film or sound, by address."""

    url: Text = None
    kind: Text = None
    alt: Text = None


class Posted(msgspec.Struct):
    """One touchpoint as a sender writes it."""

    id: str | int | None = None
    occurred_at: str | int | None = None
    change: Text = None
    version: str | int | None = None
    text: Text = None
    title: Text = None
    platform: Text = None
    host: Text = None
    kind: Text = None
    channel: Text = None
    direction: Text = None
    is_public: bool | None = None
    author: SaidBy | None = None
    language: Text = None
    parent_id: str | int | None = None
    root_id: str | int | None = None
    account: Text = None
    url: Text = None
    rating: int | None = None
    media: list[Attached] | None = None


class Envelope(msgspec.Struct):
    """Several touchpoints in one body, each kept as the bytes it came in."""

    touchpoints: list[msgspec.Raw]
