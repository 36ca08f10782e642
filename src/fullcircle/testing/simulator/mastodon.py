"""The Mastodon-REST face of the town: the calls our connector and any real client make."""

import re
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from fullcircle.testing.simulator import mastodon_shapes as shapes
from fullcircle.testing.simulator.faults import FaultPlan
from fullcircle.testing.simulator.paging import cut, link_header
from fullcircle.testing.simulator.people import HOST
from fullcircle.testing.simulator.wire import Answer, Request, json_answer
from fullcircle.testing.simulator.world import Notification, Post, World, above, below

TOKEN = "harbour-token"
TEXT_LIMIT = 500

Route: TypeAlias = "Callable[[MastodonFace, Request, str], Answer]"


class MastodonFace:
    """Answers in JSON. `plan` may be changed while it runs."""

    def __init__(self, world: World, plan: Callable[[], FaultPlan]) -> None:
        self.world = world
        self._plan = plan
        self._sent: dict[str, Post] = {}

    def answer(self, request: Request) -> Answer:
        """401 without the token, 404 for what there is not."""
        path = request.path.rstrip("/")
        if path in ("/api/v2/instance", "/api/v1/instance"):
            is_new = path.startswith("/api/v2")
            shape = shapes.instance_shape(request.base, 0) if is_new else shapes.instance_v1_shape(request.base)
            return json_answer(shape)
        if self._plan().is_revoked or request.headers.get("authorization", "") != f"Bearer {TOKEN}":
            return json_answer({"error": "The access token is invalid"}, 401)
        for method, pattern, route in ROUTES:
            found = pattern.fullmatch(path)
            if found and method == request.method:
                return route(self, request, found[1] if found.groups() else "")
        return not_found()

    def credentials(self, request: Request, _: str) -> Answer:
        return json_answer(shapes.credentials_shape(request.base, self.world))

    def account(self, request: Request, number: str) -> Answer:
        found = self.world.account("mastodon", number or request.get("acct"))
        return json_answer(shapes.account_shape(request.base, found)) if found else not_found()

    def notifications(self, request: Request, _: str) -> Answer:
        wanted, unwanted = request.all("types"), request.all("exclude_types")

        def is_shown(told: Notification) -> bool:
            sort = shapes.NOTIFICATION_TYPES.get(told.reason, told.reason)
            is_gone = told.post is not None and bool(told.post.deleted_at)
            return told.network == "mastodon" and not is_gone and (sort in wanted if wanted else sort not in unwanted)

        items = [told for told in self.world.notifications if is_shown(told)]
        page = cut(request, items, lambda told: told.number, self._plan(), default=40, most=80)
        answer = json_answer([shapes.notification_shape(request.base, self.world, told) for told in page])
        answer.headers |= link_header(request, [told.number for told in page])
        said = [told.post for told in page if told.post and told.reason in ("mention", "reply", "update")]
        return self._delivering(answer, said, "notifications")

    def tagged(self, request: Request, name: str) -> Answer:
        return self._listing(request, [post for post in self._public() if _has_tag(post, name)], "tag")

    def own_statuses(self, request: Request, number: str) -> Answer:
        account = self.world.account("mastodon", number)
        if account is None:
            return not_found()
        found = [post for post in account.said if not post.deleted_at]
        if not account.is_ours:
            found = [post for post in found if post.audience in ("public", "unlisted")]
        if request.get("exclude_replies") in ("true", "1"):
            found = [post for post in found if post.parent is None]
        return self._listing(request, found, "own" if account.is_ours else "lookup")

    def search(self, request: Request, _: str) -> Answer:
        """All words of the question, in any order, in public posts; a phrase in quotation marks as it stands."""
        wanted = [part.lower() for pair in re.findall(r'"([^"]+)"|(\S+)', request.get("q")) for part in pair if part]
        found = [post for post in self._public() if wanted and all(word in post.text.lower() for word in wanted)]
        page = cut(request, found, lambda post: int(post.native_id), self._plan())
        start = request.whole("offset") or 0
        if start:
            page = sorted(found, key=lambda post: -int(post.native_id))[start : start + len(page)]
        statuses = [shapes.status_shape(request.base, self.world, post) for post in page]
        answer = json_answer({"accounts": [], "statuses": statuses, "hashtags": []})
        return self._delivering(answer, page, "search")

    def conversations(self, request: Request, _: str) -> Answer:
        ours, newest = self.world.ours("mastodon"), {}
        for post in self.world.live("mastodon"):
            if post.audience == "direct" and (post.author is ours or ours in post.mentions):
                newest[post.root.number] = post
        page = cut(request, list(newest.values()), lambda post: int(post.native_id), self._plan())
        answer = json_answer([shapes.conversation_shape(request.base, self.world, post) for post in page])
        answer.headers |= link_header(request, [int(post.native_id) for post in page])
        return self._delivering(answer, page, "conversations")

    def status(self, request: Request, number: str) -> Answer:
        post = self._find(number)
        return self._one(request, post) if post else not_found()

    def several(self, request: Request, _: str) -> Answer:
        """The statuses named by `id[]` that still stand."""
        found = [post for post in map(self._find, request.all("id")) if post]
        answer = json_answer([shapes.status_shape(request.base, self.world, post) for post in found])
        asked = [self.world.by_native.get(("mastodon", number)) for number in request.all("id")]
        gone = [post for post in asked if post and post.deleted_at]
        answer.on_delivered += [partial(self.world.deliver_delete, post, "recheck") for post in gone]
        return self._delivering(answer, found, "recheck")

    def context(self, request: Request, number: str) -> Answer:
        post = self._find(number)
        if post is None:
            return not_found()
        ancestors, descendants = above(post), sorted(below(post), key=lambda other: other.number)
        shape = {"ancestors": ancestors, "descendants": descendants}
        answer = json_answer(
            {name: [shapes.status_shape(request.base, self.world, one) for one in some] for name, some in shape.items()}
        )
        return self._delivering(answer, [*ancestors, *descendants], "context")

    def history(self, request: Request, number: str) -> Answer:
        post = self._find(number)
        return json_answer(shapes.history_shape(request.base, self.world, post)) if post else not_found()

    def source(self, request: Request, number: str) -> Answer:
        post = self._find(number)
        return json_answer({"id": number, "text": post.text, "spoiler_text": ""}) if post else not_found()

    def write(self, request: Request, _: str) -> Answer:
        """A status of ours. The same Idempotency-Key gives the same status again."""
        key = request.headers.get("idempotency-key", "")
        if key in self._sent:
            return self._one(request, self._sent[key], is_new=True)
        text, answered = str(request.fields.get("status") or ""), str(request.fields.get("in_reply_to_id") or "")
        refusal = _refuse_text(text)
        parent = self._find(answered) if answered else None
        if refusal or (answered and parent is None):
            said = "The status you are trying to reply to does not appear to exist."
            return refusal or json_answer({"error": said}, 404)
        audience = str(request.fields.get("visibility") or "public")
        language = str(request.fields.get("language") or "en")
        ours = self.world.ours("mastodon")
        post = self.world.post(ours, text, parent=parent, audience=audience, language=language, idempotency_key=key)
        if key:
            self._sent[key] = post
        return self._one(request, post, is_new=True)

    def edit(self, request: Request, number: str) -> Answer:
        post = self._find(number)
        text = str(request.fields.get("status") or "")
        refusal = _refuse_text(text)
        if post is None or not post.author.is_ours or refusal:
            return refusal or not_found()
        self.world.edit(post, text)
        return self._one(request, post, is_new=True)

    def delete(self, request: Request, number: str) -> Answer:
        post = self._find(number)
        if post is None or not post.author.is_ours:
            return not_found()
        shape = {**shapes.status_shape(request.base, self.world, post), "text": post.text}
        self.world.delete(post)
        return json_answer(shape)

    def _public(self) -> list[Post]:
        return [post for post in self.world.live("mastodon") if post.audience == "public"]

    def _find(self, number: str) -> Post | None:
        post = self.world.by_native.get(("mastodon", number))
        return None if post is None or post.deleted_at else post

    def _listing(self, request: Request, items: list[Post], via: str) -> Answer:
        page = cut(request, items, lambda post: int(post.native_id), self._plan())
        answer = json_answer([shapes.status_shape(request.base, self.world, post) for post in page])
        answer.headers |= link_header(request, [int(post.native_id) for post in page])
        return self._delivering(answer, page, via)

    def _one(self, request: Request, post: Post, *, is_new: bool = False) -> Answer:
        answer = json_answer(shapes.status_shape(request.base, self.world, post))
        return self._delivering(answer, [post], "written" if is_new else "lookup")

    def _delivering(self, answer: Answer, posts: list[Post], via: str) -> Answer:
        answer.on_delivered += [partial(self.world.deliver, post, post.version, via) for post in posts]
        return answer


def not_found() -> Answer:
    return json_answer({"error": "Record not found"}, 404)


def _refuse_text(text: str) -> Answer | None:
    if not text.strip():
        return json_answer({"error": "Validation failed: Text can't be blank"}, 422)
    if len(text.replace(f"@{HOST}", "")) > TEXT_LIMIT:
        return json_answer({"error": f"Validation failed: Text character limit of {TEXT_LIMIT} exceeded"}, 422)
    return None


def _has_tag(post: Post, name: str) -> bool:
    return name.lower() in {tag.lower() for tag in shapes.hashtags(post.text)}


ROUTES: tuple[tuple[str, re.Pattern[str], Route], ...] = tuple(
    (method, re.compile(pattern), route)
    for method, pattern, route in (
        ("GET", r"/api/v1/accounts/verify_credentials", MastodonFace.credentials),
        ("GET", r"/api/v1/accounts/lookup", MastodonFace.account),
        ("GET", r"/api/v1/accounts/(\d+)", MastodonFace.account),
        ("GET", r"/api/v1/accounts/(\d+)/statuses", MastodonFace.own_statuses),
        ("GET", r"/api/v1/notifications", MastodonFace.notifications),
        ("GET", r"/api/v1/timelines/tag/([^/]+)", MastodonFace.tagged),
        ("GET", r"/api/v[12]/search", MastodonFace.search),
        ("GET", r"/api/v1/conversations", MastodonFace.conversations),
        ("GET", r"/api/v1/statuses", MastodonFace.several),
        ("POST", r"/api/v1/statuses", MastodonFace.write),
        ("GET", r"/api/v1/statuses/(\d+)", MastodonFace.status),
        ("PUT", r"/api/v1/statuses/(\d+)", MastodonFace.edit),
        ("DELETE", r"/api/v1/statuses/(\d+)", MastodonFace.delete),
        ("GET", r"/api/v1/statuses/(\d+)/context", MastodonFace.context),
        ("GET", r"/api/v1/statuses/(\d+)/history", MastodonFace.history),
        ("GET", r"/api/v1/statuses/(\d+)/source", MastodonFace.source),
    )
)
