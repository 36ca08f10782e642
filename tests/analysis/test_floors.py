"""The floors of understanding on the public sets beside the project, on texts the packaged weights never saw."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fullcircle.analysis.training import sets

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="needs the public sets in ../shared/data"),
]


def _bench_module() -> ModuleType:
    """The bench is no package of the product, so it is loaded from its file."""
    spec = spec_from_file_location("bench_understanding", ROOT / "bench" / "understanding.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


understanding = _bench_module()


@pytest.fixture(scope="module")
def bench() -> Any:
    return understanding.Bench()


def value_of(figures: list[Any], beginning: str) -> float:
    return next(figure.value for figure in figures if figure.name.startswith(beginning))


def test_it_holds_the_floors_of_sentiment(bench: Any) -> None:
    figures = understanding.sentiment_figures(bench, DATA)
    assert value_of(figures, "sentiment, TweetEval val") >= 0.58
    assert value_of(figures, "sentiment, XLM-T val") >= 0.50


def test_it_holds_the_floor_of_language(bench: Any) -> None:
    figures = understanding.language_figures(bench, DATA)
    assert value_of(figures, "language, sentences") >= 0.93
    for language in sorted(set(sets.XLMT.values()) - {"hi"}):
        assert value_of(figures, f"  language of posts, {language}") >= 0.9


def test_it_hears_unseen_disasters_without_crying_wolf(bench: Any) -> None:
    figures = understanding.alarm_figures(bench, DATA)
    assert value_of(figures, "alarm, crisislex, 5 unseen events, recall") >= 0.7
    assert value_of(figures, "alarm, crisislex, 5 unseen events, precision") >= 0.6
    assert value_of(figures, "  false alarms in everyday posts") <= 0.03


def test_it_never_learned_what_it_is_measured_with() -> None:
    pytest.importorskip("sklearn", reason="training needs the extra `ml`")
    from fullcircle.analysis.training.examples import examples

    measured = {sets.normal(text) for text in sets.measured_only(DATA)} - {""}
    learned = [one for one in examples(DATA) if one.source not in ("seeds", "words")]
    assert len(learned) > 50_000
    assert not measured & {sets.normal(one.text) for one in learned}
