"""The conformance suite every connector passes, ours and yours. A dozen lines of test:

    from fullcircle.testing.builders import make_raw, make_source
    from fullcircle.testing.connector_conformance import ConnectorConformance

    class TestMine(ConnectorConformance):
        connector = CONNECTOR
        source = make_source({"address": "https://mine.example"}, {"token": "very-secret-token"})
        samples = [make_raw({"id": "1", "text": "hello"}, form="post"), ...]

`samples`: one raw record of each form and each sort the platform sends, whole and good; at least one becomes a
touchpoint. Write `def platform(self)` too, giving a fresh HttpClient that answers as the platform does, and capture is
walked from its beginning to its end. Give secrets of eight characters or more: shorter ones are found in anything.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, ClassVar

import msgspec
import pytest

from fullcircle.core.errors import (
    ConfigError,
    DeskError,
    FullcircleError,
    PermanentSourceError,
    TransientSourceError,
    UnknownOutcomeError,
)
from fullcircle.core.moments import HOUR
from fullcircle.core.ports import Connector, HttpClient, SourceContext
from fullcircle.core.records import TEXT_LIMIT, Health, Page, RawRecord, Touchpoint
from fullcircle.testing import mutations
from fullcircle.testing.builders import make_outgoing
from fullcircle.testing.connector_checks import check_outcome, check_page, strings
from fullcircle.testing.scripted import ScriptedClient, answer

PAGE_LIMIT = 200
PROOFS = frozenset({"live", "recorded", "shape"})
MARK = "quillfeather"
BODIES: tuple[bytes, ...] = (*mutations.RUBBISH, b'{"error":"nope"}', b'{"data":[{}]}', b"[{}]", b"[null]", b'["a"]')


class RefusingClient:
    """Nobody may call: parsing is pure."""

    def request(self, method: str, url: str, **more: Any) -> Any:
        raise AssertionError("parse must not call anybody")


class ConnectorConformance:
    """Mix into a class whose name begins with Test."""

    connector: ClassVar[Connector]
    source: ClassVar[SourceContext]
    samples: ClassVar[Sequence[RawRecord]]
    platform_records: ClassVar[int] = -1
    """How many different records `platform()` holds in all streams together; -1 where that is not said."""

    def platform(self) -> HttpClient | None:
        """A fresh client that answers as the platform does; None where there is none to give."""
        return None

    # ---- what it says of itself

    def test_it_is_whole(self) -> None:
        spec = self.connector.spec
        assert re.fullmatch(r"[a-z][a-z0-9_]{1,40}", spec.name)
        assert spec.label.strip()
        assert len(spec.key_rule.split()) >= 3, "key_rule says in words what makes a touchpoint the same one"
        assert spec.proof in PROOFS
        assert spec.text_limit >= 0
        for verb in ("streams", "capture", "back_fill", "own_outbound", "parse", "key", "reply", "read_back", "health"):
            assert callable(getattr(self.connector, verb, None)), f"a connector can {verb}"

    def test_it_describes_every_setting(self) -> None:
        settings = self.connector.spec.settings
        assert len({setting.name for setting in settings}) == len(settings)
        for setting in settings:
            assert setting.label.strip()
            assert setting.help.strip(), f"{setting.name} has a word of help"
            if re.search(r"password|token|secret", setting.name):
                assert setting.is_secret, f"{setting.name} is a secret"
            assert not (setting.is_secret and setting.default), "a secret has no default"

    def test_it_names_its_streams_once(self) -> None:
        names = list(self.connector.streams(self.source))
        assert names == list(self.connector.streams(self.source))
        assert len(set(names)) == len(names)
        assert all(isinstance(name, str) and name for name in names)

    # ---- parse

    def test_it_reads_its_samples(self) -> None:
        assert self.samples, "give samples"
        read = [self._parsed(raw) for raw in self.samples]
        assert any(isinstance(outcome, Touchpoint) for outcome in read), "one sample at least is a touchpoint"

    def test_it_is_pure(self) -> None:
        alone = msgspec.structs.replace(self.source, client=RefusingClient())
        for raw in self.samples:
            assert self.connector.parse(alone, raw) == self.connector.parse(self.source, raw)

    def test_it_keeps_one_key_whatever_saw_it_and_when(self) -> None:
        other = msgspec.structs.replace(self.source, source_id=self.source.source_id + 1)
        for raw, touchpoint in self._touchpoints():
            later = msgspec.structs.replace(raw, captured_at=raw.captured_at + HOUR)
            again = self.connector.parse(other, later)
            assert isinstance(again, Touchpoint)
            assert self.connector.key(again) == self.connector.key(touchpoint)

    def test_it_survives_every_cut(self) -> None:
        for raw in self.samples:
            self._survives(raw, mutations.cuts(raw.payload))

    def test_it_survives_bent_bytes(self) -> None:
        for raw in self.samples:
            self._survives(raw, mutations.bends(raw.payload, 400))

    def test_it_survives_noise(self) -> None:
        for raw in self._one_of_each_form():
            self._survives(raw, [*mutations.noise(300), *mutations.RUBBISH])

    def test_it_survives_every_value_at_every_place(self) -> None:
        for raw, value in self._json_samples():
            self._survives(raw, mutations.mistyped(value))

    def test_it_survives_forms_and_contexts_it_does_not_know(self) -> None:
        for raw in self.samples:
            for form in ("", "nothing-of-ours", "\0", raw.form.upper() + "x"):
                self._parsed(msgspec.structs.replace(raw, form=form))
            for context in ("", "{", "[]", "null", '"x"', "\0\ud800", '{"did":5}', "[" * 5_000):
                self._parsed(msgspec.structs.replace(raw, context=context))

    def test_it_cleans_nul_and_lone_surrogates(self) -> None:
        for raw, value in self._json_samples():
            poisoned = mutations.each_text(value, lambda text: f"{text}\0\ud800")
            self._parsed(msgspec.structs.replace(raw, payload=mutations.written(poisoned)))
            for path in mutations.leaves(value):
                if isinstance(mutations.at(value, path), str):
                    spoilt = mutations.put(value, path, f"{mutations.at(value, path)}\0\udfff")
                    self._parsed(msgspec.structs.replace(raw, payload=mutations.written(spoilt)))

    def test_it_cuts_a_text_of_ten_megabytes_and_says_so(self) -> None:
        for raw, value in self._json_samples():
            for path in self._text_places(raw, value):
                huge = mutations.put(value, path, f"{MARK} ocean " * 770_000)
                outcome = self._parsed(msgspec.structs.replace(raw, payload=mutations.written(huge)))
                if isinstance(outcome, Touchpoint):
                    assert outcome.is_truncated, "a text that was cut says so"
                    assert len(outcome.text) > TEXT_LIMIT - 100, "as much of the text is kept as may be"

    # ---- capture

    def test_it_names_what_fails_by_what_helps(self) -> None:
        for status, wanted in ((401, PermanentSourceError), (429, TransientSourceError), (503, TransientSourceError)):
            for verb in self._captures():
                client = ScriptedClient(answer(status, {"error": "refused"}, retry_after="30"))
                outcome = self._attempt(verb, client)
                if client.calls and not isinstance(outcome, Page):
                    assert isinstance(outcome, wanted), f"{status} is a {wanted.__name__}, not {outcome!r}"
                elif client.calls:
                    assert outcome.wait_s > 0, f"{status} is not passed over in silence"

    def test_it_waits_as_long_as_it_is_told(self) -> None:
        for verb in self._captures():
            client = ScriptedClient(answer(429, b"", retry_after="30"))
            outcome = self._attempt(verb, client)
            if client.calls:
                waited = outcome.wait_s if isinstance(outcome, Page) else getattr(outcome, "retry_after_s", 0)
                assert waited == pytest.approx(30, abs=1), "Retry-After is passed on"

    def test_it_survives_what_is_no_answer(self) -> None:
        for body in BODIES:
            for status in (200, 204, 301, 400, 403, 404, 410, 418, 500, 599):
                for verb in self._captures():
                    self._attempt(verb, ScriptedClient(answer(status, body)))

    def test_it_survives_strange_headers(self) -> None:
        names = ("retry_after", "x_ratelimit_remaining", "x_ratelimit_reset", "ratelimit_remaining", "ratelimit_reset")
        for said in (
            "",
            "-1",
            "1e999",
            "soon",
            "99999999999999999999",
            "Wed, 99 Foo 2026",
            "\xff",
            "nan",
            "2026-13-45",
        ):
            for status in (200, 429):
                headers = {**dict.fromkeys(names, said), "link": f"<{said}>; rel=next, <", "content_type": said}
                for verb in self._captures():
                    self._attempt(verb, ScriptedClient(answer(status, b"[]", **headers)))

    def test_it_passes_on_what_the_client_says(self) -> None:
        for error in (TransientSourceError("time-out"), PermanentSourceError("refused")):
            for verb in self._captures():
                client = ScriptedClient(error)
                outcome = self._attempt(verb, client)
                assert not client.calls or isinstance(outcome, type(error))

    def test_it_begins_anew_from_a_cursor_it_cannot_read(self) -> None:
        for cursor in ("\0", "{", "null", "[]", "-1", "999999999999999999999999", '{"page":{}}', "x" * 10_000):
            for stream in self.connector.streams(self.source):
                client = self.platform() or ScriptedClient(answer(200, b"{}"))
                self._attempt(partial(self._capture, stream, cursor), client)

    def test_it_captures_twice_what_it_captured_once(self) -> None:
        for stream, pages in self._walks():
            again = self._walk(stream)
            assert [_payloads(page) for page in again] == [_payloads(page) for page in pages]

    def test_it_loses_nothing_at_a_cursor_that_was_kept(self) -> None:
        for stream, pages in self._walks():
            seen = {raw.payload for page in pages for raw in page.records}
            for page in pages[:-1]:
                rest = {raw.payload for later in self._walk(stream, page.cursor) for raw in later.records}
                before = {raw.payload for raw in page.records}
                assert rest <= seen
                wanted = {raw.payload for later in pages[pages.index(page) + 1 :] for raw in later.records}
                assert wanted <= rest | before, "from a kept cursor everything later comes again"

    def test_it_captures_everything_there_is(self) -> None:
        found = {raw.payload for _, pages in self._walks() for page in pages for raw in page.records}
        assert self.platform_records in (-1, len(found)), "each record of the platform is captured"

    def test_it_comes_to_an_end(self) -> None:
        for stream, pages in self._walks():
            assert len(pages) < PAGE_LIMIT, f"{stream} comes to its end"
            assert pages[-1].is_last
            after = self._walk(stream, pages[-1].cursor)
            assert after[-1].is_last
            assert len(after) < PAGE_LIMIT

    # ---- secrets

    def test_it_tells_no_secret(self) -> None:
        for raw in self.samples:
            self._tells_nothing(repr(self.connector.parse(self.source, raw)))
        self._tells_nothing(repr(self.connector), repr(self.connector.spec))
        for secret in self._secrets():
            echo = {"error": f"bad token {secret}", "message": f"cannot use {secret}", "detail": secret}
            for status in (400, 401, 403, 422, 429, 500):
                for verb in (*self._captures(), self.connector.health):
                    self._tells_nothing(*_said(self._attempt(verb, ScriptedClient(answer(status, echo)))))

    # ---- replies and health

    def test_it_answers_only_where_it_can(self) -> None:
        if self.connector.spec.can_reply:
            return
        client = ScriptedClient(answer(200, {}))
        with pytest.raises((ConfigError, DeskError, PermanentSourceError)):
            self.connector.reply(self._through(client), make_outgoing())
        assert client.calls == [], "nothing leaves by a connector that cannot reply"

    def test_it_refuses_an_answer_that_is_too_long_before_it_leaves(self) -> None:
        limit = self.connector.spec.text_limit
        if self.connector.spec.can_reply and limit:
            client = ScriptedClient(answer(200, {}))
            with pytest.raises(DeskError):
                self.connector.reply(self._through(client), make_outgoing(text="x" * (limit + 1)))
            assert not any(call.body and b"xxxxxxxx" in call.body for call in client.calls)

    def test_it_makes_one_attempt_whatever_comes_back(self) -> None:
        """An answer that cannot be read is no proof that nothing was published."""
        if not self.connector.spec.can_reply:
            return
        text = f"A {MARK} reply."
        for status, body in ((200, b""), (200, b"<html>"), (500, b"{}"), (502, b""), (429, b"{}"), (200, b"{}")):
            client = ScriptedClient(answer(status, body))
            self._reply(client, text)
            assert sum(1 for call in client.calls if call.body and MARK.encode() in call.body) <= 1
        for error in (UnknownOutcomeError("no answer"), TransientSourceError("time-out")):
            client = ScriptedClient(error)
            self._reply(client, text)
            assert sum(1 for call in client.calls if call.body and MARK.encode() in call.body) <= 1

    def test_it_says_how_it_is_whatever_happens(self) -> None:
        for status in (200, 401, 403, 429, 500):
            for body in (b"", b"<html>", b"{}", b"[]", b"\xff"):
                health = self.connector.health(self._through(ScriptedClient(answer(status, body))))
                assert isinstance(health, Health)
                assert health.message.strip(), "health is said in words"
        health = self.connector.health(self._through(ScriptedClient(TransientSourceError("time-out"))))
        assert isinstance(health, Health)

    # ---- how the above is done

    def _through(self, client: HttpClient) -> SourceContext:
        return msgspec.structs.replace(self.source, client=client)

    def _parsed(self, raw: RawRecord) -> Any:
        outcome = self.connector.parse(self.source, raw)
        check_outcome(self.connector, self.source, raw, outcome)
        return outcome

    def _survives(self, raw: RawRecord, payloads: Any) -> None:
        for payload in payloads:
            broken = msgspec.structs.replace(raw, payload=payload)
            try:
                self._parsed(broken)
            except Exception as error:
                raise AssertionError(f"form {raw.form!r}, payload {payload[:300]!r}: {error!r}") from error

    def _touchpoints(self) -> Iterator[tuple[RawRecord, Touchpoint]]:
        for raw in self.samples:
            outcome = self.connector.parse(self.source, raw)
            if isinstance(outcome, Touchpoint):
                yield raw, outcome

    def _one_of_each_form(self) -> list[RawRecord]:
        return list({raw.form: raw for raw in self.samples}.values())

    def _json_samples(self) -> Iterator[tuple[RawRecord, Any]]:
        for raw in self.samples:
            value = mutations.read(raw.payload)
            if value is not None:
                yield raw, value

    def _text_places(self, raw: RawRecord, value: Any) -> list[tuple[str | int, ...]]:
        """Where in a sample its touchpoint's text comes from."""
        found = []
        for path in mutations.leaves(value):
            if isinstance(mutations.at(value, path), str):
                marked = mutations.written(mutations.put(value, path, f"{MARK} a"))
                outcome = self.connector.parse(self.source, msgspec.structs.replace(raw, payload=marked))
                if isinstance(outcome, Touchpoint) and outcome.text == f"{MARK} a":
                    found.append(path)
        return found[:2]

    def _captures(self) -> Iterator[Callable[[SourceContext], Any]]:
        for stream in self.connector.streams(self.source):
            yield partial(self._capture, stream, "")
            yield partial(self._back_fill, stream)
        yield self._own_outbound

    def _capture(self, stream: str, cursor: str, source: SourceContext) -> Page:
        return self.connector.capture(source, stream, cursor)

    def _back_fill(self, stream: str, source: SourceContext) -> Page:
        return self.connector.back_fill(source, stream, "")

    def _own_outbound(self, source: SourceContext) -> Page:
        return self.connector.own_outbound(source, "")

    def _attempt(self, verb: Callable[[SourceContext], Any], client: HttpClient) -> Any:
        """What came of it: a Page (checked), a Health, or one of the two errors that name a recovery."""
        source = self._through(client)
        try:
            outcome = verb(source)
        except (TransientSourceError, PermanentSourceError) as error:
            return error
        if isinstance(outcome, Page):
            check_page(self.connector, source, outcome)
        return outcome

    def _walk(self, stream: str, cursor: str = "") -> list[Page]:
        client = self.platform()
        assert client is not None
        source, pages = self._through(client), list[Page]()
        while len(pages) < PAGE_LIMIT and not (pages and pages[-1].is_last):
            pages.append(self.connector.capture(source, stream, pages[-1].cursor if pages else cursor))
            check_page(self.connector, source, pages[-1])
        return pages

    def _walks(self) -> Iterator[tuple[str, list[Page]]]:
        if self.platform() is not None:
            for stream in self.connector.streams(self.source):
                yield stream, self._walk(stream)

    def _reply(self, client: HttpClient, text: str) -> None:
        try:
            self.connector.reply(self._through(client), make_outgoing(text=text))
        except FullcircleError:
            return

    def _secrets(self) -> list[str]:
        return [secret for secret in self.source.secrets.values() if len(secret) >= 8]

    def _tells_nothing(self, *texts: str) -> None:
        for secret in self._secrets():
            for text in texts:
                assert secret not in text, "a secret is told"


def _payloads(page: Page) -> list[bytes]:
    return [raw.payload for raw in page.records]


def _said(outcome: Any) -> list[str]:
    """Everything an outcome would tell a log or a person."""
    if isinstance(outcome, FullcircleError):
        return [str(outcome), repr(outcome), outcome.hint, *map(str, outcome.args)]
    return [repr(outcome), *strings(outcome)]
