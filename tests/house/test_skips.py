"""The list of what may be left out is exact: a reason that is not in it, word for word, fails the run."""

from pathlib import Path

import pytest
from tools.checks import skips

from tests import everywhere, postgres_server
from tests.house.trees import plant


def test_it_allows_only_reasons_that_stand_in_the_list() -> None:
    allowed = ["the sets are not here"]
    assert skips.not_allowed(["tests/a.py::test_it_a\tthe sets are not here"], allowed) == []
    other = "tests/a.py::test_it_a\tthe sets are not here today"
    assert skips.not_allowed([other], allowed) == [other]


def test_it_fails_when_a_test_was_left_out_without_leave(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(tmp_path, "tests/house/skips-allowed.txt", "# a remark\nit is long  # hours of it\n")
    plant(tmp_path, ".last/skipped.txt", "tests/a.py::test_it_a\tit is long\ntests/b.py::test_it_b\tno time\n")
    assert skips.main([".last/skipped.txt"], tmp_path) == 1
    assert capsys.readouterr().out == (
        "tests/b.py::test_it_b: did not run: no time. Make it run; the list in tests/house/skips-allowed.txt may only shrink.\n"
    )
    plant(tmp_path, ".last/skipped.txt", "tests/a.py::test_it_a\tit is long\n")
    assert skips.main([".last/skipped.txt"], tmp_path) == 0


def test_it_fails_when_there_is_no_list_of_the_run(tmp_path: Path) -> None:
    plant(tmp_path, "tests/house/skips-allowed.txt", "")
    assert skips.main([".last/skipped.txt"], tmp_path) == 1


def test_it_allows_what_our_own_fixtures_say_and_not_a_missing_server(project_root: Path) -> None:
    """CI installs PostgreSQL, so its absence there is a failure."""
    allowed = skips.read_allowed(project_root / skips.ALLOWED)
    assert everywhere.LONG_FORM in allowed
    assert everywhere.NO_SHARED in allowed
    assert postgres_server.ABSENT not in allowed
