"""What makes a touchpoint or an identity the same one: a 16-byte digest of (workspace, platform, host, external_id)."""

from hashlib import blake2b

import msgspec

from fullcircle.core.batches import Batch
from fullcircle.core.records import Touchpoint

_SEPARATOR = "\x1f"  # cannot stand in a platform or a host, so no two different keys are spelt alike


def digest(workspace_id: int, platform: str, host: str, external_id: str) -> bytes:
    """16 bytes; with 10**9 touchpoints a clash has a chance of about 10**-21."""
    spelt = f"{workspace_id}{_SEPARATOR}{platform}{_SEPARATOR}{host}{_SEPARATOR}{external_id}"
    return blake2b(spelt.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def touchpoint_digest(touchpoint: Touchpoint) -> bytes:
    return digest(touchpoint.workspace_id, touchpoint.platform, touchpoint.host, touchpoint.external_id)


def identity_digest(touchpoint: Touchpoint) -> bytes:
    """Of its author, b"" where the platform does not say who spoke."""
    author = touchpoint.author
    if author is None or not author.external_id:
        return b""
    return digest(touchpoint.workspace_id, touchpoint.platform, touchpoint.host, author.external_id)


def thread_of(root_digest: bytes) -> int:
    """The thread's number: the first eight bytes of its root's digest, as both databases' signed integer."""
    return int.from_bytes(root_digest[:8], "big", signed=True)


def put_keys(batch: Batch, tools: object = None) -> Batch:
    """The digests of every record, computed once, where analysis runs: the writer has enough to do."""
    points = batch.touchpoints
    return msgspec.structs.replace(
        batch,
        digests=tuple([touchpoint_digest(point) for point in points]),
        authors=tuple([identity_digest(point) for point in points]),
        roots=tuple([_root_digest(point) for point in points]),
        parents=tuple([_parent_digest(point) for point in points]),
    )


def _root_digest(touchpoint: Touchpoint) -> bytes:
    root_id = touchpoint.root_id
    if not root_id or root_id == touchpoint.external_id:
        return b""
    return digest(touchpoint.workspace_id, touchpoint.platform, touchpoint.host, root_id)


def _parent_digest(touchpoint: Touchpoint) -> bytes:
    if touchpoint.root_id or not touchpoint.parent_id:
        return b""
    return digest(touchpoint.workspace_id, touchpoint.platform, touchpoint.host, touchpoint.parent_id)
