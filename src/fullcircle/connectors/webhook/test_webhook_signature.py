"""Forged, stale, empty and doubled signatures."""

import ast
import base64
import hashlib
import hmac
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcircle.connectors.webhook import signature
from fullcircle.connectors.webhook.signature import Refusal, key_of, refuse, sign
from fullcircle.core.errors import ConfigError

KEY = bytes(range(32))
OLD_KEY = bytes(range(32, 64))
NOW_S = 1_777_628_500
NOW = NOW_S * 1000
ID = "msg_1"
BODY = b'{"id":"a1"}'
GOOD = sign(KEY, ID, str(NOW_S), BODY)


def test_it_signs_as_the_specification_says() -> None:
    mac = hmac.new(KEY, f"{ID}.{NOW_S}.".encode() + BODY, hashlib.sha256).digest()
    assert "v1," + base64.b64encode(mac).decode() == GOOD


def test_it_believes_a_good_signature_alone_or_among_others() -> None:
    assert refuse((KEY,), ID, str(NOW_S), GOOD, BODY, NOW) is None
    assert refuse((KEY,), ID, str(NOW_S), f"v1a,xyz v1,AAAA {GOOD}", BODY, NOW) is None


def test_it_believes_old_and_new_key_while_they_change_over() -> None:
    old = sign(OLD_KEY, ID, str(NOW_S), BODY)
    assert refuse((KEY, OLD_KEY), ID, str(NOW_S), old, BODY, NOW) is None
    assert refuse((KEY, OLD_KEY), ID, str(NOW_S), GOOD, BODY, NOW) is None
    assert refuse((KEY,), ID, str(NOW_S), old, BODY, NOW) is Refusal.WRONG_SIGNATURE


@pytest.mark.parametrize(
    ("keys", "webhook_id", "timestamp", "given_signature", "reason"),
    [
        ((), ID, str(NOW_S), GOOD, Refusal.NO_KEY),
        ((b"",), ID, str(NOW_S), sign(b"", ID, str(NOW_S), BODY), Refusal.NO_KEY),
        ((b"", KEY), ID, str(NOW_S), sign(b"", ID, str(NOW_S), BODY), Refusal.WRONG_SIGNATURE),
        ((KEY,), "", str(NOW_S), sign(KEY, "", str(NOW_S), BODY), Refusal.NO_ID),
        ((KEY,), "i" * 300, str(NOW_S), GOOD, Refusal.NO_ID),
        ((KEY,), ID, "", GOOD, Refusal.NO_TIMESTAMP),
        ((KEY,), ID, "soon", GOOD, Refusal.BAD_TIMESTAMP),
        ((KEY,), ID, "-5", GOOD, Refusal.BAD_TIMESTAMP),
        ((KEY,), ID, "١٧٧٧٦٢٨٥٠٠", GOOD, Refusal.BAD_TIMESTAMP),
        ((KEY,), ID, "9" * 5000, GOOD, Refusal.BAD_TIMESTAMP),
        ((KEY,), ID, str(NOW_S - 301), sign(KEY, ID, str(NOW_S - 301), BODY), Refusal.OUT_OF_TOLERANCE),
        ((KEY,), ID, str(NOW_S + 301), sign(KEY, ID, str(NOW_S + 301), BODY), Refusal.OUT_OF_TOLERANCE),
        ((KEY,), ID, str(NOW_S), "", Refusal.NO_SIGNATURE),
        ((KEY,), ID, str(NOW_S), "   ", Refusal.NO_SIGNATURE),
        ((KEY,), ID, str(NOW_S), GOOD + " " * 3000, Refusal.NO_SIGNATURE),
        ((KEY,), ID, str(NOW_S), GOOD.replace("v1,", "v1a,"), Refusal.UNKNOWN_ALGORITHM),
        ((KEY,), ID, str(NOW_S), GOOD.removeprefix("v1,"), Refusal.UNKNOWN_ALGORITHM),
        ((KEY,), ID, str(NOW_S), "none,", Refusal.UNKNOWN_ALGORITHM),
        ((KEY,), ID, str(NOW_S), "v1,", Refusal.WRONG_SIGNATURE),
        ((KEY,), ID, str(NOW_S), "v1,ä", Refusal.WRONG_SIGNATURE),
        ((KEY,), "msg_2", str(NOW_S), GOOD, Refusal.WRONG_SIGNATURE),
        ((KEY,), ID, str(NOW_S + 1), GOOD, Refusal.WRONG_SIGNATURE),
    ],
)
def test_it_refuses(
    keys: tuple[bytes, ...], webhook_id: str, timestamp: str, given_signature: str, reason: Refusal
) -> None:
    assert refuse(keys, webhook_id, timestamp, given_signature, BODY, NOW) is reason


@pytest.mark.parametrize("cut", range(len(BODY)))
def test_it_refuses_a_body_cut_at_any_length(cut: int) -> None:
    assert refuse((KEY,), ID, str(NOW_S), GOOD, BODY[:cut], NOW) is Refusal.WRONG_SIGNATURE


@given(st.integers(0, len(BODY) * 8 - 1), st.integers(0, 32 * 8 - 1))
def test_it_refuses_one_flipped_bit_in_body_or_signature(body_bit: int, mac_bit: int) -> None:
    assert refuse((KEY,), ID, str(NOW_S), GOOD, _flipped(BODY, body_bit), NOW) is Refusal.WRONG_SIGNATURE
    mac = base64.b64encode(_flipped(base64.b64decode(GOOD[3:]), mac_bit)).decode()
    assert refuse((KEY,), ID, str(NOW_S), f"v1,{mac}", BODY, NOW) is Refusal.WRONG_SIGNATURE


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=120), st.binary(max_size=40))
def test_it_refuses_whatever_was_not_signed(webhook_id: str, timestamp: str, forged: str, body: bytes) -> None:
    assert refuse((KEY, OLD_KEY), webhook_id, timestamp, forged, body, NOW) is not None
    assert refuse((KEY, OLD_KEY), ID, str(NOW_S), forged, body, NOW) is not None


@given(st.binary(min_size=16, max_size=64), st.binary(max_size=200), st.integers(-300, 300))
def test_it_believes_every_body_its_key_signed_in_time(key: bytes, body: bytes, away_s: int) -> None:
    timestamp = str(NOW_S + away_s)
    assert refuse((key,), ID, timestamp, sign(key, ID, timestamp, body), body, NOW) is None


def _flipped(data: bytes, bit: int) -> bytes:
    flipped = bytearray(data)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)


def test_it_reads_secrets_with_and_without_prefix_and_refuses_short_ones() -> None:
    assert key_of("whsec_" + base64.b64encode(KEY).decode()) == KEY
    assert key_of(base64.b64encode(KEY).decode()) == KEY
    assert key_of("a plain sentence, long enough") == b"a plain sentence, long enough"
    for short in ("", "whsec_", "whsec_QUJD", "secret"):
        with pytest.raises(ConfigError, match="16 bytes"):
            key_of(short)


def test_it_compares_digests_in_constant_time_only() -> None:
    """Read off the source: digests meet in compare_digest, and nothing in `refuse` returns early on a match."""
    tree = ast.parse(Path(signature.__file__).read_text("utf-8"))
    (function,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "refuse"]
    calls = [
        node.func.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    assert "compare_digest" in calls
    loops = [node for node in ast.walk(function) if isinstance(node, ast.For)]
    assert loops
    assert not [node for loop in loops for node in ast.walk(loop) if isinstance(node, ast.Return | ast.Break)]
    compared = [
        name.id
        for node in ast.walk(function)
        if isinstance(node, ast.Compare)
        for name in ast.walk(node)
        if isinstance(name, ast.Name)
    ]
    assert not {"expected", "candidate"} & set(compared)
