"""The Bluesky-XRPC face of the town: the calls our connector and any real client make."""

import base64
import json
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from fullcircle.core.graphemes import count_graphemes
from fullcircle.core.moments import parse_moment, to_iso
from fullcircle.testing.simulator import bluesky_shapes as shapes
from fullcircle.testing.simulator.faults import FaultPlan
from fullcircle.testing.simulator.wire import Answer, Request, json_answer
from fullcircle.testing.simulator.world import Account, Notification, Post, World, above, below

PASSWORD = "harbour-password"
TEXT_LIMIT = 300
SESSION_S = 7200

Route: TypeAlias = "Callable[[BlueskyFace, Request], Answer]"


def refusal(error: str, message: str, status: int = 400) -> Answer:
    return json_answer({"error": error, "message": message}, status)


class BlueskyFace:
    """One server that is both the account's data server and the network's view of it."""

    def __init__(self, world: World, plan: Callable[[], FaultPlan]) -> None:
        self.world = world
        self._plan = plan
        self._round = 0

    def answer(self, request: Request) -> Answer:
        """400 with a name for what cannot be, 401 without a session, 501 for a method there is not."""
        name = request.path.removeprefix("/xrpc/")
        if name not in ROUTES:
            return refusal("MethodNotImplemented", "Method Not Implemented", 501)
        method, route = ROUTES[name]
        if method != request.method:
            return refusal("InvalidRequest", f"Incorrect HTTP method ({request.method}) expected {method}", 405)
        if name not in _OPEN:
            refused = self._refuse(request, is_refresh=name.endswith("refreshSession"))
            if refused is not None:
                return refused
        return route(self, request)

    def _refuse(self, request: Request, *, is_refresh: bool) -> Answer | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not token:
            return refusal("AuthMissing", "Authentication Required", 401)
        claims = _claims(token)
        if self._plan().is_revoked or claims.get("scope") != _scope(is_refresh=is_refresh):
            return refusal("InvalidToken", "Token has been revoked")
        if int(claims.get("exp", 0)) * 1000 < self.world.now():
            return refusal("ExpiredToken", "Token has expired")
        return None

    def create_session(self, request: Request) -> Answer:
        who, word = str(request.fields.get("identifier", "")), str(request.fields.get("password", ""))
        account = self.world.account("bluesky", who)
        if account is None or not account.is_ours or word != PASSWORD or self._plan().is_revoked:
            return refusal("AuthenticationRequired", "Invalid identifier or password", 401)
        return json_answer(self._session(account))

    def refresh_session(self, request: Request) -> Answer:
        return json_answer(self._session(self.world.ours("bluesky")))

    def get_session(self, request: Request) -> Answer:
        shape = self._session(self.world.ours("bluesky"))
        return json_answer({name: said for name, said in shape.items() if not name.endswith("Jwt")})

    def _session(self, account: Account) -> shapes.Shape:
        self._round += 1
        issued = self.world.now() // 1000
        return {
            "accessJwt": _token(account, issued, SESSION_S, self._round, is_refresh=False),
            "refreshJwt": _token(account, issued, 60 * 86_400, self._round, is_refresh=True),
            "handle": account.handle,
            "did": account.native_id,
            "email": "hello@harbourbakery.example",
            "emailConfirmed": True,
            "emailAuthFactor": False,
            "active": True,
        }

    def resolve_handle(self, request: Request) -> Answer:
        account = self.world.account("bluesky", request.get("handle"))
        if account is None:
            return refusal("InvalidRequest", "Unable to resolve handle")
        return json_answer({"did": account.native_id})

    def profile(self, request: Request) -> Answer:
        account = self.world.account("bluesky", request.get("actor"))
        if account is None:
            return refusal("InvalidRequest", "Profile not found")
        return json_answer(shapes.detailed_profile_shape(request.base, account))

    def notifications(self, request: Request) -> Answer:
        reasons = request.all("reasons")

        def is_shown(told: Notification) -> bool:
            is_gone = told.post is not None and bool(told.post.deleted_at)
            return told.network == "bluesky" and not is_gone and (not reasons or told.reason in reasons)

        items = [told for told in self.world.notifications if is_shown(told)]
        page, cursor = self._cut(request, items, lambda told: told.number)
        said = [shapes.notification_shape(request.base, self.world, told) for told in page]
        answer = json_answer({"notifications": said, **cursor, "priority": False, "seenAt": to_iso(self.world.now())})
        posts = [told.post for told in page if told.post and told.reason in ("mention", "reply", "quote")]
        return self._delivering(answer, posts, "notifications")

    def search(self, request: Request) -> Answer:
        """All words of the question in any order; a hashtag by itself; `since` and `until` by time."""
        wanted = request.get("q").lower().replace('"', "").split()
        if not wanted:
            return refusal("InvalidRequest", 'Error: Params must have the property "q"')
        since, until = parse_moment(request.get("since")) or 0, parse_moment(request.get("until"))
        found = [
            post
            for post in self.world.live("bluesky")
            if all(_says(post, word) for word in wanted)
            and post.created_at >= since
            and (until is None or post.created_at < until)
        ]
        page, cursor = self._cut(request, found, lambda post: post.number, default=25)
        posts = [shapes.post_view(request.base, self.world, post) for post in page]
        return self._delivering(json_answer({"posts": posts, **cursor, "hitsTotal": len(found)}), page, "search")

    def author_feed(self, request: Request) -> Answer:
        account = self.world.account("bluesky", request.get("actor"))
        if account is None:
            return refusal("InvalidRequest", "Profile not found")
        found = [post for post in account.said if not post.deleted_at]
        if request.get("filter") == "posts_no_replies":
            found = [post for post in found if post.parent is None]
        page, cursor = self._cut(request, found, lambda post: post.number)
        feed = [shapes.feed_item(request.base, self.world, post) for post in page]
        return self._delivering(json_answer({"feed": feed, **cursor}), page, "own" if account.is_ours else "lookup")

    def thread(self, request: Request) -> Answer:
        post = self._find(request.get("uri"))
        if post is None:
            return refusal("NotFound", f"Post not found: {request.get('uri')}")
        shape = shapes.thread_view(request.base, self.world, post, request.number("depth", 6, 1000))
        return self._delivering(json_answer({"thread": shape}), [*above(post), post, *below(post)], "context")

    def posts(self, request: Request) -> Answer:
        """Those of the named that still stand."""
        asked = [self.world.by_key.get(uri) for uri in request.all("uris")]
        found = [post for post in asked if post and not post.deleted_at]
        answer = json_answer({"posts": [shapes.post_view(request.base, self.world, post) for post in found]})
        gone = [post for post in asked if post and post.deleted_at]
        answer.on_delivered += [partial(self.world.deliver_delete, post, "recheck") for post in gone]
        return self._delivering(answer, found, "recheck")

    def get_record(self, request: Request) -> Answer:
        uri = f"at://{request.get('repo')}/{request.get('collection')}/{request.get('rkey')}"
        post = self._find(uri)
        if post is None:
            return refusal("RecordNotFound", f"Could not locate record: {uri}")
        shape = {**shapes.strong_ref(post), "value": shapes.record_shape(self.world, post)}
        return self._delivering(json_answer(shape), [post], "lookup")

    def create_record(self, request: Request) -> Answer:
        return self._write(request, may_replace=False)

    def put_record(self, request: Request) -> Answer:
        """Makes or replaces; with `swapRecord: null` only makes."""
        return self._write(request, may_replace=request.fields.get("swapRecord", "") is not None)

    def _write(self, request: Request, *, may_replace: bool) -> Answer:
        record = request.fields.get("record")
        wrong = self._refuse_record(request, record)
        if wrong is not None or not isinstance(record, dict):
            return wrong or refusal("InvalidRequest", "Input/record must be an object")
        ours, key = self.world.ours("bluesky"), str(request.fields.get("rkey") or "")
        standing = self._find(f"at://{ours.native_id}/{shapes.POST}/{key}") if key else None
        if standing is not None and not may_replace:
            return refusal("InvalidSwap", f"Record was at {standing.revisions[-1].cid}")
        text = str(record["text"])
        if standing is not None:
            if standing.text != text:
                self.world.edit(standing, text)
            return self._written(standing)
        langs = record.get("langs")
        language = str(langs[0]) if isinstance(langs, list) and langs else "en"
        parent = self._find(_uri_in(record, "parent"))
        made = self.world.post(ours, text, parent=parent, language=language, native_id=key, idempotency_key=key)
        return self._written(made)

    def _refuse_record(self, request: Request, record: Any) -> Answer | None:
        if str(request.fields.get("repo")) not in (
            self.world.ours("bluesky").native_id,
            self.world.ours("bluesky").handle,
        ):
            return refusal("AuthenticationRequired", "Could not write to that repository", 401)
        if request.fields.get("collection") != shapes.POST or not isinstance(record, dict):
            return refusal("InvalidRequest", "The town square takes records of app.bsky.feed.post only")
        text = record.get("text")
        if not isinstance(text, str) or not parse_moment(str(record.get("createdAt", ""))):
            return refusal("InvalidRequest", "Invalid app.bsky.feed.post record: text and createdAt must be strings")
        if count_graphemes(text) > TEXT_LIMIT:
            return refusal("InvalidRequest", f"Record/text must not be longer than {TEXT_LIMIT} graphemes")
        if "reply" in record and self._find(_uri_in(record, "parent")) is None:
            return refusal("InvalidRequest", "Record/reply/parent must be a strong reference")
        return None

    def _written(self, post: Post) -> Answer:
        commit = {"cid": post.revisions[-1].cid, "rev": post.native_id}
        answer = json_answer({**shapes.strong_ref(post), "commit": commit, "validationStatus": "valid"})
        return self._delivering(answer, [post], "written")

    def delete_record(self, request: Request) -> Answer:
        post = self._find(f"at://{request.fields.get('repo')}/{shapes.POST}/{request.fields.get('rkey')}")
        if post is not None and post.author.is_ours:
            self.world.delete(post)
        return json_answer({"commit": {"cid": "", "rev": ""}})

    def _find(self, uri: str) -> Post | None:
        """By at:// address; the handle may stand for the did."""
        parts = uri.split("/")
        if len(parts) == 5 and not parts[2].startswith("did:"):
            account = self.world.account("bluesky", parts[2])
            uri = uri.replace(parts[2], account.native_id, 1) if account else uri
        post = self.world.by_key.get(uri)
        return None if post is None or post.deleted_at else post

    def _cut(
        self, request: Request, items: list[Any], number: Callable[[Any], int], default: int = 50
    ) -> tuple[list[Any], shapes.Shape]:
        """One page, newest first, and the cursor to the older ones."""
        limit, after = request.number("limit", default, 100), request.whole("cursor")
        found = sorted(items, key=number, reverse=True)
        if after is not None:
            newer = sum(1 for item in found if number(item) >= after)
            found = found[max(0, newer - self._plan().widen()) :]
        page = found[:limit]
        cursor = {"cursor": str(number(page[-1]))} if len(found) > limit else {}
        return self._plan().disturb(page), cursor

    def _delivering(self, answer: Answer, posts: list[Post], via: str) -> Answer:
        answer.on_delivered += [partial(self.world.deliver, post, post.version, via) for post in posts]
        return answer


def _says(post: Post, word: str) -> bool:
    if word.startswith("#"):
        return word[1:] in {tag.lower() for tag in shapes.hashtags(post.text)}
    return word in post.text.lower()


def _uri_in(record: dict[str, Any], end: str) -> str:
    reply = record.get("reply")
    ref = reply.get(end) if isinstance(reply, dict) else None
    return str(ref.get("uri", "")) if isinstance(ref, dict) else ""


def _scope(*, is_refresh: bool) -> str:
    return "com.atproto.refresh" if is_refresh else "com.atproto.appPass"


def _token(account: Account, issued: int, for_s: int, number: int, *, is_refresh: bool) -> str:
    """Formed as a JWT; signed by nobody, since nobody but this face reads it."""
    claims = {"scope": _scope(is_refresh=is_refresh), "sub": account.native_id, "iat": issued, "exp": issued + for_s}
    parts = [{"typ": "at+jwt", "alg": "none"}, {**claims, "aud": "did:web:127.0.0.1", "jti": str(number)}]
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*coded, "town"])


def _claims(token: str) -> dict[str, Any]:
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


_OPEN = frozenset({"com.atproto.server.createSession", "com.atproto.identity.resolveHandle"})

ROUTES: dict[str, tuple[str, Route]] = {
    "com.atproto.server.createSession": ("POST", BlueskyFace.create_session),
    "com.atproto.server.refreshSession": ("POST", BlueskyFace.refresh_session),
    "com.atproto.server.getSession": ("GET", BlueskyFace.get_session),
    "com.atproto.identity.resolveHandle": ("GET", BlueskyFace.resolve_handle),
    "com.atproto.repo.createRecord": ("POST", BlueskyFace.create_record),
    "com.atproto.repo.putRecord": ("POST", BlueskyFace.put_record),
    "com.atproto.repo.getRecord": ("GET", BlueskyFace.get_record),
    "com.atproto.repo.deleteRecord": ("POST", BlueskyFace.delete_record),
    "app.bsky.actor.getProfile": ("GET", BlueskyFace.profile),
    "app.bsky.notification.listNotifications": ("GET", BlueskyFace.notifications),
    "app.bsky.feed.searchPosts": ("GET", BlueskyFace.search),
    "app.bsky.feed.getAuthorFeed": ("GET", BlueskyFace.author_feed),
    "app.bsky.feed.getPostThread": ("GET", BlueskyFace.thread),
    "app.bsky.feed.getPosts": ("GET", BlueskyFace.posts),
}
