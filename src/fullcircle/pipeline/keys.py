"""What makes a touchpoint or an identity the same one: a 16-byte digest of (workspace, platform, host, external_id)."""

from hashlib import blake2b

import msgspec

from fullcircle.core.batches import Batch
from fullcircle.core.records import Touchpoint

_BASE_32 = str.maketrans("234567abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuv")
_SEPARATOR = "\x1f"  # cannot stand in a platform or a host, so no two different keys are spelt alike


def digest(workspace_id: int, platform: str, host: str, external_id: str) -> bytes:
    """16 bytes; among 10**9 touchpoints a clash has a chance below 10**-11.

    Four bytes of the time the id itself carries, where it does, come first: what is new then lies together in every
    index, and a batch touches a third of the pages. The id alone decides, never a claimed time."""
    spelt = f"{workspace_id}{_SEPARATOR}{platform}{_SEPARATOR}{host}{_SEPARATOR}{external_id}"
    mixed = blake2b(spelt.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    seconds = seconds_in(external_id)
    return seconds.to_bytes(4, "big") + mixed[4:] if seconds else mixed


def seconds_in(external_id: str) -> int:
    """About the second an id was made at, of the two forms that say so; 0: it does not.

    at://.../3mabcdefghij2 holds 53 bits of microseconds in base 32, here in units of 2**20; a number of 17 to 19 digits
    at the end of an address holds milliseconds above 16 bits."""
    last = external_id[external_id.rfind("/") + 1 :]
    if len(last) == 13 and external_id.startswith("at://"):
        try:
            return int(last[:7].translate(_BASE_32), 32) & 0xFFFFFFFF
        except ValueError:
            return 0
    if 17 <= len(last) <= 19 and last.isascii() and last.isdecimal():
        return (int(last) >> 16) // 1000 & 0xFFFFFFFF
    return 0


def identity_key(workspace_id: int, platform: str, host: str, external_id: str) -> bytes:
    """Of an outside account: no time in it."""
    spelt = f"{workspace_id}{_SEPARATOR}{platform}{_SEPARATOR}{host}{_SEPARATOR}{external_id}"
    return blake2b(spelt.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def touchpoint_digest(touchpoint: Touchpoint) -> bytes:
    return digest(touchpoint.workspace_id, touchpoint.platform, touchpoint.host, touchpoint.external_id)


def identity_digest(touchpoint: Touchpoint) -> bytes:
    """Of its author, b"" where the platform does not say who spoke."""
    author = touchpoint.author
    if author is None or not author.external_id:
        return b""
    return identity_key(touchpoint.workspace_id, touchpoint.platform, touchpoint.host, author.external_id)


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
