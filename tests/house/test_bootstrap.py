"""The set-up does its work once, again when a requirement file changed, and says plainly what it cannot do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tools import bootstrap

from tests.house.trees import plant


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    plant(tmp_path, "requirements/core.txt", "one==1\n")
    plant(tmp_path, "requirements/dev.txt", "one==1\ntwo==2\n")
    plant(tmp_path, ".venv/bin/python", "")
    return tmp_path


def stamp(tree: Path, name: str) -> None:
    plant(tree, ".venv/.synced", json.dumps({"set": name, "digest": bootstrap.digest_of(tree, name)}))


def test_it_does_nothing_while_the_files_are_as_they_were(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp(tree, "core")
    monkeypatch.setattr(bootstrap, "run", lambda *command, **_: pytest.fail(f"ran {command}"))
    bootstrap.bootstrap(tree, "core", by_pip=False)


@pytest.mark.parametrize("changed", ["requirements/core.txt", "requirements/dev.txt"])
def test_it_installs_again_when_a_file_changed(tree: Path, changed: str) -> None:
    stamp(tree, "dev")
    assert bootstrap.is_ready(tree, "dev")
    (tree / changed).write_text("three==3\n", "utf-8")
    assert not bootstrap.is_ready(tree, "dev")
    assert not bootstrap.is_ready(tree, "core")


def test_it_counts_a_founders_environment_as_enough_to_run_and_not_the_other_way_round(tree: Path) -> None:
    stamp(tree, "dev")
    assert bootstrap.is_ready(tree, "core")
    stamp(tree, "core")
    assert not bootstrap.is_ready(tree, "dev")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"set": "else"}'])
def test_it_starts_over_when_the_stamp_says_nothing(tree: Path, text: str) -> None:
    plant(tree, ".venv/.synced", text)
    assert not bootstrap.is_ready(tree, "core")


def test_it_starts_over_when_the_tree_was_moved(tree: Path, tmp_path: Path) -> None:
    stamp(tree, "core")
    moved = tree.rename(tmp_path.parent / f"{tmp_path.name}-moved")
    assert not bootstrap.is_ready(moved, "core")


def test_it_keeps_no_stamp_of_an_installation_that_failed(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*command: str, **_: object) -> None:
        raise bootstrap.SetupError("no network")

    stamp(tree, "core")
    (tree / "requirements" / "core.txt").write_text("three==3\n", "utf-8")
    monkeypatch.setattr(bootstrap, "run", refuse)
    with pytest.raises(bootstrap.SetupError, match="no network"):
        bootstrap.bootstrap(tree, "core", by_pip=False)
    assert not (tree / ".venv" / ".synced").exists()


def test_it_starts_the_command_by_whatever_path_it_is_called(tree: Path, tmp_path: Path) -> None:
    plant(tree, ".venv/bin/python", '#!/bin/sh\necho "python $*"\n').chmod(0o755)
    (tree / ".venv" / "lib" / "python{}.{}".format(*sys.version_info[:2]) / "site-packages").mkdir(parents=True)
    bootstrap.put_package(tree)
    link = tmp_path / "a link"
    link.symlink_to(tree / ".venv" / "bin" / "fullcircle")
    said = subprocess.run([link, "books", "--json"], capture_output=True, text=True, check=True).stdout
    assert said == f"python {link} books --json\n"


@pytest.mark.parametrize(("answer", "said"), [("echo Python 3.9.2; exit 1", "Python 3.9.2"), ("exit 127", "not there")])
def test_it_says_plainly_that_python_is_too_old(project_root: Path, tmp_path: Path, answer: str, said: str) -> None:
    old = plant(tmp_path, "python-old", f"#!/bin/sh\n{answer}\n")
    old.chmod(0o755)
    asked = subprocess.run(
        ["make", "--no-print-directory", "-C", project_root, f"PYTHON={old}", "run"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode != 0
    assert f"Fullcircle needs Python 3.11 or newer. Here, '{old}' is {said}." in asked.stdout
    assert "make PYTHON=python3.12 run" in asked.stdout


def test_it_lists_every_target_people_may_make(project_root: Path) -> None:
    said = subprocess.run(["make", "-C", project_root, "help"], capture_output=True, text=True, check=True).stdout
    for target in ("run", "test", "check", "test-postgres", "bench", "bench-understanding", "storm", "lock", "clean"):
        assert f"make {target} " in said
