"""A run writes down what it left out and prints why. Held by running pytest on a small tree of its own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.house.trees import plant

SMALL = """
import pytest

def test_it_runs(): assert True

@pytest.mark.storm
def test_it_takes_hours(): assert False

@pytest.mark.skip(reason="Chromium is not here")
def test_it_needs_a_browser(): assert False

@pytest.mark.shared
def test_it_reads_the_sets(shared_data): assert False
"""
INI = "[pytest]\nmarkers =\n  storm: x\n  shared: x\n  postgres: x\naddopts = -p no:django -p no:cacheprovider\n"


def run_small(root: Path, project_root: Path, *options: str) -> str:
    plant(root, "project/pytest.ini", INI)
    plant(root, "project/tests/test_small.py", SMALL)
    plant(
        root,
        "project/src/beside/test_beside.py",
        "def test_it_may_use_them_too(project_root): assert project_root.is_dir()",
    )
    plant(root, "project/tests/__init__.py", "")
    plant(root, "project/conftest.py", 'pytest_plugins = ["tests.everywhere"]\n')
    for name in ("tests/everywhere.py", "tests/postgres_server.py"):
        plant(root, f"project/{name}", (project_root / name).read_text("utf-8"))
    asked = [sys.executable, "-m", "pytest", "-q", *options]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_"))}
    ran = subprocess.run(asked, cwd=root / "project", env=clean, capture_output=True, text=True, check=False)
    return ran.stdout + ran.stderr


def test_it_prints_and_writes_what_did_not_run_and_why(tmp_path: Path, project_root: Path) -> None:
    said = run_small(tmp_path, project_root)
    assert "2 passed, 3 skipped" in said
    assert "did not run, and why" in said
    assert "    1  the long form: run by `make storm`" in said
    assert (tmp_path / "project" / ".last" / "skipped.txt").read_text("utf-8").splitlines() == [
        "tests/test_small.py::test_it_needs_a_browser\tChromium is not here",
        "tests/test_small.py::test_it_reads_the_sets\tthe sets beside the project are not here (../shared/data)",
        "tests/test_small.py::test_it_takes_hours\tthe long form: run by `make storm`",
    ]


def test_it_runs_the_long_form_when_asked_and_writes_elsewhere(tmp_path: Path, project_root: Path) -> None:
    said = run_small(tmp_path, project_root, "--storm", "-n2", "--skipped-to", ".last/other.txt")
    assert "1 failed, 2 passed, 2 skipped" in said
    assert len((tmp_path / "project" / ".last" / "other.txt").read_text("utf-8").splitlines()) == 2
