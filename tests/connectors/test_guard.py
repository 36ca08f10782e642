"""The guarded client against servers that mean harm, all on 127.0.0.1 (F39, F45, F46, F47)."""

import gzip
import resource
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpcore2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.connectors.guard import GuardedClient
from fullcircle.connectors.guard_answer import raise_for_status, wait_of
from fullcircle.connectors.guard_body import DamagedBodyError, read_body
from fullcircle.connectors.guard_wire import GuardedBackend, LimitError
from fullcircle.core.errors import ConfigError, PermanentSourceError, TransientSourceError, UnknownOutcomeError
from fullcircle.core.moments import parse_moment
from fullcircle.core.ports import Reply
from tests.connectors.hostile_server import Behaviour, HostileServer, answer, dripping, saying, serving, streaming

NOW = parse_moment("2026-05-01T12:00:00Z") or 0
HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def served(stack: ExitStack, behave: Behaviour) -> HostileServer:
    return stack.enter_context(serving(behave))


def client_for(stack: ExitStack, *servers: HostileServer, **options: object) -> GuardedClient:
    allow = frozenset(server.place for server in servers)
    return stack.enter_context(GuardedClient(allow, **{"deadline_s": 5.0, **options}))  # type: ignore[arg-type]


def test_it_asks_and_brings_the_answer_back(stack: ExitStack) -> None:
    server = served(stack, saying(answer("200 OK", b"bread", "X-Kind: rye", "x-kind: oat", "Set-Cookie: a=1")))
    reply = client_for(stack, server, user_agent="Bakery/1").request(
        "GET", server.url("/a?b=1"), params={"c": "d e"}, headers={"Accept": "text/x"}
    )
    assert (reply.status, reply.body, reply.headers["x-kind"]) == (200, b"bread", "rye, oat")
    assert reply.url == server.url("/a?b=1&c=d+e") or reply.url == server.url("/a?b=1&c=d%20e")
    assert "set-cookie" not in reply.headers
    head = server.requests[0].lower()
    assert "user-agent: bakery/1" in head
    assert "accept: text/x" in head
    assert "accept-encoding: gzip, deflate\r\n" in head
    assert f"host: {server.place}\r\n" in head


def test_it_keeps_a_connection_for_reading_and_takes_a_fresh_one_to_send(stack: ExitStack) -> None:
    server = served(stack, saying(answer()))
    client = client_for(stack, server)
    for _ in range(3):
        client.request("GET", server.url())
    assert server.connects == 1
    client.request("POST", server.url(), body=b"hello")
    client.request("POST", server.url(), body=b"hello")
    assert server.connects == 3
    assert "content-length: 5" in server.requests[-1].lower()


@pytest.mark.parametrize(
    "behave",
    [
        dripping(HEAD + b"Content-Length: 100000\r\n\r\n"),
        dripping(HEAD + b"X: "),
        dripping(b""),
        lambda connection, head: time.sleep(4),
        lambda connection, head: [
            connection.sendall(b"HTTP/1.1 103 Early\r\n\r\n") or time.sleep(0.01) for _ in range(400)
        ],
    ],
    ids=["drip body", "drip headers", "drip status", "silence", "early hints for ever"],
)
def test_it_ends_a_slow_answer_at_the_deadline(stack: ExitStack, behave: Behaviour) -> None:
    server = served(stack, behave)
    began = time.monotonic()
    with pytest.raises(TransientSourceError, match=r"127\.0\.0\.1: "):
        client_for(stack, server, deadline_s=0.6).request("GET", server.url())
    assert 0.1 < time.monotonic() - began < 1.6


def test_it_ends_a_slow_redirect_chain_at_the_one_deadline(stack: ExitStack) -> None:
    def behave(connection: socket.socket, head: str) -> None:
        time.sleep(0.3)
        connection.sendall(answer("302 Found", b"", "Location: /next"))

    server = served(stack, behave)
    began = time.monotonic()
    with pytest.raises(TransientSourceError):
        client_for(stack, server, deadline_s=0.5).request("GET", server.url())
    assert time.monotonic() - began < 1.2


def test_it_ends_when_the_name_server_never_answers(stack: ExitStack) -> None:
    client = stack.enter_context(GuardedClient(deadline_s=0.3, resolve=lambda host, port: time.sleep(2) or []))
    with pytest.raises(TransientSourceError):
        client.request("GET", "https://slow.example/")


def gzip_bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1_000_000)
    return b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (streaming(HEAD + b"\r\n", b"x" * 65_536), "on the wire"),
        (streaming(HEAD + b"Content-Length: 99999999999\r\n\r\n", b"x" * 65_536), "on the wire"),
        (streaming(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 9_000), "pieces"),
        (streaming(b"HTTP/1.1 103 Early\r\n\r\n" * 10, b"HTTP/1.1 103 Early\r\n\r\n" * 3_000), "of headers"),
        (saying(answer("200 OK", gzip_bomb(200), "Content-Encoding: gzip")), "unpacked"),
        (saying(answer("200 OK", zlib.compress(bytes(40_000_000)), "Content-Encoding: deflate")), "unpacked"),
        (saying(HEAD + b"X-Big: " + b"y" * 80_000 + b"\r\n\r\n"), "of headers"),
        (streaming(HEAD, b"X-More: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n" * 500), "too long"),
    ],
    ids=["endless", "announced", "small chunks", "hints", "gzip bomb", "deflate bomb", "one header", "endless headers"],
)
def test_it_ends_a_large_answer_at_its_caps(stack: ExitStack, behave: Behaviour, reason: str) -> None:
    server = served(stack, behave)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TransientSourceError, match=reason) as caught:
        client_for(stack, server, deadline_s=20.0).request("GET", server.url())
    assert caught.value.retry_after_s == (None if reason == "too long" else 3_600)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64_000


def test_it_unpacks_what_it_asked_for_and_nothing_else() -> None:
    text = b"rye bread " * 1_000
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    for coding, body in (
        ("gzip", gzip.compress(text)),
        ("X-GZIP", gzip.compress(text[:5_000]) + gzip.compress(text[5_000:]) + b"\0\0"),
        ("deflate", zlib.compress(text)),
        ("deflate", raw.compress(text) + raw.flush()),
        ("", text),
        ("identity", text),
    ):
        for size in (1, 7, len(body)):
            parts = [body[start : start + size] for start in range(0, len(body), size)]
            assert read_body(parts, coding, 20_000) == text
        with pytest.raises(LimitError):
            read_body([body], coding, 9_999)
    with pytest.raises(DamagedBodyError, match="early"):
        read_body([gzip.compress(text)[:-1]], "gzip", 20_000)
    for coding in ("br", "zstd", "gzip, gzip", "compress", "\0"):
        with pytest.raises(DamagedBodyError, match="did not ask"):
            read_body([text], coding, 20_000)


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=80), max_size=6), st.sampled_from(["gzip", "deflate", "", "br"]))
def test_it_reads_any_bytes_as_a_packed_body_or_says_it_is_damaged(parts: list[bytes], coding: str) -> None:
    try:
        assert len(read_body(parts, coding, 1_000)) <= 1_000
    except (DamagedBodyError, LimitError):
        return


def test_it_follows_three_redirects_and_not_a_fourth(stack: ExitStack) -> None:
    def behave(connection: socket.socket, head: str) -> None:
        step = int(head.split("/")[1].split(" ")[0] or 0)
        connection.sendall(answer("301 Moved", b"", f"Location: /{step - 1}") if step else answer())

    server = served(stack, behave)
    client = client_for(stack, server)
    assert client.request("GET", server.url("/3")).url == server.url("/0")
    with pytest.raises(TransientSourceError, match="3 redirects") as caught:
        client.request("GET", server.url("/4"))
    assert caught.value.retry_after_s == 3_600
    assert len(server.requests) == 8


FORBIDDEN = ["http://169.254.169.254/latest/meta-data/", "//10.9.9.9/", "http://[fd00::1]/", "http://localhost:1/", "file:///etc/passwd",
             "http://user:pw@example.org/", "http://8.8.8.8/", "https://8.8.8.8:22/", "http://2130706433/", "http://[", "gopher://x/"]  # fmt: skip


@pytest.mark.parametrize("location", FORBIDDEN)
def test_it_never_follows_to_another_class_of_address(stack: ExitStack, location: str) -> None:
    server = served(stack, saying(answer("302 Found", b"", f"Location: {location}")))
    with pytest.raises(PermanentSourceError):
        client_for(stack, server).request("GET", server.url())


def test_it_never_follows_a_public_redirect_inside_even_where_the_inside_is_allowed(
    monkeypatch: pytest.MonkeyPatch, stack: ExitStack
) -> None:
    inside = served(stack, saying(answer()))
    outside = answer("302 Found", b"", f"Location: {inside.url()}")
    monkeypatch.setattr(GuardedBackend, "_connect", lambda *_: httpcore2.MockStream([outside]), raising=True)
    client = client_for(stack, inside, resolve=lambda host, port: ["93.184.216.34"])
    with pytest.raises(PermanentSourceError, match="another class"):
        client.request("GET", "http://public.example/")
    assert inside.requests == []


def test_it_tells_another_origin_nothing_that_was_meant_for_the_first(stack: ExitStack) -> None:
    second = served(stack, saying(answer()))
    first = served(stack, saying(answer("307 Moved", b"", f"Location: {second.url('/x')}")))
    secrets = {"Authorization": "Bearer canary", "Cookie": "c=canary", "X-Api-Key": "canary", "Accept": "text/x"}
    client_for(stack, first, second).request("GET", first.url(), headers=secrets)
    assert first.requests[0].count("canary") == 3
    assert "canary" not in second.requests[0]
    assert "text/x" in second.requests[0]
    same = served(
        stack, lambda c, head: c.sendall(answer("302 Found", b"", "Location: /2") if " /1" in head else answer())
    )
    client_for(stack, same).request("GET", same.url("/1"), headers=secrets)
    assert same.requests[1].count("canary") == 3


@pytest.mark.parametrize(
    "answers",
    [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1", "93.184.216.34"], ["169.254.169.254"], ["::ffff:127.0.0.1"], ["nonsense"], ["fe80::1%2"]],
)  # fmt: skip
def test_it_refuses_a_name_with_one_bad_answer(stack: ExitStack, answers: list[str]) -> None:
    canary = served(stack, saying(answer()))
    client = client_for(stack, resolve=lambda host, port: answers)
    with pytest.raises(PermanentSourceError, match="never reach"):
        client.request("GET", "http://rebind.example/")
    assert canary.connects == 0


def test_it_asks_the_name_server_once_and_connects_to_the_answer_it_checked(
    monkeypatch: pytest.MonkeyPatch, stack: ExitStack
) -> None:
    asked, reached = [], []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    class Sockets:
        def connect_tcp(self, address: str, port: int, timeout: float) -> httpcore2.NetworkStream:
            reached.append(address)
            stream = httpcore2.MockStream([answer("200 OK", b"once", "Connection: close")])
            monkeypatch.setattr(
                stream, "get_extra_info", lambda info: (address, port) if info == "server_addr" else None
            )
            return stream

    client = client_for(stack, resolve=resolve)
    monkeypatch.setattr(client._reads._network_backend, "_sockets", Sockets())
    assert client.request("GET", "http://rebind.example/").body == b"once"
    assert (asked, reached) == (["rebind.example"], ["93.184.216.34"])
    with pytest.raises(PermanentSourceError):
        client.request("GET", "http://rebind.example/")
    assert reached == ["93.184.216.34"]


def test_it_looks_at_who_is_really_at_the_other_end(monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> None:
    class Sockets:
        def connect_tcp(self, address: str, port: int, timeout: float) -> httpcore2.NetworkStream:
            stream = httpcore2.MockStream([answer()])
            monkeypatch.setattr(
                stream, "get_extra_info", lambda info: ("10.0.0.1", port) if info == "server_addr" else None
            )
            return stream

    client = client_for(stack, resolve=lambda host, port: ["93.184.216.34"])
    monkeypatch.setattr(client._reads._network_backend, "_sockets", Sockets())
    with pytest.raises(PermanentSourceError, match="connection ended"):
        client.request("GET", "http://odd.example/")


def test_it_makes_no_connection_without_a_budget() -> None:
    with pytest.raises(LookupError):
        GuardedBackend(frozenset({"127.0.0.1:9"})).connect_tcp("127.0.0.1", 9)


def test_it_reaches_a_named_place_and_no_other_port_of_it(stack: ExitStack) -> None:
    server = served(stack, saying(answer()))
    named = stack.enter_context(
        GuardedClient(frozenset({f"localhost:{server.port}"}), resolve=lambda host, port: ["127.0.0.1"])
    )
    assert named.request("GET", f"http://LocalHost:{server.port}/").status == 200
    for url in (server.url(), f"http://localhost:{server.port + 1}/", f"http://127.1:{server.port}/"):
        with pytest.raises(PermanentSourceError):
            named.request("GET", url)
    assert len(server.requests) == 1


def test_it_takes_nothing_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stack: ExitStack
) -> None:
    server = served(stack, saying(answer("200 OK", b"", "Set-Cookie: canary=1; Path=/")))
    proxy = served(stack, saying(answer()))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url())
        monkeypatch.setenv(name.lower(), proxy.url())
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login canary password canary\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    client = client_for(stack, server)
    client.request("GET", server.url())
    client.request("GET", server.url("/again"))
    assert proxy.connects == 0
    assert not any("canary" in head or "authorization" in head.lower() for head in server.requests)


@pytest.mark.parametrize(
    ("status", "error", "wait_s"),
    [
        (401, PermanentSourceError, None), (403, PermanentSourceError, None), (404, PermanentSourceError, None),
        (410, PermanentSourceError, None), (429, TransientSourceError, 60), (500, TransientSourceError, None),
        (502, TransientSourceError, None), (503, TransientSourceError, None), (599, TransientSourceError, None),
        (408, TransientSourceError, None), (200, None, None), (304, None, None), (400, PermanentSourceError, None), (422, PermanentSourceError, None),
    ],
)  # fmt: skip
def test_it_says_what_a_status_asks_for(
    stack: ExitStack, status: int, error: type[Exception] | None, wait_s: float | None
) -> None:
    server = served(stack, saying(answer(f"{status} X", b"")))
    client = client_for(stack, server)
    if error is None:
        assert client.request("GET", server.url()).status == status
        return
    with pytest.raises(error) as caught:
        client.request("GET", server.url("/secret-path?token=secret"))
    assert getattr(caught.value, "retry_after_s", None) == wait_s
    assert "secret" not in str(caught.value)
    assert client.request("GET", server.url(), check=False).status == status


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, 60), ({"retry-after": "7"}, 7), ({"retry-after": " 7.5 "}, 7), ({"retry-after": "0"}, 1), ({"retry-after": "9" * 25}, 3600),
        ({"retry-after": "-5"}, 60), ({"retry-after": "soon"}, 60), ({"retry-after": "nan"}, 60), ({"retry-after": ""}, 60),
        ({"retry-after": "Fri, 01 May 2026 12:02:00 GMT"}, 120), ({"retry-after": "Fri, 01 May 2099 12:02:00 GMT"}, 3600),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 1), ({"ratelimit-reset": str(NOW // 1000 + 300)}, 300),
        ({"x-ratelimit-reset": "2026-05-01T12:05:00.000Z"}, 300), ({"retry-after": "2", "ratelimit-reset": "99"}, 2),
    ],
)  # fmt: skip
def test_it_reads_how_long_to_wait(headers: dict[str, str], wait_s: float) -> None:
    assert wait_of(headers, NOW) == wait_s


@given(st.text(max_size=60))
def test_it_waits_between_a_second_and_an_hour_whatever_is_said(said: str) -> None:
    assert 1 <= wait_of({"retry-after": said}, NOW) <= 3_600


def test_it_does_not_know_whether_an_unanswered_post_arrived(stack: ExitStack) -> None:
    for behave in (
        lambda c, head: c.close(),
        lambda c, head: time.sleep(2),
        saying(HEAD + b"Content-Length: 9\r\n\r\nhalf"),
        saying(b"nonsense\r\n\r\n"),
    ):
        server = served(stack, lambda c, head, behave=behave: (behave(c, head), c.close()))
        client = client_for(stack, server, deadline_s=0.4)
        with pytest.raises(UnknownOutcomeError):
            client.request("POST", server.url(), body=b"hello")
        with pytest.raises(TransientSourceError):
            client.request("GET", server.url())


def test_it_knows_that_a_post_never_left_without_a_connection(stack: ExitStack) -> None:
    server = served(stack, saying(answer()))
    client = client_for(stack, server)
    server.close()
    with pytest.raises(TransientSourceError):
        client.request("POST", server.url(), body=b"hello")


@pytest.mark.parametrize(("status", "error"), [(500, UnknownOutcomeError), (502, UnknownOutcomeError), (504, UnknownOutcomeError), (302, UnknownOutcomeError), (503, TransientSourceError), (429, TransientSourceError)])  # fmt: skip
def test_it_never_takes_a_failed_answer_to_a_post_for_proof_that_it_failed(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        raise_for_status(Reply(status=status, headers={}, body=b"", url=""), "host.example", is_send=True, now=NOW)


def test_it_follows_no_redirect_with_a_post(stack: ExitStack) -> None:
    server = served(stack, saying(answer("307 Moved", b"", "Location: /2")))
    assert client_for(stack, server).request("POST", server.url(), body=b"x", check=False).status == 307
    assert len(server.requests) == 1


@pytest.mark.parametrize("headers", [{"x": "a\r\nInjected: 1"}, {"x": "ключ"}, {"x y": "1"}])
def test_it_sends_no_header_that_is_none(stack: ExitStack, headers: dict[str, str]) -> None:
    server = served(stack, saying(answer()))
    with pytest.raises(ConfigError):
        client_for(stack, server).request("GET", server.url(), headers=headers)
    assert server.requests == []


def test_it_lets_no_caller_change_what_the_guard_decides(stack: ExitStack) -> None:
    server = served(stack, saying(answer()))
    headers = {
        "Host": "other.example",
        "Accept-Encoding": "br",
        "Proxy-Authorization": "x",
        "Transfer-Encoding": "chunked",
    }
    client_for(stack, server).request("GET", server.url(), headers=headers)
    assert not any(word in server.requests[0] for word in ("other.example", "br\r", "x\r", "chunked"))
    with pytest.raises(ConfigError):
        client_for(stack, server).request("CONNECT", server.url())


def test_it_serves_other_sources_while_one_is_stuck(stack: ExitStack) -> None:
    slow, quick = served(stack, lambda c, head: time.sleep(1.5)), served(stack, saying(answer()))
    client = client_for(stack, slow, quick, deadline_s=1.0)

    def wait() -> None:
        with pytest.raises(TransientSourceError):
            client.request("GET", slow.url())

    stuck = threading.Thread(target=wait)
    stuck.start()
    began = time.monotonic()
    assert client.request("GET", quick.url()).status == 200
    assert time.monotonic() - began < 0.5
    stuck.join()
