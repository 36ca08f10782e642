"""The Standard Webhooks signature, scheme v1: HMAC-SHA256 over `id.timestamp.body`, base64, a list of keys.

Specification: https://www.standardwebhooks.com (symmetric part). Pure: the time is an argument.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from enum import StrEnum

from fullcircle.core.errors import ConfigError
from fullcircle.core.moments import SECOND, Moment

TOLERANCE_S = 300
ID_LIMIT = 256
SIGNATURE_LIMIT = 2_000  # characters of the header; about forty signatures
KEY_BYTES_MIN = 16

_PREFIX = "whsec_"


class Refusal(StrEnum):
    """Why a request was not believed. Counted by name; the sender is told 401 and no more."""

    NO_KEY = "no_key"
    NO_ID = "no_id"
    NO_TIMESTAMP = "no_timestamp"
    BAD_TIMESTAMP = "bad_timestamp"
    OUT_OF_TOLERANCE = "out_of_tolerance"
    NO_SIGNATURE = "no_signature"
    UNKNOWN_ALGORITHM = "unknown_algorithm"
    WRONG_SIGNATURE = "wrong_signature"


def key_of(secret: str) -> bytes:
    """Key bytes of `whsec_<base64>`; a secret that is not base64 is used as its own UTF-8 bytes.
    Raises ConfigError where fewer than 16 bytes are left: such a key can be guessed."""
    text = secret.strip().removeprefix(_PREFIX)
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = text.encode("utf-8", "surrogatepass")
    if len(key) < KEY_BYTES_MIN:
        raise ConfigError(
            f"a webhook secret needs at least {KEY_BYTES_MIN} bytes",
            hint="Make a new secret and give it to the sender.",
        )
    return key


def sign(key: bytes, webhook_id: str, timestamp: str, body: bytes) -> str:
    """`v1,<base64>`"""
    return "v1," + base64.b64encode(_digest(key, webhook_id, timestamp, body)).decode("ascii")


def refuse_headers(
    keys: Sequence[bytes], webhook_id: str, timestamp: str, signature: str, now: Moment
) -> Refusal | None:
    """What can be said before the body is read. None: worth reading on."""
    if not any(keys):
        return Refusal.NO_KEY
    if not webhook_id or not webhook_id.isascii() or len(webhook_id) > ID_LIMIT:
        return Refusal.NO_ID
    if not timestamp:
        return Refusal.NO_TIMESTAMP
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return Refusal.BAD_TIMESTAMP
    if abs(int(timestamp) * SECOND - now) > TOLERANCE_S * SECOND:
        return Refusal.OUT_OF_TOLERANCE
    if not signature.strip() or len(signature) > SIGNATURE_LIMIT:
        return Refusal.NO_SIGNATURE
    return None if _offered(signature) else Refusal.UNKNOWN_ALGORITHM


def refuse(
    keys: Sequence[bytes], webhook_id: str, timestamp: str, signature: str, body: bytes, now: Moment
) -> Refusal | None:
    """None where one of the keys made one of the signatures over exactly these bytes, within the tolerance of `now`.

    Every key is tried against every signature, so the time taken does not tell which of them came close.
    """
    early = refuse_headers(keys, webhook_id, timestamp, signature, now)
    if early is not None:
        return early
    offered = _offered(signature)
    is_ours = False
    for key in keys:
        if not key:
            continue  # an empty key would let anybody sign
        expected = _digest(key, webhook_id, timestamp, body)
        for candidate in offered:
            is_ours |= hmac.compare_digest(expected, candidate)
    return None if is_ours else Refusal.WRONG_SIGNATURE


def _digest(key: bytes, webhook_id: str, timestamp: str, body: bytes) -> bytes:
    mac = hmac.new(key, f"{webhook_id}.{timestamp}.".encode("utf-8", "surrogatepass"), hashlib.sha256)
    mac.update(body)  # apart from the head, so that a large body is not copied
    return mac.digest()


def _offered(signature: str) -> list[bytes]:
    """Digests of the v1 signatures in the header; others (v1a, v2) are not ours to judge."""
    found = []
    for part in signature.split():
        version, _, text = part.partition(",")
        if version == "v1":
            found.append(_decoded(text))
    return found


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
