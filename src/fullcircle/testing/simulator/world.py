"""The one seeded world: accounts, posts with their revisions, what our account was notified of.

Knows nothing of HTTP or of either network's JSON. Every change is written to the books before anybody can see it.
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from fullcircle.core.moments import DAY, SECOND, Moment
from fullcircle.testing.books import BookWriter, text_hash
from fullcircle.testing.simulator.people import HOST, OUR_HANDLES, OUR_NAME, PEOPLE
from fullcircle.testing.tids import tid

NETWORKS = ("mastodon", "bluesky")


class TownClock:
    """Starts at a given moment and moves only as the town lives, so that a seed gives the same books again."""

    def __init__(self, start: Moment) -> None:
        self.at = start

    def __call__(self) -> Moment:
        return self.at


@dataclass
class Account:
    """One account on one network."""

    network: str
    native_id: str  # the account's number, or its did
    handle: str
    name: str
    language: str
    created_at: Moment
    is_ours: bool = False
    is_bot: bool = False
    said: "list[Post]" = field(default_factory=list)


@dataclass
class Revision:
    """What a post said from a moment on."""

    at: Moment
    text: str
    cid: str


@dataclass
class Post:
    """One post, reply or direct message. `number` orders everything in the world; `external_id` is the key we store."""

    network: str
    number: int
    external_id: str
    native_id: str  # the status number, or the record key
    author: Account
    language: str
    created_at: Moment
    revisions: list[Revision]
    audience: str = "public"  # public, unlisted, private, direct
    parent: "Post | None" = None
    mentions: tuple[Account, ...] = ()
    deleted_at: Moment = 0
    idempotency_key: str = ""
    answers: "list[Post]" = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.revisions[-1].text

    @property
    def version(self) -> int:
        return len(self.revisions) - 1

    @property
    def live_answers(self) -> "list[Post]":
        return [answer for answer in self.answers if not answer.deleted_at]

    @property
    def root(self) -> "Post":
        found = self
        while found.parent is not None:
            found = found.parent
        return found


def above(post: Post) -> list[Post]:
    """What it answers, the thread's first post first; what was deleted is left out."""
    found, parent = [], post.parent
    while parent is not None:
        found.append(parent)
        parent = parent.parent
    return [other for other in reversed(found) if not other.deleted_at]


def below(post: Post) -> list[Post]:
    """Every answer under it that stands."""
    found = post.live_answers
    return [*found, *(other for answer in found for other in below(answer))]


@dataclass
class Notification:
    """What our account was told: `reason` is mention, reply, like, repost, follow or update."""

    number: int
    network: str
    reason: str
    at: Moment
    account: Account
    post: Post | None


@dataclass
class Act:
    """One line of a network's event stream: a create, edit or delete of one revision, in the order it went out."""

    number: int
    at: Moment
    change: str
    post: Post
    version: int


@dataclass
class World:
    """Everything that happened. Times come from `clock`, and never stand still or run back."""

    seed: int
    books: BookWriter
    clock: Callable[[], Moment]
    accounts: dict[str, list[Account]] = field(default_factory=lambda: {network: [] for network in NETWORKS})
    posts: list[Post] = field(default_factory=list)
    by_key: dict[str, Post] = field(default_factory=dict)
    by_native: dict[tuple[str, str], Post] = field(default_factory=dict)
    notifications: list[Notification] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    deliveries: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self._last: Moment = 0
        self._settle()

    def now(self) -> Moment:
        """At least a millisecond later than the last answer, so that ids made of it never collide."""
        self._last = max(self._last + 1, self.clock())
        return self._last

    def pass_time(self) -> None:
        """Some seconds go by where time is the town's own; the dice are thrown either way."""
        gone = self.random.randint(2 * SECOND, 90 * SECOND)
        if isinstance(self.clock, TownClock):
            self.clock.at += gone

    def _settle(self) -> None:
        born = self.now() - 400 * DAY
        for network in NETWORKS:
            handle = OUR_HANDLES[network]
            self._open_account(network, handle, OUR_NAME, "en", born, is_ours=True)
            for person in PEOPLE:
                if network in person.networks:
                    name = person.handle if network == "mastodon" else f"{person.handle.replace('_', '-')}.example"
                    self._open_account(network, name, person.name, person.language, born, is_bot=person.is_bot)

    def _open_account(
        self,
        network: str,
        handle: str,
        name: str,
        language: str,
        born: Moment,
        *,
        is_ours: bool = False,
        is_bot: bool = False,
    ) -> Account:
        place = len(self.accounts[network]) + 1
        native = str((born + place << 16) | place) if network == "mastodon" else _did(handle)
        account = Account(network, native, handle, name, language, born, is_ours, is_bot)
        self.accounts[network].append(account)
        return account

    def account(self, network: str, handle: str) -> Account | None:
        """By handle or native id; a leading @ does not matter."""
        wanted = handle.lstrip("@").removesuffix(f"@{HOST}")
        return next((found for found in self.accounts[network] if wanted in (found.handle, found.native_id)), None)

    def ours(self, network: str) -> Account:
        return self.accounts[network][0]

    def recent(self, network: str, most: int) -> list[Post]:
        """The newest public posts that stand, newest first."""
        found: list[Post] = []
        for post in reversed(self.posts):
            if post.network == network and not post.deleted_at and post.audience != "direct":
                found.append(post)
                if len(found) == most:
                    break
        return found

    def welcome(self, network: str, handle: str, name: str = "") -> Account:
        """The account of that handle; a newcomer gets one."""
        found = self.account(network, handle)
        return found or self._open_account(network, handle, name or handle, "en", self.now() - DAY)

    def live(self, network: str) -> list[Post]:
        """What stands on a network now, oldest first."""
        return [post for post in self.posts if post.network == network and not post.deleted_at]

    def post(
        self,
        author: Account,
        text: str,
        *,
        parent: Post | None = None,
        audience: str = "public",
        language: str = "",
        idempotency_key: str = "",
        native_id: str = "",
    ) -> Post:
        """Somebody says something. Who is named in the text, and who is answered, is told."""
        if author.network == "mastodon":
            text = text.replace(f"@{HOST}", "")  # the network shows its own people by their first half alone
        at, number = self.now(), len(self.posts) + 1
        native = native_id or (
            str(at << 16 | number & 0xFFFF) if author.network == "mastodon" else tid(at * 1000, number)
        )
        made = Post(
            network=author.network,
            number=number,
            external_id=_external_id(author, native),
            native_id=native,
            author=author,
            language=language or author.language,
            created_at=at,
            revisions=[Revision(at, text, _cid(author.native_id, native, text))],
            audience=audience,
            parent=parent,
            mentions=self._named_in(author, text, parent),
            idempotency_key=idempotency_key,
        )
        self.posts.append(made)
        self.by_key[made.external_id] = self.by_native[made.network, native] = made
        author.said.append(made)
        if parent is not None:
            parent.answers.append(made)
        self._write("exists", made)
        if idempotency_key or author.is_ours:
            self._write("accepted_post", made, idempotency_key=idempotency_key)
        self._tell(made)
        self.acts.append(Act(len(self.acts) + 1, at, "create", made, 0))
        return made

    def _named_in(self, author: Account, text: str, parent: Post | None) -> tuple[Account, ...]:
        words = {word.strip(".,:;!?()¿¡").removesuffix(f"@{HOST}") for word in text.split() if word.startswith("@")}
        named = [found for found in self.accounts[author.network] if f"@{found.handle}" in words]
        if parent is not None and parent.author not in named and author.network == "mastodon":
            named.append(parent.author)
        return tuple(found for found in named if found is not author)

    def _tell(self, post: Post) -> None:
        ours = self.ours(post.network)
        if post.author is ours:
            return
        if post.parent is not None and post.parent.author is ours:
            self.notify("reply", post.author, post)
        elif ours in post.mentions:
            self.notify("mention", post.author, post)

    def notify(self, reason: str, account: Account, post: Post | None) -> None:
        """Our account is told of something."""
        number = len(self.notifications) + 1
        self.notifications.append(Notification(number, account.network, reason, self.now(), account, post))

    def edit(self, post: Post, text: str) -> None:
        """The author changes the text. No effect on what is gone."""
        if post.deleted_at:
            return
        at = self.now()
        post.revisions.append(Revision(at, text, _cid(post.author.native_id, post.native_id, f"{post.version}{text}")))
        self._write("edited", post)
        if post.network == "mastodon" and any(told.post is post for told in self.notifications):
            self.notify("update", post.author, post)
        self.acts.append(Act(len(self.acts) + 1, at, "edit", post, post.version))

    def delete(self, post: Post) -> None:
        """The author takes it back; its notifications go with it."""
        if post.deleted_at:
            return
        post.deleted_at = self.now()
        self._write("deleted", post)
        self.acts.append(Act(len(self.acts) + 1, post.deleted_at, "delete", post, post.version))

    def deliver(self, post: Post, version: int, via: str) -> None:
        """A revision of a post left for us, by a page or a stream."""
        times = self.deliveries[post.external_id] = self.deliveries.get(post.external_id, 0) + 1
        said = text_hash(post.revisions[version].text)
        self._write("delivered", post, text_hash=said, version=version, via=via, times=times)

    def deliver_delete(self, post: Post, via: str) -> None:
        """We were told that a post is gone."""
        self._write("delivered_delete", post, text_hash="", via=via)

    def _write(self, fact: str, post: Post, **more: Any) -> None:
        said: dict[str, Any] = {
            "at": self._last,
            "network": post.network,
            "external_id": post.external_id,
            "author": post.author.native_id,
            "is_ours": post.author.is_ours,
            "created_at": post.created_at,
            "text_hash": "" if fact == "deleted" else text_hash(post.text),
            "version": post.version,
        }
        self.books.write(fact, **{**said, **more})


def _did(handle: str) -> str:
    return "did:plc:" + base64.b32encode(hashlib.sha256(handle.encode()).digest()).decode().lower()[:24]


def _cid(*parts: str) -> str:
    """Formed as a CIDv1 of DAG-CBOR; the digest is of our own parts, since nobody here checks it."""
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return "b" + base64.b32encode(b"\x01\x71\x12\x20" + digest).decode().lower().rstrip("=")


def _external_id(author: Account, native: str) -> str:
    if author.network == "mastodon":
        return f"https://{HOST}/users/{author.handle}/statuses/{native}"
    return f"at://{author.native_id}/app.bsky.feed.post/{native}"
