"""What is made of samples: medians, verdicts, bench/last.json and the page."""

import re
import socket
from pathlib import Path

import pytest
from bench.measures import AT_LEAST, ROWS, SAMPLES
from bench.page import PAGE, page_of
from bench.report import Line, lines_of, merged, read_last, shown, table_of, write_last
from bench.run import Taken, samples_for

GOALS = {
    "chain_to_insert_one_process", "chain_to_insert_two_processes", "post_cost_growth_live", "post_cost_growth_backfill",
    "annotate_to_vader", "write_wait_under_import", "search_growth", "timeline_growth", "inbox_growth", "idle_rss_mb",
    "core_install_mb",
}  # fmt: skip


def taken(**values: list[float]) -> Taken:
    """One figure called `ratio` a sample."""
    made = Taken()
    made.figures = {sample: [{"ratio": value} for value in each] for sample, each in values.items()}
    return made


def line(lines: list[Line], name: str) -> Line:
    return next(one for one in lines if one["name"] == name)


def test_it_knows_every_goal_and_takes_each_from_a_sample_that_exists() -> None:
    assert {row.name for row in ROWS if row.goal is not None} == GOALS
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert {row.source[0] for row in ROWS} <= set(SAMPLES)


def test_it_aims_for_more_than_it_promises() -> None:
    for row in ROWS:
        if row.goal is not None and row.aim is not None:
            assert (row.aim > row.goal) == (row.sense == AT_LEAST)


def test_it_takes_the_median_and_judges_by_it() -> None:
    lines = lines_of(taken(chain_one=[0.1, 0.25, 0.2, 0.9, 0.19], annotate=[0.5, 0.3, 0.41]))
    chain, annotate = line(lines, "chain_to_insert_one_process"), line(lines, "annotate_to_vader")
    assert (chain["median"], chain["holds"], chain["all"]) == (0.2, True, [0.1, 0.25, 0.2, 0.9, 0.19])
    assert (annotate["median"], annotate["holds"]) == (0.41, False)


def test_it_does_not_call_held_what_could_not_be_measured() -> None:
    failed = Taken()
    failed.failures["idle"] = "the house did not come up"
    lines = lines_of(failed)
    assert [one["name"] for one in lines] == ["idle_rss_mb"]
    assert line(lines, "idle_rss_mb")["holds"] is False
    assert "not measured" in table_of(lines)


def test_it_leaves_out_what_was_not_asked_for() -> None:
    assert {one["name"] for one in lines_of(taken(annotate=[0.3]))} == {"annotate_to_vader"}


def test_it_finds_the_sample_of_a_row_and_refuses_a_name_it_does_not_know() -> None:
    assert samples_for(["inbox_growth", "search_growth"]) == ["queries"]
    assert samples_for([]) == list(SAMPLES)
    with pytest.raises(KeyError):
        samples_for(["speed"])


def test_it_keeps_what_was_measured_before_and_replaces_what_was_measured_now(tmp_path: Path) -> None:
    write_last(lines_of(taken(annotate=[0.3], chain_one=[0.2])), tmp_path / "last.json")
    lines = merged(read_last(tmp_path / "last.json"), lines_of(taken(annotate=[0.2])))
    assert [one["name"] for one in lines] == ["chain_to_insert_one_process", "annotate_to_vader"]
    assert line(lines, "annotate_to_vader")["median"] == 0.2


def test_it_writes_a_page_with_every_measure_and_the_machine_but_not_its_name() -> None:
    lines = lines_of(taken(**{name: [0.31] for name in SAMPLES}))
    page = page_of(lines)
    assert all(f"`{one['name']}`" in page for one in lines)
    assert all(word in page for word in ("cores", "Python", "SQLite", "GiB"))
    assert not re.search(rf"\b{re.escape(socket.gethostname())}\b", page)
    assert not re.search(r"(?<![\w.])/(home|root|tmp|work|var)/", page)


def test_it_keeps_the_page_as_the_last_run_says() -> None:
    if PAGE.exists():
        assert PAGE.read_text("utf-8") == page_of(read_last()), "run `python -m bench --page`"


@pytest.mark.parametrize(
    ("value", "text"), [(None, "not measured"), (0.12345, "0.123"), (12.345, "12.35"), (1234.5, "1,234")]
)
def test_it_shows_as_many_digits_as_mean_something(value: float | None, text: str) -> None:
    assert shown(value) == text
