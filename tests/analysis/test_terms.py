"""An organisation's own words, found in texts."""

from hypothesis import given
from hypothesis import strategies as st

from fullcircle.analysis.terms import NO_TERMS, TermMatcher
from fullcircle.core.records import TermList


def matcher(*words: str) -> TermMatcher:
    return TermMatcher(TermList(version=3, words=words, labels=words))


def test_it_folds_case_and_keeps_to_word_boundaries() -> None:
    terms = matcher("Rye", "STRASSE", "هواء")
    assert terms.match("RYE bread") == (0,)
    assert terms.match("ryegrass, trye") == ()
    assert terms.match("Die Straße!") == (1,)
    assert terms.match("Straßen") == ()
    assert terms.match("#rye @rye") == (0,)
    assert terms.match("هواء نقي") == (2,)
    assert terms.match("الهواء") == ()


def test_it_takes_the_leftmost_longest_term() -> None:
    terms = matcher("rye", "rye bread", "bread roll")
    assert terms.match("fresh rye bread rolls") == (1,)
    assert terms.match("rye breads") == (0,)
    assert terms.match("a bread roll of rye") == (0, 2)


def test_it_does_not_cut_marks_off_a_letter() -> None:
    assert matcher("हिन्द").match("हिन्दी") == ()
    assert matcher("हिन्दी").match("मैं हिन्दी बोलता हूँ") == (0,)
    assert matcher("cafe").match("cafe\u0301") == ()
    assert matcher("café").match("CAFE\u0301 noir") == (0,)


def test_it_finds_terms_inside_runs_of_scripts_without_spaces() -> None:
    assert matcher("東京").match("東京都に住む") == (0,)
    assert matcher("ขนมปัง").match("ร้านขนมปังเปิด") == (0,)


def test_it_gives_every_index_once_and_in_order() -> None:
    terms = matcher("b", "a", "A", "")
    assert terms.match("a b a B") == (0, 1, 2)
    assert terms.version == 3
    assert NO_TERMS.match("anything") == ()


@given(st.lists(st.text(max_size=5), max_size=5), st.text(max_size=40))
def test_it_never_raises(words: list[str], text: str) -> None:
    found = matcher(*words).match(text)
    assert list(found) == sorted(set(found))
    assert all(0 <= index < len(words) for index in found)


@given(st.text(alphabet="abé東 -", min_size=1, max_size=6).filter(lambda word: word.strip(" -") == word))
def test_it_finds_a_term_standing_alone(word: str) -> None:
    assert matcher(word).match(f"x {word.upper()} y") == (0,)
