"""Where every request to the town arrives: misbehaves as planned, counts calls, and hands on to the face it is for."""

import json
import time
from collections.abc import Callable
from typing import TypeAlias

from fullcircle.core.moments import to_iso
from fullcircle.testing.simulator.bluesky import BlueskyFace
from fullcircle.testing.simulator.control import Control
from fullcircle.testing.simulator.faults import FaultPlan
from fullcircle.testing.simulator.mastodon import MastodonFace
from fullcircle.testing.simulator.page import square
from fullcircle.testing.simulator.town import Town
from fullcircle.testing.simulator.wire import Answer, Request

WINDOW_S = 300
CALLS_A_WINDOW = 3_000

Face: TypeAlias = Callable[[Request], Answer]


class Quota:
    """Calls left to one network's face in the window, and until when calls are forbidden after a 429."""

    def __init__(self) -> None:
        self.used = 0
        self.ends_s = time.time() + WINDOW_S
        self.forbidden_until_s = 0.0

    def spend(self) -> int:
        """How many are left after this call; below 0 it is one too many."""
        if time.time() >= self.ends_s:
            self.used, self.ends_s = 0, time.time() + WINDOW_S
        self.used += 1
        return CALLS_A_WINDOW - self.used


class Front:
    """The `respond` of the server."""

    def __init__(self, town: Town, plan: FaultPlan) -> None:
        self.control = Control(town, plan)
        self._town = town
        self._faces: dict[str, Face] = {
            "mastodon": MastodonFace(town.world, lambda: self.control.plan).answer,
            "bluesky": BlueskyFace(town.world, lambda: self.control.plan).answer,
        }
        self._quotas = {network: Quota() for network in self._faces}

    def respond(self, request: Request) -> Answer:
        path = request.path
        if path.startswith("/xrpc/"):
            return self._called("bluesky", request)
        if path.startswith("/api/"):
            return self._called("mastodon", request)
        if path.startswith("/world/"):
            return self.control.answer(request)
        if path == "/" or path.startswith("/@"):
            return square(self._town, request)
        return Answer(404, b"nothing here", {"content-type": "text/plain"})

    def _called(self, network: str, request: Request) -> Answer:
        """One call to a platform: refused, lost, falsified or answered."""
        quota, plan = self._quotas[network], self.control.plan
        left = quota.spend()
        if time.time() < quota.forbidden_until_s:
            self._town.world.books.write("called_too_early", network=network, path=request.path)
            answer = _too_many(network, str(max(1, round(quota.forbidden_until_s - time.time()))))
        elif left < 0:
            answer = _too_many(network, str(max(1, round(quota.ends_s - time.time()))))
        else:
            answer = self._faulty(network, request, plan.choose(request.method, request.path))
        answer.headers |= _quota_headers(network, max(left, 0), quota.ends_s)
        return answer

    def _faulty(self, network: str, request: Request, fault: str) -> Answer:
        plan = self.control.plan
        if fault == "rate_limited":
            wait, forbidden_s = plan.next_wait(time.time())
            self._quotas[network].forbidden_until_s = time.time() + forbidden_s
            return _too_many(network, wait)
        if fault == "server_error":
            return _broken(network)
        if fault == "reset":
            return Answer(misbehave="reset")
        answer = self._faces[network](request)
        if fault == "hang_after_accept":
            return Answer(misbehave="hang", for_s=plan.hang_s)
        if fault == "error_after_success":
            return _broken(network)
        if fault == "slow_drip":
            answer.misbehave, answer.for_s = "drip", plan.drip_s
        return answer


def _quota_headers(network: str, left: int, ends_s: float) -> dict[str, str]:
    if network == "mastodon":
        ends = to_iso(int(ends_s * 1000))
        return {
            "x-ratelimit-limit": str(CALLS_A_WINDOW),
            "x-ratelimit-remaining": str(left),
            "x-ratelimit-reset": ends,
        }
    return {
        "ratelimit-limit": str(CALLS_A_WINDOW),
        "ratelimit-remaining": str(left),
        "ratelimit-reset": str(int(ends_s)),
        "ratelimit-policy": f"{CALLS_A_WINDOW};w={WINDOW_S}",
    }


def _too_many(network: str, wait: str) -> Answer:
    said = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
    body = {"error": "Too many requests"} if network == "mastodon" else said
    waiting = {"retry-after": wait} if wait else {}
    return Answer(429, json.dumps(body).encode(), {"content-type": "application/json", **waiting})


def _broken(network: str) -> Answer:
    """Mastodon answers with a page of HTML when it breaks, Bluesky with JSON."""
    if network == "mastodon":
        page = b"<!DOCTYPE html><title>We're sorry</title><p>Something went wrong on our end.</p>"
        return Answer(500, page, {"content-type": "text/html; charset=utf-8"})
    body = {"error": "InternalServerError", "message": "Internal Server Error"}
    return Answer(500, json.dumps(body).encode(), {"content-type": "application/json"})
