"""Against feeds recorded and made by others, where they are: every one is read, or refused with a reason."""

import ast
import csv
import re
import time
from pathlib import Path

import msgspec
import nh3
import pytest

from fullcircle.connectors.feed.document import split_document
from fullcircle.connectors.feed.entry import Entry
from fullcircle.connectors.feed.parse import parse_record
from fullcircle.connectors.feed.plain import plain_text
from fullcircle.connectors.feed.test_feed import ADDRESS, NOW, SOURCE
from fullcircle.core.drops import Drop, Unreadable
from fullcircle.core.gate import clean_text
from fullcircle.core.records import Outcome, Touchpoint

RECORDED = Path(__file__).parents[5] / "shared" / "data" / "payloads_feeds"
FOUND = re.compile(r"(?:not bozo and )?entries\[0\]\['(title|link|id)'\] == u?(['\"].*['\"])\s*")

pytestmark = pytest.mark.shared


def recorded_files() -> list[Path]:
    files = sorted(path for path in RECORDED.rglob("*") if path.is_file())
    assert len(files) > 1_000
    return files


def read(path: Path) -> list[Outcome]:
    records = split_document(path.read_bytes(), "", ADDRESS, NOW)
    return [parse_record(SOURCE, raw) for raw in records]


def test_it_reads_every_recorded_document_or_says_why_not() -> None:
    touchpoint_count = 0
    for path in recorded_files():
        began = time.perf_counter()
        for outcome in read(path):
            if isinstance(outcome, Touchpoint):
                touchpoint_count += 1
                for text in (outcome.title, outcome.text, outcome.external_id, outcome.url):
                    assert clean_text(text, len(text)) == (text, False)
                assert outcome.external_id
                assert outcome.host == "site.example"
            else:
                assert isinstance(outcome, Drop | Unreadable)
                assert outcome.reason
                assert outcome.detail
        assert time.perf_counter() - began < 2, path.name
    assert touchpoint_count > 250


def test_it_refuses_few_of_the_documents_that_are_feeds() -> None:
    refused = [
        path.relative_to(RECORDED).as_posix()
        for path in recorded_files()
        if path.suffix in (".xml", ".rss", ".atom", ".rdf", ".json")
        and any(isinstance(outcome, Unreadable) for outcome in read(path))
    ]
    # two declare entities of their own, ten are CDF channels without an item, the rest no feeds or broken on purpose
    assert len(refused) <= 20, refused


def test_it_reads_titles_links_and_ids_as_expected() -> None:
    with (RECORDED / "feedparser_expectations.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["file"], FOUND.fullmatch(row["expect"])) for row in csv.DictReader(file)]
    compared, wrong = 0, []
    for name, found in rows:
        path = RECORDED / "feedparser" / name
        if found is None or not path.is_file() or "/http_" in name:  # those need headers of their own
            continue
        expected = " ".join(str(ast.literal_eval(found[2])).split())
        raw = split_document(path.read_bytes(), "", "", NOW)
        entry = msgspec.json.decode(raw[0].payload, type=Entry) if raw and raw[0].form == "entry" else Entry()
        got = getattr(entry, found[1])
        compared += 1
        spellings = {got, " ".join(plain_text(got)[0].split()), nh3.clean(got)}
        wanted = {expected, " ".join(plain_text(expected)[0].split())}
        if not spellings & wanted:
            wrong.append((name, expected, got))
    assert compared > 30
    assert wrong == []


def test_it_makes_stored_scripts_inert() -> None:
    """The set of stored-XSS documents, where it is among the recorded ones, and every other document besides."""
    for path in recorded_files():
        for raw in split_document(path.read_bytes(), "", ADDRESS, NOW):
            outcome = parse_record(SOURCE, raw)
            if raw.form == "entry" and isinstance(outcome, Touchpoint):
                entry = msgspec.json.decode(raw.payload, type=Entry)
                is_plain = entry.text_type == entry.title_type == "text/plain"
                assert is_plain or not re.search(r"<\s*/?\s*(script|iframe|object|embed|style|svg)\b", outcome.text), (
                    path.name
                )
                assert not re.match(r"\s*(javascript|data|vbscript):", outcome.url, re.IGNORECASE)
                assert all(medium.url.startswith(("http://", "https://")) for medium in outcome.media)
