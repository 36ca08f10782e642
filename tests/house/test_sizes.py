"""The size check sees what is too long, and says where and what to do."""

from pathlib import Path

from tools.checks import sizes

from tests.house.trees import function_of, plant, said


def test_it_holds_for_this_tree(project_root: Path) -> None:
    assert said(sizes.check(project_root), project_root) == ""


def test_it_refuses_a_function_of_more_than_sixty_lines(tmp_path: Path) -> None:
    plant(tmp_path, "src/fullcircle/core/short.py", "".join(function_of(5, f"f{number}") for number in range(30)))
    plant(tmp_path, "src/fullcircle/core/good.py", function_of(60))
    assert sizes.check(tmp_path) == []
    plant(tmp_path, "src/fullcircle/core/long.py", "\n\n" + function_of(61))
    assert said(sizes.check(tmp_path), tmp_path) == (
        "src/fullcircle/core/long.py:3: function long_one has 61 lines, more than 60. Give a part of it a name of its own."
    )


def test_it_refuses_more_than_one_function_in_ten_over_thirty_five_lines(tmp_path: Path) -> None:
    plant(tmp_path, "src/fullcircle/core/short.py", "".join(function_of(5, f"f{number}") for number in range(18)))
    plant(tmp_path, "src/fullcircle/core/long.py", function_of(36, "a") + function_of(40, "b"))
    assert sizes.check(tmp_path) == []
    plant(tmp_path, "src/fullcircle/core/longer.py", function_of(44, "c"))
    assert "longer.py:1: function c has 44 lines; more than one in ten is over 35" in said(
        sizes.check(tmp_path), tmp_path
    )


def test_it_counts_methods_and_functions_inside_functions(tmp_path: Path) -> None:
    inner = "".join(f"    {line}\n" for line in function_of(61, "inner").splitlines())
    plant(tmp_path, "src/fullcircle/core/nested.py", f"class Outer:\n{inner}")
    assert "function inner has 61 lines" in said(sizes.check(tmp_path), tmp_path)


def test_it_refuses_a_file_of_more_than_five_hundred_lines_in_tests_too(tmp_path: Path) -> None:
    plant(tmp_path, "tests/core/test_long.py", "X = 1\n" * 501)
    plant(tmp_path, "src/fullcircle/connectors/north/test_north.py", "X = 1\n" * 502)
    text = said(sizes.check(tmp_path), tmp_path)
    assert "test_long.py:1: file test_long.py has 501 lines, more than 500" in text
    assert "file test_north.py has 502 lines" in text


def test_it_refuses_more_than_one_file_in_ten_over_three_hundred_lines(tmp_path: Path) -> None:
    for number in range(9):
        plant(tmp_path, f"src/fullcircle/core/f{number}.py", "X = 1\n")
    plant(tmp_path, "src/fullcircle/core/big.py", "X = 1\n" * 301)
    assert sizes.check(tmp_path) == []
    plant(tmp_path, "src/fullcircle/core/bigger.py", "X = 1\n" * 302)
    assert "file bigger.py has 302 lines; more than one in ten is over 300" in said(sizes.check(tmp_path), tmp_path)


def test_it_leaves_out_what_django_writes(tmp_path: Path) -> None:
    plant(tmp_path, "src/fullcircle/store/migrations/0001_the_first_tables_exist.py", "X = 1\n" * 900)
    plant(tmp_path, "tests/core/test_short.py", "X = 1\n")
    assert sizes.check(tmp_path) == []
