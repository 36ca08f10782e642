"""Annotations made anew: rollups equal rollups recounted, corrections stand, cases and events are left alone."""

from collections.abc import Sequence
from itertools import count
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import House
from tests.counted import recounted, rollups

from fullcircle.core.kinds import Change, Direction, Sentiment
from fullcircle.core.records import Annotation
from fullcircle.desk.corrections import correct_touchpoint
from fullcircle.store import models
from fullcircle.store.reanalysis import BATCH, reanalyse, touchpoint_count
from fullcircle.store.visibility import viewer_of
from fullcircle.testing.builders import CAPTURED_AT, make_annotation, make_touchpoint, make_touchpoints

VERSION = 8


class Model:
    """Says of a text what the test tells it to, else what `make_annotation` says."""

    def __init__(self, said: dict[str, Annotation] | None = None) -> None:
        self.said = said or {}
        self.read: list[str] = []

    def __call__(self, texts: Sequence[str], claims: Sequence[str], outbound: Sequence[bool]) -> tuple[Annotation, ...]:
        self.read += texts
        return tuple(self.said.get(text, make_annotation()) for text in texts)


def everything(house: House) -> list[Any]:
    """What reanalysis must leave as it is."""
    tables = (
        models.Case,
        models.CaseTarget,
        models.Assignment,
        models.Event,
        models.Issue,
        models.Touchpoint,
        models.Tally,
    )
    return [list(table.everywhere.filter(workspace=house.workspace).order_by("pk").values()) for table in tables]


def run(house: House, model: Model, **options: Any) -> int:
    return sum(step.changed_count for step in reanalyse(house.workspace.pk, model, VERSION, **options))


def note_of(touchpoint: models.Touchpoint) -> models.Annotation:
    return models.Annotation.everywhere.get(touchpoint_id=touchpoint.id)


def test_it_counts_as_if_everything_had_been_counted_anew(alice: House) -> None:
    alice.store(*make_touchpoints(5))
    alice.store(make_touchpoint(external_id="ours", direction=Direction.OUTBOUND, text="We open at seven."))
    before = everything(alice)
    angry = make_annotation(sentiment=1, urgency=3, department=2, language="de", wants_reply=False, terms=(0,))
    changed = run(alice, Model({make_touchpoint().text: angry}))
    assert changed == 5
    assert rollups(alice.workspace.pk) == recounted(alice.workspace.pk)
    assert sum(row[1] for row in rollups(alice.workspace.pk).values()) == 5
    assert everything(alice) == before
    assert set(models.Annotation.everywhere.values_list("model_version", flat=True)) == {VERSION}


def test_it_changes_nothing_the_second_time(alice: House) -> None:
    alice.store(*make_touchpoints(3))
    model = Model({make_touchpoint().text: make_annotation(sentiment=3)})
    assert run(alice, model) == 3
    before = rollups(alice.workspace.pk)
    assert run(alice, model) == 0
    assert rollups(alice.workspace.pk) == before


def test_a_correction_wins_over_every_model(alice: House) -> None:
    alice.store(make_touchpoint())
    touchpoint = alice.touchpoints()[0]
    correct_touchpoint(viewer_of(alice.owner), touchpoint.id, "sentiment", "positive")
    correct_touchpoint(viewer_of(alice.owner), touchpoint.id, "sentiment", "negative")
    run(alice, Model({touchpoint.text: make_annotation(sentiment=3, urgency=2)}))
    note = note_of(touchpoint)
    assert (note.sentiment, note.sentiment_score, note.urgency) == (Sentiment.NEGATIVE, 255, 2)
    assert rollups(alice.workspace.pk) == recounted(alice.workspace.pk)


def test_it_leaves_out_what_was_taken_back_and_what_is_older(alice: House) -> None:
    alice.store(make_touchpoint(external_id="gone", text="words that went"))
    alice.store(make_touchpoint(external_id="gone", change=Change.DELETE))
    alice.store(make_touchpoint(external_id="late", text="newer", occurred_at=CAPTURED_AT))
    model = Model()
    run(alice, model, since=CAPTURED_AT - 60_000)
    assert model.read == ["newer"]
    assert touchpoint_count(alice.workspace.pk) == 1


def test_it_goes_on_where_it_was_stopped(alice: House) -> None:
    alice.store(*make_touchpoints(BATCH + 20))
    first = Model()
    step = next(reanalyse(alice.workspace.pk, first, VERSION))
    assert len(first.read) == step.read_count == BATCH
    rest = Model()
    run(alice, rest, after_id=step.last_id)
    assert len(rest.read) == 20


def test_it_leaves_a_text_that_was_edited_meanwhile(alice: House) -> None:
    alice.store(make_touchpoint(external_id="x", text="before"))
    touchpoint = alice.touchpoints()[0]

    def annotate(texts: Sequence[str], claims: Sequence[str], outbound: Sequence[bool]) -> tuple[Annotation, ...]:
        alice.reader.said["after"] = make_annotation(sentiment=1)
        alice.store(make_touchpoint(external_id="x", text="after", change=Change.EDIT, version=CAPTURED_AT))
        return tuple(make_annotation(sentiment=3) for _ in texts)

    list(reanalyse(alice.workspace.pk, annotate, VERSION))
    assert (note_of(touchpoint).sentiment, note_of(touchpoint).model_version) == (1, alice.reader.version)


def test_it_never_reads_another_workspace(alice: House, charlie: House) -> None:
    charlie.store(make_touchpoint(text="Charlie's"))
    alice.store(make_touchpoint(text="Alice's"))
    model = Model({"Charlie's": make_annotation(sentiment=1), "Alice's": make_annotation(sentiment=1)})
    run(alice, model)
    assert model.read == ["Alice's"]
    assert note_of(charlie.touchpoints()[0]).sentiment == 2


_runs = count()
notes = st.builds(
    make_annotation,
    sentiment=st.integers(0, 3),
    urgency=st.integers(0, 3),
    department=st.integers(0, 6),
    language=st.sampled_from(["en", "de", "und"]),
    wants_reply=st.booleans(),
)


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(notes, notes, notes), min_size=1, max_size=6))
def test_rollups_equal_rollups_recounted_after_any_models(alice: House, said: list[tuple[Annotation, ...]]) -> None:
    models.Workspace.objects.filter(pk=alice.workspace.pk).update(version=0)
    run_number = next(_runs)
    points = [
        msgspec.structs.replace(point, external_id=f"{run_number}-{place}", text=f"text {place}")
        for place, point in enumerate(make_touchpoints(len(said)))
    ]
    alice.reader.said = {f"text {place}": three[0] for place, three in enumerate(said)}
    alice.store(*points)
    for model in (1, 2):
        run(alice, Model({f"text {place}": three[model] for place, three in enumerate(said)}))
        assert rollups(alice.workspace.pk) == recounted(alice.workspace.pk)
