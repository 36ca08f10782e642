"""Books that somebody else kept, and what they say our repository should hold.

Pure: reads an append-only file of facts (one JSON object a line) that the simulator writes, knows nothing of the store.
Facts: `exists` (a post was made), `edited` (its text changed), `deleted`, `delivered` (a page or stream carried it to
us, with the version carried), `delivered_delete` (we were told it is gone), `accepted_post` (we posted it, with the
idempotency key). Only what was delivered counts: a post nobody showed us is owed by nobody.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from fullcircle.core.moments import Moment

Key: TypeAlias = tuple[str, str]


class State(msgspec.Struct, frozen=True):
    """What the repository should say of one touchpoint: the text of the highest version delivered, unless gone."""

    text_hash: str  # sha256, lower-case hex, of the text as UTF-8; "" when deleted
    version: int = 0  # of the text delivered last in the platform's order
    is_deleted: bool = False
    is_ours: bool = False  # said by our own account


class Difference(msgspec.Struct, frozen=True):
    """One disagreement. `sort`: missing, unexpected, text, deleted, not_deleted."""

    network: str
    external_id: str
    sort: str
    expected: State | None
    actual: State | None


def text_hash(text: str) -> str:
    """As both sides of the comparison hash a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_facts(path: Path | str) -> Iterator[dict[str, Any]]:
    """Facts in the order they happened. A last line cut short by a kill is left out; another bad line raises."""
    with Path(path).open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            fact: dict[str, Any] = json.loads(line)
            yield fact


LOOK_UPS = frozenset({"lookup", "context", "recheck", "written"})
"""Ways by which a post is shown without being captured: somebody looked at it, or we had just written it."""


def expected_repository(path: Path | str, *, since: Moment = 0, besides: frozenset[str] = LOOK_UPS) -> dict[Key, State]:
    """What a repository that captured everything delivered holds, by (network, external_id).

    A delivery after a delete changes nothing (a tombstone stays); of several versions delivered the highest counts,
    whatever order they came in. A delete that was told before any text was delivered leaves a tombstone. Left out:
    posts made before `since` (history, which a source may decline) and deliveries by one of the ways in `besides`.
    """
    found: dict[Key, State] = {}
    for fact in read_facts(path):
        if fact["fact"] not in ("delivered", "delivered_delete") or fact.get("via", "") in besides:
            continue
        if since and fact.get("created_at", since) < since:
            continue
        key = (fact["network"], fact["external_id"])
        found[key] = _after(found.get(key), fact)
    return found


def shown_keys(path: Path | str) -> set[Key]:
    """Everything that was shown to us in any way: what a repository may hold without owing it."""
    return {
        (fact["network"], fact["external_id"])
        for fact in read_facts(path)
        if fact["fact"] in ("delivered", "delivered_delete", "accepted_post")
    }


def _after(before: State | None, fact: Mapping[str, Any]) -> State:
    is_ours = bool(fact.get("is_ours", False)) or (before is not None and before.is_ours)
    if fact["fact"] == "delivered_delete":
        return State("", before.version if before else 0, True, is_ours)
    version = int(fact.get("version", 0))
    if before is not None and (before.is_deleted or before.version > version):
        return msgspec.structs.replace(before, is_ours=is_ours)
    return State(fact["text_hash"], version, False, is_ours)


def compare(
    expected: Mapping[Key, State], actual: Mapping[Key, State], *, may_hold: Set[Key] = frozenset()
) -> list[Difference]:
    """Every disagreement, in order of key. Versions are not compared: platforms and we number them differently.

    What `may_hold` names is not unexpected, whatever it says; see `shown_keys`.
    """
    differences = []
    for key in sorted(expected.keys() | actual.keys()):
        sort = _disagreement(expected.get(key), actual.get(key))
        if sort and not (sort == "unexpected" and key in may_hold):
            differences.append(Difference(*key, sort, expected.get(key), actual.get(key)))
    return differences


def _disagreement(wanted: State | None, held: State | None) -> str:
    if held is None:
        return "missing"
    if wanted is None:
        return "unexpected"
    if wanted.is_deleted != held.is_deleted:
        return "not_deleted" if wanted.is_deleted else "deleted"
    if not wanted.is_deleted and wanted.text_hash != held.text_hash:
        return "text"
    return ""
