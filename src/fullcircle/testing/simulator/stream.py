"""The event stream of the Bluesky side, to be pulled: Jetstream's events as lines, in the order they went out.

A real Jetstream pushes over a web socket; the events are the same. With the fault `delete_before_create` an author
takes a post back at once and the delete overtakes the create; `duplicates` and `reorder` disturb each pull.
"""

import json
from functools import partial

from fullcircle.testing.simulator.bluesky_shapes import event_shape
from fullcircle.testing.simulator.faults import FaultPlan
from fullcircle.testing.simulator.wire import Answer, Request
from fullcircle.testing.simulator.world import Act, World


class Stream:
    """Remembers in which order acts went out, so that a pull from an old cursor gives the same lines."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._outgoing: list[Act] = []
        self._taken = 0

    def pull(self, request: Request, plan: FaultPlan) -> Answer:
        """At most `limit` events from `cursor` on; the header `x-next-cursor` says where to go on."""
        self._take(plan)
        start = request.whole("cursor") or 0
        page = self._outgoing[start : start + request.number("limit", 500, 5_000)]
        lines, answer = [], Answer(200, b"", {"content-type": "application/x-ndjson"})
        for act in plan.disturb(page):
            lines.append(json.dumps(event_shape(self._world, act), ensure_ascii=False, separators=(",", ":")) + "\n")
            answer.on_delivered.append(partial(self._deliver, act))
        answer.headers["x-next-cursor"] = str(start + len(page))
        answer.body = "".join(lines).encode()
        return answer

    def _take(self, plan: FaultPlan) -> None:
        """Acts since the last pull, in the order in which they leave."""
        waiting = [act for act in self._world.acts[self._taken :] if act.post.network == "bluesky"]
        self._taken = len(self._world.acts)
        for act in waiting:
            is_live = act.change == "create" and not act.post.deleted_at and not act.post.author.is_ours
            if is_live and plan.happens("delete_before_create"):
                self._world.delete(act.post)
                self._outgoing.append(self._world.acts[-1])
                self._taken += 1
            self._outgoing.append(act)

    def _deliver(self, act: Act) -> None:
        if act.change == "delete":
            self._world.deliver_delete(act.post, "stream")
        else:
            self._world.deliver(act.post, act.version, "stream")
