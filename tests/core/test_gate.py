"""The gate lets through only what both databases hold, and never raises anything but JsonRefused (F28, F30)."""

import json
import time

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fullcircle.core.gate import JSON_NODES, JsonRefused, clean_text, decode_bytes, load_json, mend_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text() | st.floats(-1e300, 1e300),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=30,
)


def strings_of(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [*value, *(text for inner in value.values() for text in strings_of(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in strings_of(inner)]
    return []


@given(st.text(st.characters(), max_size=200))
@example("a\0b")
@example("\ud83d")
@example("\udc00\ud800")
def test_it_cleans_any_text_into_what_a_store_can_hold(text: str) -> None:
    cleaned, was_cut = clean_text(text)
    assert not was_cut
    assert "\0" not in cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert len(cleaned) == len(text)


@given(st.text())
def test_it_leaves_text_without_nul_exactly_as_people_wrote_it(text: str) -> None:
    assert clean_text(text.replace("\0", ""))[0] == text.replace("\0", "")


def test_it_cuts_before_a_letter_rather_than_between_it_and_its_marks() -> None:
    assert clean_text("abe\u0301\u0302", limit=4) == ("ab", True)
    assert clean_text("\u0301" * 10, limit=3)[1] is True
    assert clean_text("abcd", limit=4) == ("abcd", False)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[" * 100_000, "deeper"),
        (b"[" * 65 + b"]" * 65, "deeper"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "deeper"),
        (b"NaN", "malformed"),
        (b'{"a": Infinity}', "malformed"),
        (b"[-Infinity]", "malformed"),
        (b"[1e999]", "too large"),
        (b"1" * 5_000, "4300 digits"),
        (b'{"n": -' + b"7" * 5_000 + b"}", "4300 digits"),
        (b'{"a":1,"a":1}', "twice"),
        (b'{"a" :1, "\\u0061" :1}', "twice"),
        (b'[{"x":{"b":1,"c":":","b":2}}]', "twice"),
        (b'{"a\\":":1,"b":1,"b":1}', "twice"),
        (b'{"a":":","a":1}', "twice"),
        (b'{"a"\n:1,"a"\n:1,"b":":"}', "twice"),
        (b"[" + b"1," * JSON_NODES + b"1]", "values"),
        (b"[" + b"[]," * JSON_NODES + b"1]", "values"),
        (b'"\xff"', "not UTF-8"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b'"\xc0\x80"', "not UTF-8"),
        (b'"\x00"', "malformed"),
        (b"\xff\xfe{\x00}\x00", "malformed"),
        (b"", "truncated"),
        (b"{} {}", "trailing"),
        (b" " * 16_000_001, "larger"),
    ],
)
def test_it_refuses_what_other_readers_swallow(data: bytes, reason: str) -> None:
    began = time.perf_counter()
    with pytest.raises(JsonRefused, match=reason):
        load_json(data)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'\xef\xbb\xbf{"a":1}', {"a": 1}),
        (b"[" * 64 + b"]" * 64, json.loads("[" * 64 + "]" * 64)),
        (b'["[[[[' + b"[" * 200 + b'"]', ["[[[[" + "[" * 200]),
        (b'{"a":{"b":1},"c":{"b":1}}', {"a": {"b": 1}, "c": {"b": 1}}),
        (b'{"a":":-)","b":"\\":","c" : " :"}', {"a": ":-)", "b": '":', "c": " :"}),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"half \\ud83d"', "half \ufffd"),
        (b'"\\uDE00\\uD83D"', "\ufffd\ufffd"),
        (b'"\\u0000\\\\u0000"', "\ufffd\\u0000"),
        (b'"\\\\ud83d"', "\\ud83d"),
        (b"18446744073709551616", 18446744073709551616),
    ],
)
def test_it_reads_what_is_odd_but_right(data: bytes, value: object) -> None:
    assert load_json(data) == value


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_it_reads_every_value_another_writer_wrote(value: object, is_ascii: bool, indent: int | None) -> None:
    written = json.dumps(value, ensure_ascii=is_ascii, indent=indent)
    try:
        loaded = load_json(written.encode("utf-8"))
    except JsonRefused as refused:  # two keys that differ by a NUL and U+FFFD only
        if "twice" in str(refused) and "\0" in "".join(strings_of(value)):
            return
        raise
    assert loaded == json.loads(written.replace("\\u0000", "\ufffd")) or "\\\\u0000" in written


@given(VALUES)
def test_it_finds_a_repeated_key_wherever_it_stands(value: object) -> None:
    inner = json.dumps(value)
    with pytest.raises(JsonRefused, match="twice"):
        load_json(f'[{inner}, {{"k:": {inner}, "z": 1, "k:": {inner}}}]'.encode())


@settings(max_examples=300)
@given(st.binary(max_size=300) | st.text('{}[]":,\\u0d8cef1 \n-eE.tn', max_size=120).map(str.encode))
def test_it_raises_nothing_but_its_own_refusal(data: bytes) -> None:
    try:
        value = load_json(data)
    except JsonRefused:
        return
    for text in strings_of(value):
        assert clean_text(text, len(text)) == (text, False)


@given(VALUES)
def test_it_mends_for_a_typed_decoder_without_touching_the_rest(value: object) -> None:
    written = json.dumps(value).encode()
    if b"\\u0000" not in written:
        assert mend_json(written) == written
    msgspec.json.decode(mend_json(written))


@settings(max_examples=300)
@given(
    st.binary(max_size=400),
    st.sampled_from(["", "utf-8", "latin-1", "idna", "punycode", "rot13", "no such", "utf-16", "\0"]),
)
@example(b"\xff\xfe\x00\x00a", "")
@example(b"\xfe\xff\xd8", "")
@example(b"a\0b\0c", "")
def test_it_decodes_any_bytes(data: bytes, declared: str) -> None:
    text, name = decode_bytes(data, declared)
    assert clean_text(text, len(text)) == (text, False)
    b"".decode(name)


@given(st.text(max_size=300))
def test_it_gives_valid_text_back_exactly(text: str) -> None:
    if "\0" in text or text.startswith("\ufeff") or "encoding" in text:
        return
    assert decode_bytes(text.encode("utf-8")) == (text, "utf-8")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("Brötchen".encode("utf-8-sig"), ("Brötchen", "utf-8")),
        ("Brötchen".encode("utf-16"), ("Brötchen", "utf-16-le")),
        (b"\xfe\xff" + "Brötchen".encode("utf-16-be"), ("Brötchen", "utf-16-be")),
        ("Brötchen".encode("utf-32"), ("Brötchen", "utf-32-le")),
        (b"\0\0\xfe\xff" + "Brot".encode("utf-32-be"), ("Brot", "utf-32-be")),
        ("Brötchen, bitte".encode("utf-16-le"), ("Brötchen, bitte", "utf-16-le")),
        ("Brötchen, bitte".encode("utf-16-be"), ("Brötchen, bitte", "utf-16-be")),
        ("Käse – 3 €".encode("cp1252"), ("Käse – 3 €", "cp1252")),
        (b"K\xe4se \x81", ("Käse \x81", "iso8859-1")),
        ("привет мир".encode() + b"\xff", ("привет мир\ufffd", "utf-8")),
        ("<?xml version='1.0' encoding='koi8-r'?>привет".encode("koi8-r"), None),
        (b"Fa\xc0\x80", ("FaÀ€", "cp1252")),
    ],
)
def test_it_names_the_encoding_it_read(data: bytes, expected: tuple[str, str] | None) -> None:
    text, name = decode_bytes(data)
    assert (text, name) == expected if expected else (text.endswith("привет") and name == "koi8-r")


def test_it_believes_a_declared_charset_only_where_it_reads() -> None:
    assert decode_bytes("パン".encode("shift_jis"), "Shift_JIS") == ("パン", "cp932")
    assert decode_bytes("パン".encode(), "ascii") == ("パン", "utf-8")
    assert decode_bytes("Käse".encode(), "idna") == ("Käse", "utf-8")
