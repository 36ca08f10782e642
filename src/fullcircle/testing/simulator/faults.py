"""The fault plan: what goes wrong, how often, and what goes wrong next. Seeded: the same calls meet the same faults.

A plan is JSON; every key may be left out:

    {"seed": 7,
     "rates": {"rate_limited": 0.05, "server_error": 0.02, "reset": 0.01, "hang_after_accept": 0.1,
               "error_after_success": 0.05, "slow_drip": 0.01, "duplicates": 0.2, "reorder": 0.2, "overlap": 0.2,
               "delete_before_create": 0.1},
     "script": [{"fault": "server_error", "times": 2, "method": "POST", "path": "/api/v1/statuses"}],
     "retry_after": ["seconds", "date", "absurd", "none"], "retry_after_s": 2, "hang_s": 1.0, "drip_s": 1.0,
     "is_revoked": false}

Scripted faults come first, in order, for the calls they name (`path` is a prefix); rates decide about the rest.
`hang_after_accept` and `error_after_success` let the request have its effect and lose or falsify the answer.
`duplicates`, `reorder` and `overlap` disturb pages and streams, `delete_before_create` streams only.
"""

import json
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import msgspec

from fullcircle.core.errors import ConfigError

CALL_FAULTS = ("rate_limited", "server_error", "reset", "hang_after_accept", "error_after_success", "slow_drip")
PAGE_FAULTS = ("duplicates", "reorder", "overlap", "delete_before_create")
RETRY_AFTER = ("seconds", "date", "absurd", "none")
ABSURD_S = 31_536_000

T = TypeVar("T")


@dataclass
class Scripted:
    """One fault to come, for the calls it names."""

    fault: str
    times: int = 1
    method: str = ""
    path: str = ""


@dataclass
class FaultPlan:
    """See the module's text for the fields."""

    seed: int = 0
    rates: dict[str, float] = field(default_factory=dict)
    script: list[Scripted] = field(default_factory=list)
    retry_after: tuple[str, ...] = RETRY_AFTER
    retry_after_s: float = 2.0
    hang_s: float = 1.0
    drip_s: float = 1.0
    is_revoked: bool = False

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._waits = 0

    def choose(self, method: str, path: str) -> str:
        """The fault this call meets, "" for none."""
        for scripted in self.script:
            if scripted.times > 0 and scripted.method in ("", method) and path.startswith(scripted.path):
                scripted.times -= 1
                return scripted.fault
        chance, so_far = self._random.random(), 0.0
        for fault in CALL_FAULTS:
            so_far += self.rates.get(fault, 0.0)
            if chance < so_far:
                return fault
        return ""

    def happens(self, fault: str) -> bool:
        """Whether a page fault strikes now; draws nothing where its rate is 0."""
        rate = self.rates.get(fault, 0.0)
        return rate > 0 and self._random.random() < rate

    def next_wait(self, now_s: float) -> tuple[str, float]:
        """Retry-After in the next of the planned forms, and for how many seconds calls are forbidden."""
        form = self.retry_after[self._waits % len(self.retry_after)]
        self._waits += 1
        if form == "date":
            return formatdate(now_s + self.retry_after_s, usegmt=True), self.retry_after_s
        if form == "absurd":
            return str(ABSURD_S), 0.0
        return (str(round(self.retry_after_s)), self.retry_after_s) if form == "seconds" else ("", 0.0)

    def disturb(self, items: list[T]) -> list[T]:
        """A page as a platform in trouble gives it: some twice, or out of order."""
        if items and self.happens("duplicates"):
            items = [*items, self._random.choice(items)]
        if self.happens("reorder"):
            items = self._random.sample(items, len(items))
        return items

    def widen(self) -> int:
        """How many records from before the asked-for place a page carries too."""
        return self._random.randint(1, 5) if self.happens("overlap") else 0


def plan_from(value: dict[str, Any]) -> FaultPlan:
    """Raises ConfigError for an unknown key, fault or form: a plan that does nothing would prove nothing."""
    known = {"seed", "rates", "script", "retry_after", "retry_after_s", "hang_s", "drip_s", "is_revoked"}
    _refuse(set(value) - known, "key")
    try:
        plan = msgspec.convert(value, FaultPlan)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ConfigError(f"the fault plan cannot be read: {error}") from error
    _refuse(set(plan.rates) - {*CALL_FAULTS, *PAGE_FAULTS}, "rate")
    _refuse(set(plan.retry_after or ("",)) - set(RETRY_AFTER), "form of Retry-After")
    _refuse({step.fault for step in plan.script} - set(CALL_FAULTS), "scripted fault")
    return plan


def _refuse(unknown: set[str], what: str) -> None:
    if unknown:
        raise ConfigError(f"unknown {what} in the fault plan: {', '.join(sorted(unknown))}")


def read_plan(path: Path | str | None) -> FaultPlan:
    """The plan of a file; no faults at all without one. Raises ConfigError."""
    if path is None:
        return FaultPlan()
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"the fault plan {path} cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise ConfigError(f"the fault plan {path} is not a JSON object")
    return plan_from(value)
