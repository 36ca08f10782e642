"""What a search can find: our own tokens, in nine scripts."""

import re
import sqlite3
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcircle.analysis.tokens import (
    AT_SIGN,
    HASH_SIGN,
    TOKEN_LENGTH,
    TOKEN_LIMIT,
    QueryToken,
    put_tokens,
    query_terms,
    query_tokens,
    tokens_of,
)

SENTENCES = {
    "en": ("The rye bread wasn't fresh today", "RYE"),
    "de": ("Die Straße vor der Bäckerei ist gesperrt", "STRASSE"),
    "es": ("¿Cuándo abrirá la panadería mañana?", "mañana"),
    "fr": ("L'été dernier, le pain était délicieux", "ÉTÉ"),
    "it": ("Perché la città è così rumorosa?", "città"),
    "pt": ("A padaria não abre amanhã de manhã", "AMANHÃ"),
    "hi": ("रोटी आज ताज़ी नहीं थी, कृपया बताइए", "कृपया"),
    "ar": ("متى يفتح المخبز غدًا؟", "المخبز"),
    "ja": ("東京都でパンを買いました。", "パン"),
    "th": ("ร้านขนมปังเปิดกี่โมง", "ขนมปัง"),
    "ru": ("Когда откроется пекарня?", "ПЕКАРНЯ"),
}


def is_found(search: str, text: str) -> bool:
    tokens = tokens_of(text).split(" ")
    return all(
        any(token.startswith(term.token) for token in tokens) if term.is_prefix else term.token in tokens
        for term in query_terms(search)
    )


@pytest.mark.parametrize("language", SENTENCES)
def test_it_finds_a_word_of_each_language_in_its_sentence(language: str) -> None:
    text, word = SENTENCES[language]
    assert query_terms(word)
    assert is_found(word, text)
    assert not is_found(word, "something else entirely")


def test_it_keeps_vowel_signs_and_marks_inside_words() -> None:
    assert tokens_of("हिन्दी") == "हिन्दी"
    assert tokens_of("किताब") != tokens_of("कताब")


def test_it_writes_composed_and_decomposed_letters_alike() -> None:
    assert tokens_of("cafe\u0301") == tokens_of("CAFÉ") == "café"
    assert tokens_of("ＲＹＥ ﬁne") == "rye fine"


def test_it_finds_signed_words_with_and_without_the_sign() -> None:
    text = "Thanks @anna for the #rye"
    assert is_found("#rye", text)
    assert is_found("rye", text)
    assert is_found("@Anna", text)
    assert is_found("anna", text)
    assert not is_found("#rye", "the rye was fine")
    assert not is_found("@b", "write to a@b.example")
    assert is_found("#東京", "#東京 へ")
    assert is_found("#straße", "#Straße gesperrt")


def test_it_makes_pairs_of_scripts_without_spaces() -> None:
    assert tokens_of("東京都") == "東京 京都 都"
    assert query_tokens("東京都") == ["東京", "京都"]
    assert query_terms("犬") == [QueryToken("犬", True)]
    assert is_found("都", "東京都に住む")
    assert tokens_of("iPhoneを買う") == "iphone を買 買う う"


def test_it_keeps_the_prefix_star_apart_from_the_token() -> None:
    assert query_terms("bak* rye") == [QueryToken("bak", True), QueryToken("rye", False)]
    assert query_tokens("bak*") == ["bak"]
    assert is_found("bäck*", "Die Bäckerei")
    assert query_terms("*** ?!") == []


def test_it_forgets_joiners_and_emoji() -> None:
    assert tokens_of("می\u200cخواهم") == "میخواهم"
    assert tokens_of("so\u00adft ❤️ 👩‍👩‍👧") == "soft"


def test_it_bounds_long_words_and_long_texts() -> None:
    for letter in ("a", "ä"):
        assert tokens_of(letter * 1_000) == letter * TOKEN_LENGTH
        assert is_found(letter * 1_000, letter * 1_000)
        assert len(tokens_of(f"{letter} " * 10_000_000).split(" ")) == TOKEN_LIMIT
    assert len(tokens_of("a" + "\u0301\u0316" * 1_000_000)) <= TOKEN_LENGTH


def test_it_gives_one_string_for_each_text() -> None:
    assert put_tokens(["One two", "", "三"]) == ("one two", "", "三")


def test_it_is_taken_whole_by_the_ascii_tokenizer() -> None:
    texts = [text for text, _ in SENTENCES.values()] + ["#rye @anna #東京"]
    base = sqlite3.connect(":memory:")
    base.execute("""CREATE VIRTUAL TABLE ft USING fts5(tokens, tokenize="ascii")""")
    base.execute("CREATE VIRTUAL TABLE words USING fts5vocab(ft, 'row')")
    base.executemany("INSERT INTO ft (tokens) VALUES (?)", [(tokens,) for tokens in put_tokens(texts)])
    indexed = {term for (term,) in base.execute("SELECT term FROM words")}
    base.close()
    assert indexed == {token for tokens in put_tokens(texts) for token in tokens.split(" ")}


NASTY = st.text(max_size=300) | st.text(alphabet="#@*_ aÄ\u0301东のไ\ud800\x00\u200d", max_size=120)


@given(NASTY)
def test_it_never_raises_and_uses_allowed_characters_only(text: str) -> None:
    tokens = tokens_of(text)
    tokens.encode("utf-8")
    assert tokens == " ".join(tokens.split())
    for token in tokens.split(" ") if tokens else []:
        assert 0 < len(token) <= TOKEN_LENGTH
        stem = token[1:] if token[0] in (HASH_SIGN, AT_SIGN) else token
        assert stem
        assert all(unicodedata.category(sign)[0] in "LNM" for sign in stem)


@given(NASTY)
def test_it_finds_every_text_by_each_of_its_own_words(text: str) -> None:
    tokens = set(tokens_of(text).split(" "))
    for word in re.split(r"\s+", text):
        for term in query_terms(word):
            assert term.token in tokens or (term.is_prefix and any(token.startswith(term.token) for token in tokens))
