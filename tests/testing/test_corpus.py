"""The frozen corpus has the properties its docstring states, measured over 100,000 events."""

import hashlib
import time
from collections import Counter
from itertools import islice

import msgspec
import pytest

from fullcircle.core.moments import DAY, parse_moment
from fullcircle.testing import corpus

START = 1_770_000_000_000
EVENTS = 100_000
FROZEN = "0ca20530b4e523d0f2f27734b797c5ccb84bd3be9629ce1b4da4dc9dafaef1db"


@pytest.fixture(scope="module")
def lines():
    return list(corpus.generate(EVENTS, 1, START, DAY))


@pytest.fixture(scope="module")
def events(lines):
    return [msgspec.json.decode(line) for line in dict.fromkeys(lines)]


@pytest.fixture(scope="module")
def records(events):
    return [event["commit"]["record"] for event in events]


def test_it_is_frozen(lines):
    assert hashlib.sha256(b"".join(lines)).hexdigest() == FROZEN


def test_it_gives_other_bytes_for_another_seed(lines):
    others = set(islice(corpus.generate(1000, 2, START, DAY), 1000))
    assert not others & set(lines)


def test_it_redelivers_three_in_a_hundred_byte_for_byte(lines):
    assert len(set(lines)) == pytest.approx(EVENTS * 0.97, rel=0.005)


def test_it_never_gives_two_posts_one_key(events):
    keys = {(event["did"], event["commit"]["rkey"]) for event in events}
    assert len(keys) == len(events)


def test_it_has_twenty_thousand_authors(events):
    voices = Counter(event["did"] for event in events)
    assert len(voices) == pytest.approx(20_000, rel=0.01)
    assert voices.most_common(1)[0][1] < EVENTS * 0.02
    assert all(len(did) == 32 for did in voices)


def test_it_speaks_eight_languages_in_their_shares(records):
    shares = Counter(record["langs"][0] for record in records)
    expected = {"en": 50, "es": 10, "pt": 10, "de": 8, "fr": 8, "it": 5, "ar": 5, "hi": 4}
    assert {code: round(100 * count / len(records)) for code, count in shares.items()} == expected


def test_it_has_lengths_with_a_long_tail(records):
    lengths = sorted(len(record["text"]) for record in records)
    assert sum(lengths) / len(lengths) == pytest.approx(110, abs=3)
    assert lengths[len(lengths) // 2] < 95
    assert lengths[int(len(lengths) * 0.97)] > 250
    assert lengths[0] > 0
    assert lengths[-1] <= corpus.TEXT_LIMIT


def test_it_does_not_flatter_a_memo_of_words_or_texts(records):
    words = Counter(word for record in records for word in record["text"].split())
    assert len(words) > 60_000
    assert sum(1 for count in words.values() if count > 1) > 20_000
    assert len({record["text"] for record in records}) > 0.99 * len(records)


def test_it_names_us_in_eight_of_a_hundred_with_a_true_facet(records):
    named = [record for record in records if corpus.OUR_HANDLE in record["text"]]
    assert len(named) / len(records) == pytest.approx(0.08, abs=0.003)
    for record in named[:500]:
        index = record["facets"][0]["index"]
        assert record["text"].encode()[index["byteStart"] : index["byteEnd"]].decode() == f"@{corpus.OUR_HANDLE}"


def test_it_marks_hashtags_by_bytes_not_characters(records):
    marked = [
        record
        for record in records
        if record.get("facets") and record["facets"][0]["features"][0]["$type"].endswith("#tag")
    ]
    assert len(marked) > 5_000
    for record in marked[:2000]:
        facet = record["facets"][0]
        span = record["text"].encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
        assert span == "#" + facet["features"][0]["tag"]


def test_it_mentions_terms_of_falling_frequency(records):
    assert len(set(corpus.TERMS)) == 1000
    assert corpus.term_list().words == corpus.TERMS
    first = corpus.TERMS[0]
    carried = Counter(
        term for record in records[:20_000] for term in (first, corpus.TERMS[700]) if term in record["text"]
    )
    assert carried[first] > 5 * carried[corpus.TERMS[700]]


def test_it_is_about_a_kilobyte_an_event(lines):
    assert sum(map(len, lines)) / len(lines) == pytest.approx(1000, rel=0.06)


def test_it_comes_in_time_order_within_its_spread(events):
    micros = [event["time_us"] for event in events]
    assert micros == sorted(micros)
    claimed = [parse_moment(event["commit"]["record"]["createdAt"]) for event in events[:5000]]
    assert all(START - 5_000 <= moment <= START + DAY for moment in claimed)
    assert all(len(event["commit"]["rkey"]) == 13 for event in events[:100])
    assert events[0]["commit"]["rkey"] < events[-1]["commit"]["rkey"]


def test_it_can_scatter_the_times_posts_claim():
    scattered = [msgspec.json.decode(line) for line in corpus.generate(2000, 1, START, DAY, is_scattered=True)]
    claimed = [parse_moment(event["commit"]["record"]["createdAt"]) for event in scattered]
    assert claimed != sorted(claimed)
    assert max(claimed) - min(claimed) > DAY * 0.9


def test_it_is_fast_enough_to_feed_a_bench():
    # half of what an idle core gives, so that a busy machine does not turn the gate red
    supply = corpus.generate(60_000, 3, START, DAY)
    next(supply)
    begun = time.process_time()
    count = sum(1 for _ in supply)
    assert count / (time.process_time() - begun) > 25_000
