"""POST /in/<source_key> without a server: who is believed, what is kept, what is said."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.door import answers
from fullcircle.door.answers import ASGIApp
from fullcircle.door.app import make_app
from fullcircle.door.intake import Intake
from fullcircle.door.intake_reader import IntakeReader
from fullcircle.door.webhooks import IntakeSource, Limits
from tests.door.asking import KEY, OLD_KEY, OTHER_KEY, SOURCES, Answer, ask, signed

BODY = b'{"id":"a1","occurred_at":"2026-05-01T09:30:00Z","text":"good bread"}'
Work = Callable[[ASGIApp], Awaitable[None]]


def with_door(
    path: Path, work: Work, pages: ASGIApp | None = None, **options: Any
) -> tuple[list[bytes], dict[str, int]]:
    """Run the work; the bodies kept and the counts of source 7 and of no source."""

    async def run() -> None:
        intake = Intake(path)
        await work(make_app(intake, SOURCES.get, pages, **options))
        await intake.stop()

    asyncio.run(run())
    with IntakeReader(path) as reader:
        counts = {name: count for (_, source, name), count in reader.tallies().items() if source in (0, 7, 8)}
        return [row.body for row in reader.take(0, 100_000)], counts


def only(file: Path, *arguments: Any, **options: Any) -> tuple[Answer, list[bytes], dict[str, int]]:
    found: list[Answer] = []

    async def work(app: ASGIApp) -> None:
        found.append(await ask(app, *arguments, **options))

    bodies, counts = with_door(file, work)
    return found[0], bodies, counts


def test_it_keeps_a_signed_body_byte_for_byte(tmp_path: Path) -> None:
    body = b'\xff{"not json \\u0000'
    answer, bodies, counts = only(tmp_path / "i.db", body, signed(body, "m1"))
    assert (answer.status, answer.body) == (202, b"{}")
    assert bodies == [body]
    assert counts == {"received": 1}


def test_it_keeps_allowed_headers_only(tmp_path: Path) -> None:
    headers = {**signed(BODY, "m1"), "authorization": "Bearer canary", "cookie": "canary"}
    only(tmp_path / "i.db", BODY, headers)
    with IntakeReader(tmp_path / "i.db") as reader:
        (row,) = reader.take(0, 5)
    assert set(row.headers) == {"content-type", "webhook-id", "webhook-timestamp"}
    assert b"canary" not in (tmp_path / "i.db").read_bytes()
    assert headers["webhook-signature"].encode() not in (tmp_path / "i.db").read_bytes()


def test_it_answers_202_to_a_delivery_that_comes_again_and_counts_it(tmp_path: Path) -> None:
    async def work(app: ASGIApp) -> None:
        for at_s in (0, 0, 5):
            answer = await ask(app, BODY, signed(BODY, "m1", at_s=int(time.time()) - at_s))
            assert answer.status == 202
        other = b'{"id":"a2"}'
        assert (await ask(app, other, signed(other, "m1"))).status == 202

    bodies, counts = with_door(tmp_path / "i.db", work)
    assert bodies == [BODY, b'{"id":"a2"}']
    assert counts == {"received": 4, "duplicate": 2}


def without(name: str, **changes: str) -> dict[str, str]:
    return {key: value for key, value in {**signed(BODY, "m1"), **changes}.items() if key != name}


REFUSED: list[tuple[str, Any, str]] = [
    ("no signature", without("webhook-signature"), "no_signature"),
    ("empty signature", without("", **{"webhook-signature": ""}), "no_signature"),
    ("no id", without("webhook-id"), "no_id"),
    ("no timestamp", without("webhook-timestamp"), "no_timestamp"),
    ("unknown algorithm", without("", **{"webhook-signature": "v2,AAAA"}), "unknown_algorithm"),
    ("old", signed(BODY, "m1", at_s=int(time.time()) - 4000), "out_of_tolerance"),
    ("other workspace's key", signed(BODY, "m1", key=OTHER_KEY), "wrong_signature"),
    ("signature of another body", signed(b"{}", "m1"), "wrong_signature"),
    ("two signatures", [*signed(BODY, "m1").items(), ("webhook-signature", "v1,AAAA")], "no_signature"),
    ("two ids", [*signed(BODY, "m1").items(), ("Webhook-Id", "m2")], "no_id"),
]


@pytest.mark.parametrize(("headers", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_it_refuses_and_counts_what_it_cannot_believe(tmp_path: Path, headers: Any, why: str) -> None:
    pairs = [(n, v) for n, v in (headers.items() if isinstance(headers, dict) else headers) if n != "content-length"]
    answer, bodies, counts = only(tmp_path / "i.db", BODY, pairs)
    assert (answer.status, answer.body) == (401, b'{"error":"unauthorized"}')
    assert bodies == []
    assert counts == {f"refused_{why}": 1}


def test_it_believes_nobody_where_no_secret_is_set(tmp_path: Path) -> None:
    answer, bodies, counts = only(tmp_path / "i.db", BODY, signed(BODY, "m1", key=b""), path="/in/keyless")
    assert answer.status == 401
    assert (bodies, counts) == ([], {"refused_no_key": 1})


def test_it_believes_both_keys_while_a_secret_is_changed(tmp_path: Path) -> None:
    async def work(app: ASGIApp) -> None:
        for number in range(50):
            body = b'{"id":"%d"}' % number
            key = OLD_KEY if number % 2 else KEY
            assert (await ask(app, body, signed(body, f"m{number}", key=key))).status == 202

    assert len(with_door(tmp_path / "i.db", work)[0]) == 50


@pytest.mark.parametrize("path", ["/in/", "/in/nobody", "/in/bakery/", "/in/bakery/x", "/in/../bakery"])
def test_it_knows_no_other_address(tmp_path: Path, path: str) -> None:
    answer, bodies, counts = only(tmp_path / "i.db", BODY, signed(BODY, "m1"), path=path)
    assert answer.status == 404
    assert (bodies, counts) == ([], {"refused_unknown_source": 1})


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_it_takes_posts_only(tmp_path: Path, method: str) -> None:
    answer, bodies, _ = only(tmp_path / "i.db", BODY, signed(BODY, "m1"), method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert bodies == []


@pytest.mark.parametrize("cut", range(len(BODY)))
def test_it_keeps_no_part_of_a_body_cut_at_any_length(tmp_path: Path, cut: int) -> None:
    whole = signed(BODY, "m1")
    unsaid = [(name, value) for name, value in whole.items() if name != "content-length"]

    async def work(app: ASGIApp) -> None:
        assert (await ask(app, BODY[:cut], whole)).status == 400
        assert (await ask(app, BODY[:cut], unsaid)).status == 401
        assert (await ask(app, headers=whole, pieces=[BODY[:cut]], is_cut=True)).status == 400
        assert (await ask(app, BODY + b" ", whole)).status == 400

    bodies, counts = with_door(tmp_path / "i.db", work)
    assert bodies == []
    assert counts == {"refused_wrong_length": 2, "refused_wrong_signature": 1, "refused_cut_short": 1}


def test_it_joins_a_body_that_comes_in_pieces(tmp_path: Path) -> None:
    pieces = [BODY[:5], b"", BODY[5:40], BODY[40:]]
    answer, bodies, _ = only(tmp_path / "i.db", headers=signed(BODY, "m1"), pieces=pieces)
    assert (answer.status, bodies) == (202, [BODY])


def test_it_refuses_what_is_too_large_before_it_has_read_it(tmp_path: Path) -> None:
    read: list[int] = []

    async def work(app: ASGIApp) -> None:
        declared = {**signed(b"", "m1"), "content-length": "100000001"}
        assert (await ask(app, headers=declared, pieces=[])).status == 413
        headers = [(name, value) for name, value in signed(b"", "m1").items() if name != "content-length"]
        pieces = [bytes(300)] * 100
        answer = await ask(app, headers=headers, pieces=pieces)
        read.append(answer.status)
        for length in ("-1", "1e3", "9" * 40, "ten"):
            assert (await ask(app, headers={**signed(b"", "m1"), "content-length": length})).status in (400, 413)

    bodies, counts = with_door(tmp_path / "i.db", work, limits=Limits(body_bytes=1000))
    assert read == [413]
    assert bodies == []
    assert counts["refused_too_large"] == 2


def test_it_takes_a_body_of_the_largest_size(tmp_path: Path) -> None:
    body = b"x" * 1_000_000
    answer, bodies, _ = only(tmp_path / "i.db", body, signed(body, "m1"))
    assert (answer.status, bodies) == (202, [body])


def test_it_refuses_compressed_bodies_in_words(tmp_path: Path) -> None:
    answer, bodies, _ = only(tmp_path / "i.db", BODY, {**signed(BODY, "m1"), "content-encoding": "gzip"})
    assert (answer.status, bodies) == (415, [])


def test_it_ends_a_body_that_never_ends(tmp_path: Path) -> None:
    async def work(app: ASGIApp) -> None:
        sent: list[Any] = []

        async def drip() -> dict[str, Any]:
            await asyncio.sleep(0.01)
            return {"type": "http.request", "body": b"x", "more_body": True}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [
            (name.encode(), value.encode()) for name, value in signed(b"", "m1").items() if name != "content-length"
        ]
        await app({"type": "http", "method": "POST", "path": "/in/bakery", "headers": headers}, drip, send)
        assert sent[0]["status"] == 408

    bodies, counts = with_door(tmp_path / "i.db", work, limits=Limits(body_timeout_s=0.1))
    assert (bodies, counts) == ([], {"refused_too_slow": 1})


def test_it_says_503_when_too_much_is_read_at_once_and_frees_it_again(tmp_path: Path) -> None:
    async def work(app: ASGIApp) -> None:
        body = bytes(600)
        gate = asyncio.Event()

        async def slowly() -> dict[str, Any]:
            await gate.wait()
            return {"type": "http.request", "body": b"", "more_body": False}

        async def first() -> int:
            state: list[dict[str, Any]] = []
            pieces = iter([{"type": "http.request", "body": body, "more_body": True}])

            async def receive() -> dict[str, Any]:
                return next(pieces, None) or await slowly()

            async def send(message: Any) -> None:
                state.append(message)

            headers = [(name.encode(), value.encode()) for name, value in signed(body, "m1").items()]
            await app({"type": "http", "method": "POST", "path": "/in/bakery", "headers": headers}, receive, send)
            return int(state[0]["status"])

        task = asyncio.ensure_future(first())
        await asyncio.sleep(0.01)
        answer = await ask(app, body, signed(body, "m2"))
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        gate.set()
        assert await task == 202
        assert (await ask(app, body, signed(body, "m2"))).status == 202

    assert len(with_door(tmp_path / "i.db", work, limits=Limits(reading_bytes=1000))[0]) == 2


def test_it_says_503_and_retry_after_while_the_disk_is_full(tmp_path: Path) -> None:
    async def run() -> None:
        (tmp_path / "file").write_text("")
        intake = Intake(tmp_path / "file" / "i.db")
        app = make_app(intake, SOURCES.get, None)
        answer = await ask(app, BODY, signed(BODY, "m1"))
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert b'"intake":"busy"' in (await ask(app, path="/healthz", method="GET")).body
        (tmp_path / "file").unlink()
        assert (await ask(app, BODY, signed(BODY, "m1"))).status == 202
        assert b'"intake":"ok"' in (await ask(app, path="/healthz", method="GET")).body
        await intake.stop()

    asyncio.run(run())


def test_it_is_healthy_without_touching_a_file(tmp_path: Path) -> None:
    async def run() -> None:
        app = make_app(Intake(tmp_path / "none" / "i.db"), SOURCES.get, None)
        assert (await ask(app, path="/healthz", method="GET")).status == 200
        assert (await ask(app, path="/healthz", method="HEAD")).body == b""
        assert (await ask(app, path="/healthz", method="POST")).status == 405

    asyncio.run(run())
    assert not (tmp_path / "none").exists()


def test_it_carries_security_headers_on_every_answer_of_its_own(tmp_path: Path) -> None:
    async def work(app: ASGIApp) -> None:
        for path, method in (("/healthz", "GET"), ("/in/bakery", "GET"), ("/in/x", "POST"), ("/nowhere", "GET")):
            headers = (await ask(app, path=path, method=method)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            assert headers["content-security-policy"].startswith("default-src 'none'")
            assert ("strict-transport-security" in headers) is (path != "/nowhere")

    with_door(tmp_path / "i.db", work, is_https=True)


def test_it_leaves_everything_else_to_the_pages(tmp_path: Path) -> None:
    seen = []

    async def pages(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["type"], scope["path"]))
        await answers.answer(send, 200, b"page")

    async def work(app: ASGIApp) -> None:
        assert (await ask(app, path="/w/bakery/", method="GET")).body == b"page"
        assert (await ask(app, path="/inbox", method="GET")).body == b"page"
        assert (await ask(app, path="/in/bakery", method="GET")).status == 405

    with_door(tmp_path / "i.db", work, pages=pages)
    assert seen == [("http", "/w/bakery/"), ("http", "/inbox")]


def test_it_answers_503_to_a_fault_of_its_own(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def broken(source_key: str) -> IntakeSource | None:
        raise KeyError(source_key)

    async def run() -> None:
        answer = await ask(make_app(Intake(tmp_path / "i.db"), broken, None), BODY, signed(BODY, "m1"))
        assert answer.status == 503

    with caplog.at_level(logging.CRITICAL):
        asyncio.run(run())


def test_it_shows_no_key_when_a_source_is_printed() -> None:
    assert repr(SOURCES["bakery"]) == "IntakeSource(workspace_id=1, source_id=7, 2 keys)"


forged_headers = st.fixed_dictionaries(
    {},
    optional={
        "webhook-id": st.text(st.characters(max_codepoint=255), max_size=40) | st.just("m1"),
        "webhook-timestamp": st.text(st.characters(max_codepoint=255), max_size=14) | st.just(str(int(time.time()))),
        "webhook-signature": st.text(st.characters(max_codepoint=255), max_size=80)
        | st.binary(min_size=32, max_size=32).map(lambda mac: "v1," + __import__("base64").b64encode(mac).decode()),
        "content-length": st.integers(-5, 200).map(str),
        "content-encoding": st.sampled_from(["", "identity", "gzip"]),
    },
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(forged_headers, st.binary(max_size=80), st.sampled_from(["bakery", "other", "keyless"])), max_size=30
    )
)
def test_it_accepts_no_forged_request(tmp_path_factory: pytest.TempPathFactory, requests: list[Any]) -> None:
    async def work(app: ASGIApp) -> None:
        for headers, body, name in requests:
            answer = await ask(app, body, headers, path=f"/in/{name}")
            assert 400 <= answer.status < 500

    assert with_door(tmp_path_factory.mktemp("door") / "i.db", work)[0] == []
