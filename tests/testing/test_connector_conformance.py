"""The suite passes a connector that keeps the contract, and fails each way of breaking it."""

import msgspec
import pytest

from fullcircle.core.drops import Drop, DropReason
from fullcircle.core.errors import PermanentSourceError, TransientSourceError
from fullcircle.core.kinds import Channel, Kind
from fullcircle.core.records import Author, Page, Sent, Touchpoint
from fullcircle.testing import mutations
from fullcircle.testing.builders import make_raw, make_source
from fullcircle.testing.connector_conformance import ConnectorConformance
from fullcircle.testing.scripted import ScriptedClient, answer
from tests.testing.sound_connector import GuestBook

ENTRY = {"number": 7, "when": "2026-05-01T09:00:00Z", "name": "Nora", "text": "What lovely rye bread."}
SOURCE = make_source({"address": "https://book.example"}, {"token": "guest-book-token"})
SAMPLES = [make_raw(ENTRY, form="entry"), make_raw({**ENTRY, "number": 8, "text": ""}, form="entry")]


def book(entries=7, a_page=3):
    """The platform: entries from a number on, three a page."""

    def page(call):
        start = int(call.url.partition("from=")[2] or 0)
        shown = [{**ENTRY, "number": number + 1} for number in range(entries)][start : start + a_page]
        return answer(200, {"entries": shown, "more": start + a_page < entries})

    return ScriptedClient(page)


class TestGuestBook(ConnectorConformance):
    connector = GuestBook()
    source = SOURCE
    samples = SAMPLES

    platform_records = 7

    def platform(self):
        return book()


def touched(**changes):
    """A guest book whose touchpoints are changed after they were read well."""

    class Changed(GuestBook):
        def parse(self, source, raw):
            outcome = super().parse(source, raw)
            return msgspec.structs.replace(outcome, **changes) if isinstance(outcome, Touchpoint) else outcome

    return Changed()


class Raises(GuestBook):
    def parse(self, source, raw):
        return super().parse(source, raw) if raw.payload.endswith(b"}") else 1 / 0


class GivesNone(GuestBook):
    def parse(self, source, raw):
        return super().parse(source, raw) if b"number" in raw.payload else None


class Calls(GuestBook):
    def parse(self, source, raw):
        source.client.request("GET", "https://elsewhere.example")
        return super().parse(source, raw)


class KeyOfTheMoment(GuestBook):
    def parse(self, source, raw):
        outcome = super().parse(source, raw)
        if isinstance(outcome, Touchpoint):
            return msgspec.structs.replace(outcome, external_id=f"{raw.captured_at}")
        return outcome


class PassesDirt(GuestBook):
    def parse(self, source, raw):
        outcome = super().parse(source, raw)
        value = mutations.read(raw.payload)
        if isinstance(outcome, Touchpoint):
            return msgspec.structs.replace(outcome, title=str(value.get("name")))
        return outcome


class CutsInSilence(GuestBook):
    def parse(self, source, raw):
        outcome = super().parse(source, raw)
        return msgspec.structs.replace(outcome, is_truncated=False) if isinstance(outcome, Touchpoint) else outcome


class Tells(GuestBook):
    def capture(self, source, stream, cursor):
        try:
            return super().capture(source, stream, cursor)
        except PermanentSourceError as error:
            raise PermanentSourceError(f"refused: {source.secrets['token']}") from error


class NeverEnds(GuestBook):
    def capture(self, source, stream, cursor):
        return msgspec.structs.replace(super().capture(source, stream, cursor), is_last=False)


class MovesTooFar(GuestBook):
    def capture(self, source, stream, cursor):
        page = super().capture(source, stream, cursor)
        return page if page.is_last else msgspec.structs.replace(page, cursor=str(int(page.cursor) + 2))


class JumpsWhenResumed(GuestBook):
    """Trusts its own memory more than the cursor."""

    def __init__(self):
        self._last = ""

    def capture(self, source, stream, cursor):
        start = str(int(cursor) + 2) if cursor.isdigit() and cursor != self._last else cursor
        page = super().capture(source, stream, start)
        self._last = page.cursor
        return page


class PassesOver(GuestBook):
    def capture(self, source, stream, cursor):
        try:
            return super().capture(source, stream, cursor)
        except (PermanentSourceError, TransientSourceError):
            return Page((), cursor, True)


class RaisesAnything(GuestBook):
    def capture(self, source, stream, cursor):
        try:
            return super().capture(source, stream, cursor)
        except TransientSourceError as error:
            raise KeyError("entries") from error


class SendsTwice(GuestBook):
    def reply(self, source, response):
        try:
            return super().reply(source, response)
        except TransientSourceError:
            return super().reply(source, response)


class SendsAnyway(GuestBook):
    spec = msgspec.structs.replace(GuestBook.spec, can_reply=False)

    def reply(self, source, response):
        self._call(source, "POST", "", b"x")
        return Sent("1", "", 0)


class SendsTooMuch(GuestBook):
    def reply(self, source, response):
        self._call(source, "POST", "", response.text.encode())
        return Sent("1", "", 0)


class FallsIll(GuestBook):
    def health(self, source):
        self._call(source, "GET", "")
        return super().health(source)


BREACHES = [
    (Raises(), "test_it_survives_every_cut"),
    (GivesNone(), "test_it_survives_noise"),
    (Calls(), "test_it_is_pure"),
    (KeyOfTheMoment(), "test_it_keeps_one_key_whatever_saw_it_and_when"),
    (PassesDirt(), "test_it_cleans_nul_and_lone_surrogates"),
    (CutsInSilence(), "test_it_cuts_a_text_of_ten_megabytes_and_says_so"),
    (touched(external_id=""), "test_it_reads_its_samples"),
    (touched(external_id="x" * 2000), "test_it_reads_its_samples"),
    (touched(kind="post"), "test_it_reads_its_samples"),
    (touched(kind=Kind.DIRECT_MESSAGE), "test_it_reads_its_samples"),
    (touched(channel=Channel.CALLS), "test_it_reads_its_samples"),
    (touched(occurred_at=-1), "test_it_reads_its_samples"),
    (touched(occurred_at=1.5), "test_it_reads_its_samples"),
    (touched(occurred_at=1 << 60), "test_it_reads_its_samples"),
    (touched(workspace_id=99), "test_it_reads_its_samples"),
    (touched(platform="other"), "test_it_reads_its_samples"),
    (touched(captured_at=1), "test_it_reads_its_samples"),
    (touched(author=Author("")), "test_it_reads_its_samples"),
    (touched(url="javascript:alert(1)"), "test_it_reads_its_samples"),
    (touched(text="x" * 100_001), "test_it_reads_its_samples"),
    (touched(rating=6), "test_it_reads_its_samples"),
    (touched(host="Book.Example"), "test_it_reads_its_samples"),
    (touched(text="guest-book-token"), "test_it_tells_no_secret"),
    (Tells(), "test_it_tells_no_secret"),
    (NeverEnds(), "test_it_comes_to_an_end"),
    (MovesTooFar(), "test_it_captures_everything_there_is"),
    (PassesOver(), "test_it_names_what_fails_by_what_helps"),
    (PassesOver(), "test_it_waits_as_long_as_it_is_told"),
    (RaisesAnything(), "test_it_survives_what_is_no_answer"),
    (SendsTwice(), "test_it_makes_one_attempt_whatever_comes_back"),
    (SendsAnyway(), "test_it_answers_only_where_it_can"),
    (SendsTooMuch(), "test_it_refuses_an_answer_that_is_too_long_before_it_leaves"),
    (JumpsWhenResumed(), "test_it_loses_nothing_at_a_cursor_that_was_kept"),
    (FallsIll(), "test_it_says_how_it_is_whatever_happens"),
]


@pytest.mark.parametrize(
    ("connector", "caught_by"), BREACHES, ids=lambda one: one if isinstance(one, str) else type(one).__name__
)
def test_it_catches(connector, caught_by):
    suite = TestGuestBook()
    suite.connector = connector
    with pytest.raises((AssertionError, KeyError, PermanentSourceError, pytest.fail.Exception)):
        getattr(suite, caught_by)()


@pytest.mark.parametrize(
    "change", [{"name": "Guest Book"}, {"label": " "}, {"key_rule": "id"}, {"proof": "hope"}, {"text_limit": -1}]
)
def test_it_catches_a_spec_that_is_not_whole(change):
    suite = TestGuestBook()
    suite.connector = GuestBook()
    suite.connector.spec = msgspec.structs.replace(GuestBook.spec, **change)
    with pytest.raises(AssertionError):
        suite.test_it_is_whole()


def test_it_wants_one_touchpoint_among_the_samples():
    suite = TestGuestBook()
    suite.samples = SAMPLES[1:]
    assert suite.connector.parse(SOURCE, SAMPLES[1]) == Drop(DropReason.EMPTY)
    with pytest.raises(AssertionError):
        suite.test_it_reads_its_samples()


def test_its_mutations_are_the_same_each_time_and_never_the_payload_whole():
    payload = SAMPLES[0].payload
    assert list(mutations.bends(payload, 50)) == list(mutations.bends(payload, 50))
    assert len(list(mutations.cuts(payload))) == len(payload)
    assert payload not in set(mutations.cuts(payload))
    assert len(list(mutations.cuts(b"x" * 100_000))) < 2_000
    assert list(mutations.bends(b"", 5)) == []
    value = {"a": [1, {"b": "c"}]}
    assert list(mutations.leaves(value)) == [("a",), ("a", 0), ("a", 1), ("a", 1, "b")]
    assert mutations.put(value, ("a", 1, "b"), 5) == {"a": [1, {"b": 5}]}
    assert value == {"a": [1, {"b": "c"}]}
