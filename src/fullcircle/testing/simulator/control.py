"""The control face under /world/: act in the town, let it live, read its books, change what goes wrong."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeAlias

from fullcircle.core.errors import ConfigError
from fullcircle.testing.simulator import bluesky, living, mastodon
from fullcircle.testing.simulator.faults import FaultPlan, plan_from
from fullcircle.testing.simulator.people import OUR_HANDLES
from fullcircle.testing.simulator.stream import Stream
from fullcircle.testing.simulator.town import Town
from fullcircle.testing.simulator.wire import Answer, Request, json_answer
from fullcircle.testing.simulator.world import NETWORKS, Post

STEP_LIMIT = 10_000

Verb: TypeAlias = "Callable[[Control, Request], Answer]"


class Control:
    """What a test, the demo and the page do to the town."""

    def __init__(self, town: Town, plan: FaultPlan) -> None:
        self.town = town
        self.plan = plan
        self._stream = Stream(town.world)

    def answer(self, request: Request) -> Answer:
        verb = VERBS.get(request.path)
        return verb(self, request) if verb else json_answer({"error": "no such place in the town"}, 404)

    def post(self, request: Request) -> Answer:
        """Fields: `network` and `who` (or `as`: "network:who"), `text`, and where wanted `parent` and `audience`."""
        fields = request.fields
        network, _, who = str(fields.get("as", "")).partition(":")
        network, who = str(fields.get("network", network)), str(fields.get("who", who)).strip()
        text = str(fields.get("text", "")).strip().replace("\r\n", "\n")
        parent = self.town.world.by_key.get(str(fields.get("parent", "")))
        if network not in NETWORKS or not who or not text or (parent and parent.network != network):
            return json_answer({"error": "say network, who and text; an answer stays on its network"}, 422)
        author = self.town.world.welcome(network, who)
        audience = str(fields.get("audience") or "public")
        made = self.town.world.post(author, text, parent=parent, audience=audience)
        return _done(request, {"external_id": made.external_id, "id": made.native_id})

    def edit(self, request: Request) -> Answer:
        """Fields: `external_id`, `text`."""
        post = self._named(request)
        if post is None or not request.fields.get("text"):
            return json_answer({"error": "no such post, or no text"}, 404)
        self.town.world.edit(post, str(request.fields["text"]))
        return _done(request, {"external_id": post.external_id, "version": post.version})

    def delete(self, request: Request) -> Answer:
        """Field: `external_id`."""
        post = self._named(request)
        if post is None:
            return json_answer({"error": "no such post"}, 404)
        self.town.world.delete(post)
        return _done(request, {"external_id": post.external_id})

    def _named(self, request: Request) -> Post | None:
        return self.town.world.by_key.get(str(request.fields.get("external_id", "")))

    def step(self, request: Request) -> Answer:
        """The town lives `n` random acts; says how many of each."""
        acts: dict[str, int] = {}
        for _ in range(request.number("n", 1, STEP_LIMIT)):
            done = living.step(self.town)
            acts[done] = acts.get(done, 0) + 1
        return _done(request, acts)

    def books(self, request: Request) -> Answer:
        return Answer(200, self.town.world.books.path.read_bytes(), {"content-type": "application/x-ndjson"})

    def faults(self, request: Request) -> Answer:
        """GET the plan; POST another, which begins at once."""
        if request.method == "POST":
            try:
                self.plan = plan_from(request.fields)
            except ConfigError as error:
                return json_answer({"error": str(error)}, 422)
        return json_answer(asdict(self.plan))

    def telephone(self, request: Request) -> Answer:
        return Answer(
            200, self.town.phone_csv(), {"content-type": "text/csv; charset=utf-8"}, [self.town.deliver_calls]
        )

    def mail(self, request: Request) -> Answer:
        """A list of whole messages as text."""
        answer = json_answer([mail.as_string() for mail in self.town.mails])
        answer.on_delivered.append(self.town.deliver_mails)
        return answer

    def stream(self, request: Request) -> Answer:
        return self._stream.pull(request, self.plan)

    def doors(self, request: Request) -> Answer:
        """What a source must know to connect. None of it opens anything but this town."""
        number = self.town.world.ours("mastodon").native_id
        return json_answer(
            {
                "mastodon": {"address": request.base, "token": mastodon.TOKEN, "account_id": number},
                "bluesky": {
                    "address": request.base,
                    "handle": OUR_HANDLES["bluesky"],
                    "app_password": bluesky.PASSWORD,
                    "did": self.town.world.ours("bluesky").native_id,
                },
            }
        )


def _done(request: Request, value: dict[str, Any]) -> Answer:
    """A browser's form goes back to the square, a program gets JSON."""
    if "urlencoded" in request.headers.get("content-type", ""):
        return Answer(303, json.dumps(value).encode(), {"location": "/"})
    return json_answer(value)


VERBS: dict[str, Verb] = {
    "/world/post": Control.post,
    "/world/edit": Control.edit,
    "/world/delete": Control.delete,
    "/world/step": Control.step,
    "/world/books": Control.books,
    "/world/faults": Control.faults,
    "/world/phone.csv": Control.telephone,
    "/world/mail": Control.mail,
    "/world/jetstream.jsonl": Control.stream,
    "/world/doors": Control.doors,
}
