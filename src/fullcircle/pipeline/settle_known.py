"""`put_known`: for each record, is it new, seen before, a newer or older form, or taken back?

Whatever order a platform's create, edits and delete arrive in, the repository ends the same, and so do the books:
each first sight of a version counts once as stored or updated, every repetition as duplicate.
"""

from fullcircle.core.events import EventName
from fullcircle.core.kinds import Change
from fullcircle.core.moments import MINUTE, clamp
from fullcircle.core.records import Touchpoint
from fullcircle.pipeline.keys import thread_of
from fullcircle.pipeline.settled import Deleted, Edited, KnownTouchpoint, NewTouchpoint, Older
from fullcircle.pipeline.settling import Settling

LATE_AFTER_MS = 15 * MINUTE
ID_LOW = 32
"""Bits of the running number in a touchpoint's id (store/ids.py)."""


def put_known(settling: Settling) -> None:
    """Part the batch into new touchpoints, changes, and repetitions."""
    for index, touchpoint in enumerate(settling.batch.touchpoints):
        if index in settling.blocked:
            continue
        known = settling.lookup.touchpoints.get(settling.batch.digests[index])
        if touchpoint.change is Change.DELETE:
            _take_back(settling, index, touchpoint, known)
        elif known is None or not known.touchpoint_id:
            _store(settling, index, touchpoint, is_deleted=known is not None)
        else:
            _see_again(settling, index, touchpoint, known)


def _store(settling: Settling, index: int, touchpoint: Touchpoint, is_deleted: bool) -> None:
    lookup, source = settling.lookup, settling.source
    captured_at = touchpoint.captured_at
    ordered_at = clamp(touchpoint.occurred_at, max(source.connected_at - source.horizon_ms, 0), captured_at)
    identifier = (ordered_at // MINUTE) << ID_LOW | (lookup.numbers.take("touchpoint") & 0xFFFFFFFF)
    key = settling.batch.digests[index]
    is_live = not touchpoint.is_history
    new = NewTouchpoint(
        id=identifier,
        digest=key,
        record=touchpoint,
        annotation=settling.batch.annotations[index],
        tokens=settling.batch.tokens[index],
        ordinal=settling.batch.ordinals[index],
        ordered_at=ordered_at,
        identity_id=None,
        thread=_thread(settling, index),
        account_id=settling.account_of(touchpoint),
        is_late=is_live and captured_at - ordered_at > LATE_AFTER_MS,
        is_deleted=is_deleted,
    )
    lookup.touchpoints[key] = KnownTouchpoint(identifier, touchpoint.version, is_deleted)
    settling.new[index] = new
    settling.settled.touchpoints.append(new)
    settling.settled.count("stored")


def _thread(settling: Settling, index: int) -> int | None:
    """The root's thread where the platform names it, else the parent's, else the parent is presumed to be the root."""
    lookup, batch = settling.lookup, settling.batch
    if batch.roots[index]:
        return thread_of(batch.roots[index])
    parent = batch.parents[index]
    if not parent:
        return None
    own = thread_of(batch.digests[index])
    thread = lookup.parent_threads.get(parent, thread_of(parent))
    lookup.parent_threads[batch.digests[index]] = thread
    if own in lookup.fostered and own != thread:
        settling.settled.adopted.append((own, thread))
        lookup.fostered.discard(own)
        settling.adopt(own, thread)
    lookup.fostered.add(thread)
    return thread


def _see_again(settling: Settling, index: int, touchpoint: Touchpoint, known: KnownTouchpoint) -> None:
    settled, lookup = settling.settled, settling.lookup
    seen = (known.touchpoint_id, touchpoint.version)
    settled.seen_again.append(known.touchpoint_id)
    if touchpoint.version == known.version or seen in lookup.revisions:
        settled.count("duplicate")
        return
    settled.count("updated")
    if known.is_deleted or touchpoint.version < known.version:
        lookup.revisions.add(seen)
        settled.older.append(Older(known.touchpoint_id, touchpoint, known.is_deleted))
        return
    lookup.revisions.add((known.touchpoint_id, known.version))
    settled.edited.append(
        Edited(
            touchpoint_id=known.touchpoint_id,
            digest=settling.batch.digests[index],
            record=touchpoint,
            annotation=settling.batch.annotations[index],
            tokens=settling.batch.tokens[index],
            old=lookup.rows[known.touchpoint_id],
            old_version=known.version,
        )
    )
    known.version = touchpoint.version
    settling.say(EventName.TOUCHPOINT_EDITED, touchpoint.captured_at, known.touchpoint_id)


def _take_back(settling: Settling, index: int, touchpoint: Touchpoint, known: KnownTouchpoint | None) -> None:
    settled, key = settling.settled, settling.batch.digests[index]
    if known is None:
        settling.lookup.touchpoints[key] = KnownTouchpoint(0, touchpoint.version, True)
        settled.bare_deletes.append((key, touchpoint.version))
        settled.count("updated")
    elif known.is_deleted:
        settled.count("duplicate")
    else:
        known.is_deleted = True
        # When we learnt of it: the platform's own time of the delete is seldom said, and never needed.
        row = settling.lookup.rows[known.touchpoint_id]
        settled.deleted.append(Deleted(known.touchpoint_id, key, row, touchpoint.captured_at))
        settled.count("updated")
        settling.say(EventName.TOUCHPOINT_DELETED, touchpoint.captured_at, known.touchpoint_id)
