"""What the packaged weights say of sentences written for this test, in eight languages; and that nothing upsets them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.analysis import understand
from fullcircle.analysis.features import CHARACTER_LIMIT, features_of, passes
from fullcircle.analysis.terms import NO_TERMS, TermMatcher
from fullcircle.analysis.understand import Understander
from fullcircle.analysis.weights import PACKAGED, read_weights
from fullcircle.core.errors import CorruptStoreError
from fullcircle.core.kinds import Department, Intent, Purpose, Sentiment, Urgency
from fullcircle.core.records import Annotation, TermList

UNDERSTANDER = Understander.load()

SPOKEN = {
    "en": "I walked along the river with my sister and we talked about her garden",
    "de": "Gestern bin ich mit meiner Schwester am Fluss entlang gegangen und wir haben geredet",
    "fr": "Hier nous avons marché le long de la rivière et parlé de son jardin",
    "es": "Ayer caminamos junto al río y hablamos mucho de su jardín",
    "it": "Ieri abbiamo camminato lungo il fiume e parlato del suo giardino",
    "pt": "Ontem caminhamos junto ao rio e falamos muito sobre o jardim dela",
    "hi": "कल हम नदी के किनारे टहले और उसके बगीचे के बारे में बात की",
    "ar": "مشينا أمس على ضفة النهر وتحدثنا عن حديقتها",
    "ja": "昨日、妹と川沿いを歩いて庭の話をしました",
    "ru": "Вчера мы гуляли вдоль реки и говорили о её саде",
}
GLAD = {
    "en": "I love this place, what a wonderful evening, thank you all!",
    "de": "Ich liebe diesen Laden, so ein schöner Abend, danke euch allen!",
    "fr": "J'adore cet endroit, quelle belle soirée, merci à tous !",
    "es": "Me encanta este lugar, qué noche tan bonita, ¡gracias a todos!",
    "it": "Adoro questo posto, che bella serata, grazie a tutti!",
    "pt": "Amo este lugar, que noite linda, obrigado a todos!",
    "ar": "أحب هذا المكان، أمسية جميلة ورائعة، شكرا لكم",
}
CROSS = {
    "en": "This is a disgrace, I hate it, the worst and most awful day",
    "de": "Das ist eine Frechheit, schlecht und enttäuschend, ich bin wütend",
    "fr": "C'est une honte, je déteste ça, nul et horrible",
    "es": "Qué asco, lo odio, es horrible y da vergüenza",
    "it": "Che schifo, lo odio, pessimo e orribile, una vergogna",
    "pt": "Que nojo, odeio isso, é horrível e uma vergonha",
    "ar": "هذا سيء جدا وأنا غاضب، أكره هذا الظلم",
}
FIRES = {
    "en": "The building is on fire and injured people are trapped inside, call an ambulance",
    "de": "Feuer im Haus, Verletzte eingeklemmt, ruft Feuerwehr und Krankenwagen",
    "fr": "Incendie dans l'immeuble, des blessés bloqués, appelez les pompiers",
    "es": "Incendio en el edificio, hay heridos atrapados, llamen a los bomberos",
    "it": "Incendio nel palazzo, feriti bloccati dentro, chiamate i pompieri",
    "pt": "Incêndio no prédio, feridos presos lá dentro, chamem os bombeiros",
    "hi": "इमारत में आग लग गई है, घायल लोग फँसे हैं, दमकल और एम्बुलेंस बुलाओ",
    "ar": "حريق في المبنى وهناك جرحى عالقون، اتصلوا بالإطفاء والإسعاف",
}


def said_of(text: str, *, claim: str = "", is_outbound: bool = False, terms: TermMatcher = NO_TERMS) -> Annotation:
    return UNDERSTANDER.annotate([text], [claim], [is_outbound], terms)[0]


@pytest.mark.parametrize("language", SPOKEN)
def test_it_tells_the_language_of_a_sentence(language: str) -> None:
    assert said_of(SPOKEN[language]).language == language


@pytest.mark.parametrize("language", GLAD)
def test_it_tells_glad_from_cross(language: str) -> None:
    assert said_of(GLAD[language]).sentiment == Sentiment.POSITIVE
    assert said_of(CROSS[language]).sentiment == Sentiment.NEGATIVE


@pytest.mark.parametrize("language", FIRES)
def test_it_hears_danger(language: str) -> None:
    said = said_of(FIRES[language])
    assert said.intents & Intent.REPORTS_DANGER
    assert said.urgency >= Urgency.URGENT
    assert said_of(SPOKEN[language]).urgency == Urgency.ROUTINE


def test_it_tells_what_people_want() -> None:
    asked = said_of("When will my refund arrive?")
    assert asked.intents & Intent.ASKS
    assert asked.wants_reply
    assert asked.department == list(Department).index(Department.SERVICE) + 1
    assert said_of("Ich möchte mich um die Stelle bewerben, wohin mit dem Lebenslauf?").intents & Intent.APPLIES
    assert said_of("Quiero comprar dos, ¿cuánto cuesta?").intents & Intent.WANTS_TO_BUY
    assert said_of("Merci beaucoup !").intents & Intent.THANKS
    assert said_of("Make money fast, click here, link in bio, free crypto").intents & Intent.SPAM
    assert said_of("The committee met on Thursday.").intents == Intent.OTHER


def test_it_gives_a_purpose_to_what_we_said_only() -> None:
    text = "Please sign the petition and join our volunteers"
    assert said_of(text).purpose == 0
    ours = said_of(text, is_outbound=True)
    assert ours.purpose == list(Purpose).index(Purpose.ASK) + 1
    assert not ours.wants_reply


@pytest.mark.parametrize("text", ["", " ", "12345", "👍👍", "@somebody", "https://a.example/b", "\x00", "\ud800"])
def test_it_abstains_where_there_is_nothing_to_go_by(text: str) -> None:
    said = said_of(text)
    assert said.language == "und"
    assert said.urgency == Urgency.ROUTINE
    assert said.intents == Intent.OTHER
    assert said.department == 0


def test_it_lets_a_claim_decide_only_what_the_text_leaves_open() -> None:
    assert said_of("👍", claim="pt-BR").language == "pt"
    assert said_of(SPOKEN["de"], claim="en").language == "de"
    assert said_of("👍", claim="../../etc").language == "und"


def test_it_abstains_on_feelings_in_languages_it_was_not_taught() -> None:
    assert said_of(SPOKEN["ja"]).sentiment == Sentiment.ABSTAIN


def test_it_says_the_same_in_any_company() -> None:
    texts = [*SPOKEN.values(), *GLAD.values(), "", "x" * 5_000, *FIRES.values()] * 40
    together = UNDERSTANDER.annotate(texts, [""] * len(texts), [False] * len(texts), NO_TERMS)
    assert together[:25] == tuple(said_of(text) for text in texts[:25])
    assert together == UNDERSTANDER.annotate(texts, [""] * len(texts), [False] * len(texts), NO_TERMS)
    assert UNDERSTANDER.annotate([], [], [], NO_TERMS) == ()


def test_it_counts_long_texts_exactly() -> None:
    long = " ".join(SPOKEN.values()) * 3
    found = features_of([long])
    table = read_weights(PACKAGED).heads
    counted = table.rows[found.buckets].astype(np.int64).sum(axis=0)
    expected = counted * (table.scale / np.sqrt(np.float32(found.buckets.size))) + table.bias
    from fullcircle.analysis.scores import Scorer

    assert found.buckets.size > 512
    assert np.allclose(Scorer(table).scores(found)[0], expected, rtol=1e-4)


def test_it_takes_monsters_calmly() -> None:
    monsters = [
        "a" * 10_000_000,
        "e\u0301\u0316" * 100_000,
        "Z\u0337\u0322\u0361algo " * 3_000,
        ":)" * 9_000,
        "\x00" * 9_000,
    ]
    said = UNDERSTANDER.annotate(monsters, ["\x00"] * 5, [True] * 5, TermMatcher(TermList(1, ("a", "algo"), ("", ""))))
    assert len(said) == 5
    assert max(end - begin for begin, end in passes(["x" * CHARACTER_LIMIT] * 100)) < 20


@settings(max_examples=60)
@given(st.lists(st.tuples(st.text(max_size=200), st.text(max_size=8), st.booleans()), min_size=1, max_size=6))
def test_it_never_raises_and_stays_in_range(rows: list[tuple[str, str, bool]]) -> None:
    texts, claims, outbound = (list(column) for column in zip(*rows, strict=True))
    for said in UNDERSTANDER.annotate(texts, claims, outbound, NO_TERMS):
        scores = (
            said.language_score, said.sentiment_score, said.intent_score,
            said.urgency_score, said.department_score, said.purpose_score,
        )  # fmt: skip
        assert all(0 <= score <= 255 and isinstance(score, int) for score in scores)
        assert 2 <= len(said.language) <= 3
        assert 0 < said.intents < 1024
        assert 0 <= said.urgency <= 3
        assert 0 <= said.department <= 6


def test_it_refuses_weights_that_are_not_there_or_damaged(tmp_path: Path) -> None:
    with pytest.raises(CorruptStoreError):
        Understander.load(tmp_path / "none.npz")
    broken = tmp_path / "broken.npz"
    broken.write_bytes(PACKAGED.read_bytes()[:5_000])
    with pytest.raises(CorruptStoreError):
        Understander.load(broken)


def test_it_ships_small_versioned_weights() -> None:
    assert UNDERSTANDER.version >= 1
    assert PACKAGED.stat().st_size < 5_000_000


def test_it_is_a_plain_library() -> None:
    rows = understand(["When do you open the harbour bakery?", "👍"], terms=["Harbour Bakery"])
    assert rows[0]["language"] == "en"
    assert rows[0]["terms"] == ["Harbour Bakery"]
    assert "asks" in rows[0]["intents"]  # type: ignore[operator]
    assert rows[1]["language"] is None
    assert understand([]) == []
