"""Real files, beside the project: every row has an outcome, the counts add up, the guess picks the right columns."""

import csv
from collections import Counter

import pytest

from fullcircle.connectors.file.guess import guess_file
from fullcircle.connectors.file.pages import open_file
from fullcircle.connectors.file.report import outcomes
from fullcircle.core.drops import Drop, Unreadable
from fullcircle.core.records import Touchpoint

pytestmark = pytest.mark.shared
FILES = [
    ("twcs", "*.csv"),
    ("sf311", "*.csv"),
    ("airline_tweets", "*.csv"),
    ("payloads_feeds", "*.csv"),
    ("complaint_tweets", "*.csv"),
    ("crisislex_t26", "*.csv"),
    ("disaster_tweets_cf", "*.csv"),
    ("bitext_support", "*.csv"),
    ("er_splink", "*.csv"),
    ("payloads_reddit", "*.jsonl"),
    ("payloads_x_v2", "*.jsonl"),
    ("payloads_mastodon", "*.jsonl"),
    ("payloads_bluesky", "*.jsonl"),
]


def row_count(path):
    """Rows counted by other code than ours."""
    if path.suffix == ".jsonl":
        return sum(1 for line in path.read_bytes().split(b"\n") if line.strip())
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        return sum(1 for row in csv.reader(file) if row) - 1


@pytest.mark.parametrize(("folder", "pattern"), FILES)
def test_it_has_an_outcome_for_every_row(shared_data, folder, pattern):
    paths = sorted((shared_data / folder).glob(pattern))
    assert paths
    for path in paths:
        counts = Counter(type(outcome) for _, outcome in outcomes(str(path), guess_file(str(path))))
        assert set(counts) <= {Touchpoint, Drop, Unreadable}
        assert sum(counts.values()) == row_count(path), path.name


def read(shared_data, name):
    path = str(shared_data / name)
    guess = guess_file(path)
    found = [outcome for _, outcome in outcomes(path, guess)]
    return guess, found


@pytest.mark.parametrize("name", ["kaggle_sample", "spotifycares_customer_side"])
def test_it_guesses_the_columns_of_twcs(shared_data, name):
    guess, found = read(shared_data, f"twcs/{name}.csv")
    assert (guess.text, guess.time, guess.id) == (("text",), "created_at", "tweet_id")
    assert (guess.author_id, guess.parent_id, guess.direction) == ("author_id", "in_response_to_tweet_id", "inbound")
    assert all(isinstance(outcome, Touchpoint) and outcome.platform == "twitter" and outcome.text for outcome in found)
    assert len({outcome.external_id for outcome in found}) == len(found)
    with open(shared_data / f"twcs/{name}.csv", newline="", encoding="utf-8") as file:
        outbound = sum(row["inbound"] == "False" for row in csv.DictReader(file))
    assert sum(outcome.direction == "outbound" for outcome in found) == outbound


def test_it_guesses_the_columns_of_sf311(shared_data):
    guess, found = read(shared_data, "sf311/sf311.csv")
    assert (guess.id, guess.time, guess.platform) == ("unique_key", "created_date", "source")
    assert (guess.title, guess.text) == (("category",), ("complaint_type", "descriptor"))
    assert all(isinstance(outcome, Touchpoint) for outcome in found)
    counts = Counter(outcome.platform for outcome in found)
    assert set(counts) == {"phone", "mobile", "web", "twitter", "email", "integrated_agency"}
    assert counts.most_common(1)[0][0] == "phone"
    assert {outcome.channel for outcome in found if outcome.platform == "phone"} == {"calls"}


def test_it_does_not_trust_the_rounded_ids_of_the_airline_file(shared_data):
    guess, found = read(shared_data, "airline_tweets/Tweets.csv")
    assert (guess.id, guess.time, guess.time_format) == ("", "tweet_created", "%d-%m-%Y %H.%M")
    assert (guess.text, guess.author_handle, guess.account) == (("text",), "name", "airline")
    assert len({outcome.external_id for outcome in found}) == len(found)


def test_it_guesses_the_columns_of_reddit(shared_data):
    guess, found = read(shared_data, "payloads_reddit/comments.jsonl")
    assert (guess.text, guess.id, guess.parent_id) == (("body",), "name", "parent_id")
    assert (guess.time, guess.time_format) == ("created_utc", "epoch_s")
    assert {outcome.channel for outcome in found if isinstance(outcome, Touchpoint)} == {"comments"}
    submissions, _ = read(shared_data, "payloads_reddit/submissions.jsonl")
    assert (submissions.title, submissions.text, submissions.id) == (("title",), ("selftext",), "name")


def test_it_guesses_the_columns_of_flat_posts(shared_data):
    guess, found = read(shared_data, "payloads_x_v2/flat.jsonl")
    assert (guess.text, guess.time, guess.id, guess.author_handle) == (("text",), "created_at", "id", "author.username")
    assert all(isinstance(outcome, Touchpoint) for outcome in found)


def test_it_goes_on_from_any_page_of_a_real_file(shared_data):
    path = str(shared_data / "twcs/spotifycares_customer_side.csv")
    for mapping in (guess_file(path), guess_file(str(shared_data / "twcs/inbound_multibrand_unlabelled.csv"))):
        if set(mapping.columns()) - {"text"} == {"row"}:
            mapping = type(mapping)(text=("text",))
        pages = list(open_file(path, mapping, captured_at=0, page_rows=777))
        whole = [record for page in pages for record in page.records]
        for number in (1, 5, len(pages) - 1):
            rest = open_file(path, mapping, pages[number - 1].cursor, captured_at=0)
            assert [record for page in rest for record in page.records] == whole[number * 777 :]
