"""Feeds of three kinds become touchpoints; hostile ones become a reason."""

import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fullcircle.connectors.feed.connector import CONNECTOR, SPEC
from fullcircle.connectors.feed.document import named_feeds, split_document
from fullcircle.connectors.feed.parse import parse_record
from fullcircle.connectors.feed.plain import plain_text, web_address
from fullcircle.core.drops import Drop, DropReason, QuarantineReason, Unreadable
from fullcircle.core.errors import ConfigError, PermanentSourceError
from fullcircle.core.gate import clean_text
from fullcircle.core.kinds import Channel, Direction, Kind
from fullcircle.core.moments import parse_moment
from fullcircle.core.ports import Reply, SourceContext
from fullcircle.core.records import Media, Outcome, RawRecord, Touchpoint

FIXTURES = Path(__file__).parent / "fixtures"
ADDRESS = "https://site.example/feed.xml"
NOW = parse_moment("2026-05-03T12:00:00Z") or 0


class FakeSite:
    """Answers as an HTTP server with one document does; keeps what it was asked."""

    def __init__(self, body: bytes, headers: Mapping[str, str] | None = None, status: int = 200) -> None:
        self.body, self.headers, self.status = body, dict(headers or {}), status
        self.asked: list[dict[str, str]] = []

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        check: bool = True,
    ) -> Reply:
        self.asked.append(dict(headers or {}))
        if self.status == 410:
            raise PermanentSourceError("site.example says this is gone for good (410).", hint="Remove the source.")
        is_known = headers is not None and headers.get("if-none-match") == self.headers.get("etag", "none")
        return Reply(304 if is_known else self.status, self.headers, b"" if is_known else self.body, url)


def source(site: FakeSite | None = None, address: str = ADDRESS) -> SourceContext:
    return SourceContext(3, 5, {"address": address}, {}, 0, site or FakeSite(b""), NOW)


SOURCE = source()


def outcomes(data: bytes, address: str = ADDRESS, content_type: str = "") -> list[Outcome]:
    return [parse_record(SOURCE, raw) for raw in split_document(data, content_type, address, NOW)]


def touchpoints(data: bytes, address: str = ADDRESS) -> list[Touchpoint]:
    return [outcome for outcome in outcomes(data, address) if isinstance(outcome, Touchpoint)]


def rss(inside: str, head: str = "") -> bytes:
    return f"<?xml version='1.0'?>{head}<rss version='2.0'><channel>{inside}</channel></rss>".encode()


def item(**fields: str) -> bytes:
    return rss("<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields.items()) + "</item>")


def test_it_reads_rss() -> None:
    read = outcomes((FIXTURES / "rss.xml").read_bytes(), "https://bakery-notes.example/feed")
    first, second, third, fourth = read
    assert isinstance(first, Touchpoint)
    assert first.title == "The rye was sold out at nine & nobody said why"
    assert (
        first.text
        == "I came at nine.\n\nSee the hours (https://bakery-notes.example/hours) or https://x.example\n\n- rye\n- oat"
    )
    assert first.url == "https://bakery-notes.example/2026/rye"
    assert first.occurred_at == parse_moment("2026-05-01T07:30:00Z")
    assert first.external_id.endswith(":417")
    assert (first.platform, first.host, first.language_claim) == ("feed", "bakery-notes.example", "en-gb")
    assert (first.kind, first.channel, first.direction, first.is_public) == (
        Kind.POST,
        Channel.PUBLIC_POSTS,
        Direction.INBOUND,
        True,
    )
    assert first.media == (Media("https://bakery-notes.example/shelf.jpg", "image"),)
    assert first.author is not None
    assert (first.author.external_id, first.author.name) == ("marta lind", "Marta Lind")
    assert isinstance(second, Touchpoint)
    assert second.external_id == second.url == "https://bakery-notes.example/2026/ramp"
    assert second.occurred_at == second.captured_at == NOW
    assert second.author is not None
    assert (second.author.external_id, second.author.name) == ("jo@example.org", "Jo Brandt")
    assert isinstance(third, Touchpoint)
    assert third.external_id.startswith("sha256:")
    assert fourth == Drop(DropReason.EMPTY, "no title, no text, nothing attached")


def test_it_reads_atom() -> None:
    (entry,) = touchpoints((FIXTURES / "atom.xml").read_bytes())
    assert (entry.title, entry.text) == ("Wo ist a < b?", "Kein Brot\num neun.")
    assert entry.url == "https://strasse.example/blog/brot"
    assert entry.external_id == "tag:strasse.example,2026:blog/1"
    assert entry.language_claim == "de"
    assert entry.occurred_at == parse_moment("2026-05-01T05:00:00Z")
    assert entry.version == parse_moment("2026-05-01T07:00:00Z")
    assert entry.author is not None
    assert (entry.author.external_id, entry.author.name) == ("https://strasse.example/", "Redaktion")


def test_it_reads_json_feed() -> None:
    first, second, third = outcomes((FIXTURES / "feed.json").read_bytes())
    assert isinstance(first, Touchpoint)
    assert (first.title, first.text, first.language_claim) == ("Lamp out", "The lamp at Mill Lane is out.", "en")
    assert [medium.kind for medium in first.media] == ["video", "image"]
    assert first.version > first.occurred_at == parse_moment("2026-05-01T08:00:00Z")
    assert first.author is not None
    assert first.author.external_id == "https://quarter.example/about"
    assert isinstance(second, Touchpoint)
    assert second.external_id.endswith(":8")
    assert second.author is not None
    assert second.author.external_id == "ada"
    assert third == Unreadable(QuarantineReason.BAD_SHAPE, "not the shape of an entry")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_it_reads_every_unicode_encoding(codec: str) -> None:
    text = item(title="Brötchen 😀").decode()
    assert touchpoints(text.encode(codec))[0].title == "Brötchen 😀"


def test_it_reads_declared_and_damaged_encodings() -> None:
    declared = "<?xml version='1.0' encoding='windows-1251'?>" + rss("<item><title>Хлеб</title></item>").decode()[21:]
    assert touchpoints(declared.encode("cp1251"))[0].title == "Хлеб"
    bare = declared.replace(" encoding='windows-1251'", "")
    assert outcomes(bare.encode("koi8-r"), content_type='application/xml; charset="KOI8-R"')[0].title == "Хлеб"  # type: ignore[union-attr]
    assert outcomes(bare.encode(), content_type="text/xml; charset=iso-8859-1")[0].title == "Хлеб"  # type: ignore[union-attr]
    assert touchpoints(item(title="K@se").replace(b"@", b"\xe4"))[0].title == "Käse"


@pytest.mark.parametrize(
    ("inside", "title"),
    [
        ("A & B", "A & B"),
        ("caf&eacute; &amp; bar", "café & bar"),
        ("x &unknown; y", "x &unknown; y"),
        ("bell \x07 rings", "bell \ufffd rings"),
        ("null \0 here", "null \ufffd here"),
        ("&#0;&#xD800;&#1;", "\ufffd\ufffd\ufffd"),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        ("5 &lt; 6", "5 < 6"),
        ("<![CDATA[<i>soft</i> &hearts;]]>", "soft ♥"),
        ("two\n lines", "two lines"),
        ("<b>open", "open"),
        ("&AMP; &nbsp;", "& "),
    ],
)
def test_it_reads_what_is_written_badly(inside: str, title: str) -> None:
    read = touchpoints(item(title=inside, link="https://site.example/1", description="x"))
    assert [" ".join(touchpoint.title.split()) for touchpoint in read] == [" ".join(title.split())]


def test_it_names_an_entry_the_same_whenever_and_in_whatever_order_it_comes() -> None:
    first, second = (
        (FIXTURES / "rss.xml").read_bytes(),
        (FIXTURES / "rss.xml").read_bytes().replace(b"sold out", b"back"),
    )
    assert [one.external_id for one in touchpoints(first)][:2] == [one.external_id for one in touchpoints(second)][:2]
    ids = [one.external_id for one in touchpoints(first)]
    assert len(set(ids)) == len(ids) == 3
    assert touchpoints(first)[0].external_id != touchpoints(first, "https://site.example/other.xml")[0].external_id
    assert touchpoints(first)[1].external_id == touchpoints(first, "https://site.example/other.xml")[1].external_id
    long = touchpoints(item(guid="https://site.example/" + "x" * 5_000, title="a"))[0]
    assert len(long.external_id) < 100


def test_it_writes_nobodys_touchpoints_under_another_sites_name() -> None:
    claimed = rss("<link>https://bank.example/</link><item><title>x</title><link>https://bank.example/1</link></item>")
    assert touchpoints(claimed)[0].host == "site.example"
    assert touchpoints(claimed, "https://Site.Example:8443/f")[0].host == "site.example"


@pytest.mark.parametrize(
    "date",
    ["Thu, 01 Jan 1970 00:00:00 GMT", "", "yesterday", "Fri, 01 Jan 2199 00:00:00 GMT", "31/02/2026", "9999999999999"],
)
def test_it_keeps_an_entry_whatever_its_date_says(date: str) -> None:
    (entry,) = touchpoints(item(title="x", pubDate=date))
    assert entry.occurred_at in (0, NOW)
    assert entry.captured_at == NOW


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
HOSTILE = {
    "billion laughs": rss("<item><title>&l9;</title></item>", f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{LAUGHS}]>"),
    "quadratic": rss(f"<item><title>{'&a;' * 50_000}</title></item>", f"<!DOCTYPE rss [<!ENTITY a '{'x' * 50_000}'>]>"),
    "file entity": rss("<item><title>&f;</title></item>", "<!DOCTYPE rss [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"),
    "web entity": rss("<item><title>&f;</title></item>", "<!DOCTYPE rss [<!ENTITY f SYSTEM 'http://127.0.0.1:9/'>]>"),
    "parameter entity": rss("<item/>", "<!DOCTYPE rss [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/'>%p;]>"),
    "lower case": rss("<item><title>&a;</title></item>", "<!doctype rss [<!entity a 'x'>]>"),
    "hidden behind a comment": rss(
        "<item><title>&a;</title></item>", "<!-- > --><!DOCTYPE rss [<!-- ]> --><!ENTITY a 'x'>]>"
    ),
    "hidden behind an instruction": rss(
        "<item><title>&a;</title></item>", "<?x <rss> ?><!DOCTYPE rss [<!ENTITY a 'x'>]>"
    ),
    "hidden in a broken prolog": rss("<item><title>&a;</title></item>", "<!DOCTYPE <!DOCTYPE rss [<!ENTITY a 'x'>]>"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_refuses_documents_with_entities_of_their_own(name: str) -> None:
    began = time.perf_counter()
    (outcome,) = outcomes(HOSTILE[name])
    assert time.perf_counter() - began < 1
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is QuarantineReason.BAD_XML
    assert "entities" in outcome.detail


COSTLY = {
    "attributes": rss("<item " + " ".join(f"a{n}='1'" for n in range(50_000)) + "/>"),
    "attributes of a broken one": rss("<item " + " ".join(f"a{n}='1'" for n in range(50_000)) + "><x>"),
    "huge attribute": rss("<item a='" + "x" * 5_000_000 + "'/>"),
    "depth": rss("<x>" * 50_000 + "</x>" * 50_000),
    "open tags": rss("<x>" * 100_000),
    "elements": rss("<item/>" * 200_000),
    "brackets": b"<" * 500_000,
    "open quotes": b'<rss><a b="' * 100_000,
    "open comments": rss("<item><!--" * 50_000),
    "blank prolog": b"<?xml version='1.0'?>" + b"\n" * 2_000_000 + b"<rss/>",
    "open doctype": b"<!DOCTYPE rss [" * 50_000,
    "instructions": b"<?a" * 200_000,
    "ampersands": rss("<item><title>" + "&" * 500_000 + "</title></item>"),
    "names": rss("<item><title>" + "&a" * 500_000 + "</title></item>"),
    "deep html": rss("<item><description>" + "&lt;div&gt;" * 100_000 + "</description></item>"),
    "links": rss("<item><description>" + "&lt;a href='x'&gt;" * 50_000 + "</description></item>"),
    "too large": b"<rss>" + b"x" * 12_000_000,
}


@pytest.mark.parametrize("name", COSTLY)
def test_it_spends_little_on_documents_made_to_cost(name: str) -> None:
    began = time.process_time()
    outcomes(COSTLY[name])
    assert time.process_time() - began < 6


SCRIPTS = [
    "<script>evil()</script>",
    "<SCRIPT SRC=//x.example/e.js></SCRIPT>",
    "<img src=x onerror=evil()>",
    "<svg/onload=evil()>",
    "<a href='javascript:evil()'>hi</a>",
    "<a href=' jav&#x09;ascript:evil()'>hi</a>",
    "<iframe src=javascript:evil()></iframe>",
    "<style>@import 'x'</style>",
    "<b style='x:expression(evil())'>hi</b>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=evil()>",
    "<noscript><p title='</noscript><img src=x onerror=evil()>'></noscript>",
    "<<script>evil()//<</script>",
    "<scr<script>ipt>evil()</script>",
    "<![CDATA[<script>evil()</script>]]>",
    "<!--><script>evil()</script>-->",
    "<object data='data:text/html,<script>evil()</script>'>",
    "<template><script>evil()</script></template>",
    "<textarea><script>evil()</script></textarea>",
    "<a href='data:text/html,x'>hi</a>",
    "<form action=javascript:evil()><input type=submit>",
    "<p>&lt;script&gt;shown, not run&lt;/script&gt;</p>",
    "\x00<scr\x00ipt>evil()</scr\x00ipt>",
    "<xss style=behavior:url(x.htc)>",
    "<base href=javascript:evil()//>",
]


@pytest.mark.parametrize("html", SCRIPTS)
def test_it_writes_hostile_html_out_as_plain_text(html: str) -> None:
    text, _ = plain_text(f"<p>before</p>{html}<p>after</p>")
    assert text.startswith("before")
    if "shown" in html:
        assert "<script>shown, not run</script>" in text
        return
    assert "javascript:" not in text.replace("\t", "")
    assert not any(
        word in text.lower()
        for word in ("onerror=", "onload=", "<script", "<img", "<iframe", "<svg", "<style", "data:")
    )


def test_it_says_when_it_left_the_end_out() -> None:
    assert plain_text("<p>short</p>") == ("short", False)
    assert plain_text("<p>x</p>" * 20_000)[1] is True
    (entry,) = touchpoints(item(title="long", description="word " * 40_000))
    assert entry.is_truncated
    assert len(entry.text) <= 100_000


@given(st.text(max_size=300) | st.text("<>/&;ap href='\"scrit!-[]", max_size=200))
@example("<a href='http://[x'>y</a>")
def test_it_turns_any_html_into_text(html: str) -> None:
    text, _ = plain_text(html, "https://site.example/")
    assert isinstance(text, str)
    assert "\n\n\n" not in text


def test_it_writes_links_out() -> None:
    assert plain_text("<a href='https://x.example/'>x.example</a>")[0] == "x.example"
    assert (
        plain_text("<a href='/a?b=1&amp;c=2'>here</a>", "https://x.example/d/")[0]
        == "here (https://x.example/a?b=1&c=2)"
    )
    assert plain_text("<a href='https://x.example/y'></a>")[0] == "https://x.example/y"
    assert plain_text("<pre>a\n  b</pre>")[0].splitlines()[0] == "a"
    assert web_address("javascript:x", "https://x.example/") == ""
    assert web_address("http://a b/") == ""


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300)
    | st.sampled_from([b"<rss", b"{", b"<feed>", b"<?xml"]).flatmap(
        lambda head: st.binary(max_size=100).map(lambda tail: head + tail)
    ),
    st.text(max_size=40),
    st.text(max_size=40),
)
def test_it_splits_any_bytes_without_raising(data: bytes, content_type: str, address: str) -> None:
    for raw in split_document(data, content_type, address, NOW):
        assert isinstance(parse_record(SOURCE, raw), Touchpoint | Drop | Unreadable)


ELEMENTS = ["item", "title", "guid", "link", "description", "entry", "content", "pubDate", "author", "enclosure", "x:y"]


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        st.sampled_from(["text", "a & b", "<", "]]>", "&x;", "<![CDATA[y]]>", "https://x.example/1", "-1"]),
        lambda inner: st.tuples(st.sampled_from(ELEMENTS), inner, inner).map(
            lambda made: f"<{made[0]}>{made[1]}{made[2]}</{made[0]}>"
        ),
        max_leaves=12,
    ),
    st.sampled_from(["rss", "feed", "rdf:RDF", "channel"]),
)
def test_it_reads_any_tree_of_feed_elements(inside: str, root: str) -> None:
    for raw in split_document(f"<{root}><item>{inside}</item></{root}>".encode(), "", ADDRESS, NOW):
        outcome = parse_record(SOURCE, raw)
        assert isinstance(outcome, Touchpoint | Drop | Unreadable)


@settings(max_examples=400)
@given(
    st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: f'{{"id":"{text}","text":"{text}"}}'.encode("utf-8", "replace")),
    st.sampled_from(["entry", "document", "status", ""]),
    st.text(max_size=60),
    st.integers(-(2**62), 2**62),
)
@example(b'{"title":"\\ud83d\\u0000","base":"http://[","link":"//["}', "entry", '{"address":"http://[x"}', 0)
@example(b'{"published_at":-99999999999999999999}', "entry", "", 0)
@example(b"[" * 100_000, "entry", "[" * 100_000, 0)
@example(b'{"text":"x","author":{"name":"","url":"http://a"},"language":"\\u0000"}', "entry", "{}", 0)
def test_it_parses_any_record_into_one_outcome(payload: bytes, form: str, context: str, captured_at: int) -> None:
    outcome = parse_record(SOURCE, RawRecord(payload, form, captured_at, context))
    assert isinstance(outcome, Touchpoint | Drop | Unreadable)
    if isinstance(outcome, Touchpoint):
        assert outcome.external_id
        for text in (outcome.title, outcome.text, outcome.external_id, outcome.url, outcome.host):
            assert clean_text(text, len(text)) == (text, False)
    assert parse_record(SOURCE, RawRecord(payload, form, captured_at, context)) == outcome


@pytest.mark.parametrize(
    ("data", "reason", "words"),
    [
        (b"", QuarantineReason.BAD_SHAPE, "neither"),
        (b"just words", QuarantineReason.BAD_SHAPE, "neither"),
        (b"<opml><body/></opml>", QuarantineReason.BAD_SHAPE, "not a feed"),
        (b'{"a": 1}', QuarantineReason.BAD_SHAPE, "not a JSON Feed"),
        (b"[1,2]", QuarantineReason.BAD_SHAPE, "not a JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": 4}', QuarantineReason.BAD_SHAPE, "without items"),
        (b'{"version": ', QuarantineReason.BAD_JSON, "truncated"),
        (b'{"a":' * 100, QuarantineReason.BAD_JSON, "deeper|truncated"),
        (
            b"<!doctype html><html><head><link type=application/rss+xml href=/f.xml>",
            QuarantineReason.BAD_SHAPE,
            "https://site.example/f.xml",
        ),
    ],
)
def test_it_says_why_a_document_is_no_feed(data: bytes, reason: QuarantineReason, words: str) -> None:
    (raw,) = split_document(data, "", ADDRESS, NOW)
    assert raw.payload == data
    assert raw.form == "document"
    outcome = parse_record(SOURCE, raw)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is reason
    assert any(word in outcome.detail for word in words.split("|"))


def test_it_keeps_the_bytes_when_its_reader_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr("fullcircle.connectors.feed.xml_feed.feedparser.parse", fail)
    assert outcomes(item(title="x")) == [
        Unreadable(QuarantineReason.CONNECTOR_FAILED, "the reader failed: RecursionError")
    ]


def test_it_names_the_feeds_of_a_page() -> None:
    page = '<link rel="alternate" type="application/atom+xml" href="/a?x=1&amp;y=2"><link rel=stylesheet href=/s.css>'
    assert named_feeds(page, ADDRESS) == ["https://site.example/a?x=1&y=2"]


def test_it_asks_only_for_what_is_new() -> None:
    site = FakeSite(
        (FIXTURES / "rss.xml").read_bytes(),
        {"etag": '"v1"', "last-modified": "Fri, 01 May 2026 09:30:00 GMT", "cache-control": "public, max-age=300"},
    )
    page = CONNECTOR.capture(source(site), ADDRESS, "")
    assert (len(page.records), page.is_last, page.wait_s, page.announced) == (4, True, 300, 4)
    assert "No title" in page.records[1].payload.decode()
    assert "if-none-match" not in site.asked[0]
    again = CONNECTOR.capture(source(site), ADDRESS, page.cursor)
    assert (again.records, again.cursor) == ((), page.cursor)
    assert site.asked[1]["if-none-match"] == '"v1"'
    assert site.asked[1]["if-modified-since"] == "Fri, 01 May 2026 09:30:00 GMT"


def test_it_sees_that_nothing_changed_where_the_site_does_not_say() -> None:
    site = FakeSite((FIXTURES / "atom.xml").read_bytes())
    page = CONNECTOR.capture(source(site), ADDRESS, "")
    assert len(page.records) == 1
    assert CONNECTOR.capture(source(site), ADDRESS, page.cursor).records == ()
    site.body = site.body.replace(b"um neun", b"um zehn")
    assert len(CONNECTOR.capture(source(site), ADDRESS, page.cursor).records) == 1
    for broken in ("no json", "[]", '{"etag": 5}', "\ud800"):
        assert len(CONNECTOR.capture(source(site), ADDRESS, broken).records) == 1


def test_it_quarantines_a_broken_document_once() -> None:
    site = FakeSite(HOSTILE["file entity"])
    page = CONNECTOR.capture(source(site), ADDRESS, "")
    assert [raw.form for raw in page.records] == ["document"]
    assert CONNECTOR.capture(source(site), ADDRESS, page.cursor).records == ()


def test_it_follows_each_address_as_a_stream_of_its_own() -> None:
    assert CONNECTOR.streams(source(address="feed://a.example/x\n b.example/y https://a.example/x")) == (
        "https://a.example/x",
        "https://b.example/y",
    )
    for wrong in ("", "  ", "ftp://a.example", "http://", "http://[", "javascript:x"):
        with pytest.raises(ConfigError):
            CONNECTOR.streams(source(address=wrong))


def test_it_says_how_it_is() -> None:
    good = CONNECTOR.health(source(FakeSite((FIXTURES / "rss.xml").read_bytes())))
    assert good.is_ok
    assert "4 entries" in good.message
    gone = CONNECTOR.health(source(FakeSite(b"", status=410)))
    assert (gone.is_ok, gone.hint) == (False, "Remove the source.")
    page = CONNECTOR.health(source(FakeSite(b"<html>")))
    assert not page.is_ok
    assert "web page" in page.message
    assert not CONNECTOR.health(source(address="")).is_ok


def test_it_has_no_past_and_no_answer() -> None:
    assert CONNECTOR.back_fill(source(), ADDRESS, "c").is_last
    assert CONNECTOR.own_outbound(source(), "c").records == ()
    assert not SPEC.can_reply
