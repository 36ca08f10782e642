"""Moments and counts in words, in English and German."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from fullcircle.core.kinds import Intent
from fullcircle.core.moments import DAY, HOUR, MINUTE
from fullcircle.web import words


@pytest.mark.parametrize(
    ("due_at", "english", "german"),
    [
        (0, "", ""),
        (100 * DAY + 18 * MINUTE, "18 min left", "noch 18 Min."),
        (100 * DAY, "0 min left", "noch 0 Min."),
        (100 * DAY - 2 * HOUR - 5 * MINUTE, "2 h late", "2 Std. zu spät"),
        (97 * DAY, "3 days late", "3 Tage zu spät"),
    ],
)
def test_it_says_a_clock_in_words(due_at: int, english: str, german: str) -> None:
    with translation.override("en"):
        assert words.clock(due_at, 100 * DAY) == english
    with translation.override("de"):
        assert words.clock(due_at, 100 * DAY) == german


@pytest.mark.parametrize(
    ("passed", "english", "german"),
    [
        (-HOUR, "just now", "gerade eben"),
        (5 * MINUTE, "5 min ago", "vor 5 Min."),
        (47 * HOUR, "47 h ago", "vor 47 Std."),
        (2 * DAY, "2 days ago", "vor 2 Tagen"),
    ],
)
def test_it_says_how_long_ago(passed: int, english: str, german: str) -> None:
    with translation.override("en"):
        assert words.ago(100 * DAY - passed, 100 * DAY) == english
    with translation.override("de"):
        assert words.ago(100 * DAY - passed, 100 * DAY) == german


def test_it_says_the_weightiest_wishes_first_and_abstains() -> None:
    with translation.override("en"):
        assert words.wants(Intent.ASKS | Intent.REPORTS_DANGER | Intent.COMPLAINS) == "reports a danger, complains"
        assert words.wants(Intent.OTHER) == "not sure"
        assert words.wants(0) == "not sure"


def test_it_has_a_sign_for_platforms_it_does_not_know() -> None:
    assert words.glyph("phone") == "✆"
    assert words.glyph("telegraph") == "T"
    assert words.glyph("") == "?"
    assert words.platform_name("telegraph") == "telegraph"


@given(st.text(), st.integers(2, 40))
def test_it_makes_one_short_line_of_anything(text: str, limit: int) -> None:
    line = words.first_words(text, limit)
    assert len(line) <= limit
    assert line.isprintable()
    assert "\n" not in line
