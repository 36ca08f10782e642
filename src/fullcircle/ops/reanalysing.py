"""Annotations anew for a whole workspace, resumable: where a run stands is kept in a small file in the home."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from fullcircle.analysis.terms import TermMatcher
from fullcircle.analysis.understand import Understander
from fullcircle.config.options import options
from fullcircle.core.moments import Moment
from fullcircle.core.records import Annotation
from fullcircle.store.house import house_of
from fullcircle.store.reanalysis import reanalyse, touchpoint_count


class Run(msgspec.Struct, frozen=True):
    """What a run is of. One with another model, other terms or another date begins anew."""

    model_version: int
    terms_version: int
    since: Moment
    last_id: int


class Reanalysed(msgspec.Struct, frozen=True):
    """`resumed_after`: the id a stopped run had reached; 0: from the beginning."""

    model_version: int
    read_count: int
    changed_count: int
    resumed_after: int


def reanalyse_all(workspace_id: int, since: Moment, on_share: Callable[[int, int], None]) -> Reanalysed:
    """`on_share`: read so far, of so many. Stopped by anything, the next call goes on behind the last batch."""
    understander, terms = Understander.load(), house_of(workspace_id).terms
    matcher = TermMatcher(terms)

    def annotate(texts: Sequence[str], claims: Sequence[str], outbound: Sequence[bool]) -> tuple[Annotation, ...]:
        return understander.annotate(texts, claims, outbound, matcher)

    path = options().home / f"reanalysis-{workspace_id}.json"
    begun = _begun(path, understander.version, terms.version, since)
    total, read, changed = touchpoint_count(workspace_id, since), 0, 0
    for step in reanalyse(workspace_id, annotate, understander.version, since=since, after_id=begun):
        read, changed = read + step.read_count, changed + step.changed_count
        _keep(path, Run(understander.version, terms.version, since, step.last_id))
        on_share(read, total)
    path.unlink(missing_ok=True)
    return Reanalysed(understander.version, read, changed, begun)


def _begun(path: Path, model_version: int, terms_version: int, since: Moment) -> int:
    try:
        run = msgspec.convert(json.loads(path.read_text("utf-8")), Run)
    except (OSError, ValueError, msgspec.ValidationError):
        return 0  # none was stopped, or its note is damaged: a batch done twice leaves the same rows
    same = (run.model_version, run.terms_version, run.since) == (model_version, terms_version, since)
    return run.last_id if same else 0


def _keep(path: Path, run: Run) -> None:
    """Whole or not at all."""
    beside = path.with_suffix(".part")
    beside.write_bytes(msgspec.json.encode(run))
    os.replace(beside, path)
