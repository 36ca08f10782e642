"""The guess to start from."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcircle.connectors.file.conftest import CAPTURED_AT
from fullcircle.connectors.file.guess import guess_file, guess_mapping
from fullcircle.connectors.file.mapping import Mapping, dump_mapping, load_mapping
from fullcircle.connectors.file.report import outcomes
from fullcircle.core.kinds import Channel, Direction, Kind
from fullcircle.core.records import Touchpoint


def touchpoints(path, mapping=None):
    rows = outcomes(path, mapping or guess_file(path), captured_at=CAPTURED_AT)
    return [outcome for _, outcome in rows if isinstance(outcome, Touchpoint)]


def test_it_maps_messages_of_both_sides(fixtures):
    path = str(fixtures / "messages.csv")
    guess = guess_file(path)
    assert (guess.text, guess.time, guess.id) == (("text",), "created_at", "message_id")
    assert (guess.author_id, guess.parent_id, guess.direction) == ("author_id", "in_response_to_tweet_id", "inbound")
    rows = touchpoints(path)
    assert [row.direction for row in rows].count(Direction.OUTBOUND) == 1
    assert rows[1].account == "rheinbakery"
    assert rows[1].parent_id == rows[0].external_id
    assert rows[1].kind is Kind.REPLY
    assert {row.platform for row in rows} == {"twitter"}


def test_it_maps_requests_with_the_place_in_a_column(fixtures):
    path = str(fixtures / "requests.csv")
    guess = guess_file(path)
    assert (guess.title, guess.text) == (("category",), ("complaint_type", "descriptor"))
    assert (guess.id, guess.time, guess.platform) == ("unique_key", "created_date", "source")
    assert [row.platform for row in touchpoints(path)] == [
        "phone",
        "mobile",
        "web",
        "twitter",
        "email",
        "neighbourhood_desk",
    ]
    assert [row.channel for row in touchpoints(path)][:2] == [Channel.CALLS, Channel.FORMS]


def test_it_maps_german_reviews(fixtures):
    guess = guess_file(str(fixtures / "reviews.csv"))
    assert (guess.text, guess.title, guess.time, guess.rating) == (("Kommentar",), ("Titel",), "Datum", "Bewertung")
    assert (guess.author_name, guess.time_format) == ("Kunde", "%d.%m.%y %H:%M")
    rows = touchpoints(str(fixtures / "reviews.csv"))
    assert [(row.kind, row.channel, row.rating) for row in rows] == [
        (Kind.REVIEW, Channel.REVIEWS, stars) for stars in (5, 2, 1)
    ]


def test_it_maps_json_rows_with_objects_in_them(fixtures):
    guess = guess_file(str(fixtures / "posts.jsonl"))
    assert (guess.text, guess.id, guess.author_id) == (("text",), "id", "author.id")
    assert (guess.author_handle, guess.author_name, guess.language) == ("author.username", "author.name", "lang")
    assert [row.author.handle for row in touchpoints(str(fixtures / "posts.jsonl"))[:2]] == ["mill_fan", "grain"]


FLAT = [
    "id",
    "conversation_id",
    "referenced_tweets.replied_to.id",
    "referenced_tweets.retweeted.id",
    "author_id",
    "created_at",
    "text",
    "lang",
    "source",
    "public_metrics.like_count",
    "author.id",
    "author.created_at",
    "author.username",
    "author.name",
    "author.description",
]


def test_it_maps_flattened_posts_and_leaves_the_app_alone():
    rows = [
        dict(
            zip(
                FLAT,
                [
                    f"15{n}",
                    "150",
                    "" if n < 5 else "149",
                    "",
                    f"9{n % 3}",
                    f"2026-03-02T09:0{n}:00.000Z",
                    f"post {n} on rye",
                    "en",
                    "Town for iPhone",
                    "3",
                    f"9{n % 3}",
                    "2011-01-01T00:00:00.000Z",
                    f"user{n % 3}",
                    f"User {n % 3}",
                    "I write longer things about bread than my posts are",
                ],
                strict=True,
            )
        )
        for n in range(9)
    ]
    guess = guess_mapping(FLAT, rows)
    assert (guess.id, guess.text, guess.time, guess.time_format) == ("id", ("text",), "created_at", "iso")
    assert (guess.author_id, guess.author_handle, guess.author_name) == ("author_id", "author.username", "author.name")
    assert (guess.parent_id, guess.root_id, guess.repost_of) == (
        "referenced_tweets.replied_to.id",
        "conversation_id",
        "referenced_tweets.retweeted.id",
    )
    assert (guess.language, guess.platform, guess.place.platform) == ("lang", "", "twitter")


@pytest.mark.parametrize(
    ("header", "field", "column"),
    [
        (["Nachricht", "Datum"], "text", ("Nachricht",)),
        (["Fecha", "Mensaje"], "text", ("Mensaje",)),
        (["Contenu", "Date"], "text", ("Contenu",)),
        (["Testo", "Data"], "time", "Data"),
        (["createdAt", "message"], "time", "createdAt"),
        (["Créé-le", "avis"], "time", "Créé-le"),
        (["संदेश", "दिनांक"], "text", ("संदेश",)),
        (["Rufnummer", "Notiz"], "number", "Rufnummer"),
        (["Post ID", "body"], "id", "Post ID"),
        (["date_of_post", "text"], "time", "date_of_post"),
        (["text", "Sprache"], "language", "Sprache"),
    ],
)
def test_it_knows_names_in_several_languages(header, field, column):
    assert getattr(guess_mapping(header, []), field) == column


def sample(**columns):
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def guess_of(**columns):
    return guess_mapping(list(columns), sample(**columns))


def test_it_does_not_trust_ids_a_spreadsheet_has_rounded():
    guess = guess_of(tweet_id=["5.7E+17", "5.7E+17", "1"], text=["a bc", "d ef", "g hi"])
    assert guess.id == ""
    assert any("rounded" in note for note in guess.notes)


def test_it_does_not_trust_ids_that_repeat():
    guess = guess_of(id=["1", "1", "1", "1", "2"], text=["a bc", "d ef", "g hi", "j", "k"])
    assert guess.id == ""
    assert any("more than once" in note for note in guess.notes)


def test_it_finds_text_and_time_by_what_is_in_them():
    guess = guess_of(
        a=["02.03.2026", "15.03.2026"], b=["the loaf was warm today", "and cold on the next day"], c=["x", "y"]
    )
    assert (guess.time, guess.time_format, guess.text) == ("a", "%d.%m.%Y", ("b",))
    assert any("longest" in note for note in guess.notes)


def test_it_takes_the_moment_it_happened_and_no_other():
    guess = guess_of(closed_date=["2026-03-04"], updated_at=["2026-03-04"], created=["2026-03-02"], text=["a b"])
    assert guess.time == "created"
    assert guess_of(birthday=["1990-03-04"], text=["a b"]).time == ""


def test_it_says_what_it_was_not_sure_of():
    notes = " ".join(guess_of(date=["03/02/2026", "04/02/2026"], text=["a b", "c d"]).notes)
    assert "other way round" in notes
    assert "read as UTC" in notes
    assert any("own date" in note for note in guess_of(text=["a b"]).notes)
    assert any("choose one" in note for note in guess_of(n=["1"]).notes)


@pytest.mark.parametrize(
    ("name", "cells", "inbound", "outbound"),
    [
        ("inbound", ["True", "False"], "true", "false"),
        ("is_outbound", ["1", "0"], "0", "1"),
        ("direction", ["Incoming", "Outgoing"], "incoming", "outgoing"),
        ("Richtung", ["Eingang", "Ausgang"], "eingang", "ausgang"),
    ],
)
def test_it_reads_which_values_mean_us(name, cells, inbound, outbound):
    guess = guess_mapping([name, "text"], [{name: cell, "text": "a b"} for cell in cells])
    assert guess.direction == name
    assert inbound in guess.inbound_values
    assert outbound in guess.outbound_values


def test_it_leaves_a_direction_alone_that_means_something_else():
    assert guess_of(direction=["north", "south"], text=["a b", "c d"]).direction == ""


def test_it_maps_kinds_numbers_and_statuses():
    guess = guess_of(
        type=["dm", "review"],
        phone=["+49 30 123456", "030 / 77 88 99"],
        status=["deleted", "open"],
        text=["a b", "c d"],
        link=["https://x.example", ""],
    )
    assert guess.kinds == {"dm": Kind.DIRECT_MESSAGE, "review": Kind.REVIEW}
    assert guess.channels["review"] is Channel.REVIEWS
    assert (guess.number, guess.status, guess.statuses, guess.url) == (
        "phone",
        "status",
        {"deleted": "deleted"},
        "link",
    )


@given(
    st.lists(
        st.text(max_size=12)
        | st.sampled_from(["id", "text", "date", "inbound", "source", "rating", "type", "status", "name"]),
        max_size=6,
    ),
    st.lists(
        st.lists(
            st.text(max_size=20) | st.sampled_from(["2026-03-02", "1", "5.7E+17", "03/04/26", "{", "★"]), max_size=6
        ),
        max_size=5,
    ),
)
def test_it_guesses_something_from_anything(header, cells):
    rows = [dict(zip(header, row, strict=False)) for row in cells]
    guess = guess_mapping(header, rows)
    assert load_mapping(dump_mapping(guess)) == guess
    assert set(guess.columns()) <= set(header)


def test_it_keeps_what_it_was_told_of_the_file(write):
    path = write("id;text\n1;a b\n", encoding="utf-16-le")
    guess = guess_file(path, Mapping(encoding="utf-16-le", delimiter=";"))
    assert (guess.encoding, guess.delimiter) == ("utf-16-le", ";")
    assert json.loads(dump_mapping(guess))["delimiter"] == ";"
