"""No committed file names a machine's folders or a package index."""

import subprocess
from pathlib import Path

import pytest
from tools.checks import paths
from tools.checks.tree import committed_files

from tests.house.trees import plant, said


def test_it_holds_for_this_tree(project_root: Path) -> None:
    assert said(paths.check(project_root), project_root) == ""


@pytest.mark.parametrize("place", [*paths.REGISTRIES, *paths.OPTIONS])
def test_it_refuses_a_package_index(tmp_path: Path, place: str) -> None:
    plant(tmp_path, "requirements/core.txt", f"one==1\n--{place} x\n")
    assert f"requirements/core.txt:2: names a place outside the project: {place!r}" in said(
        paths.check(tmp_path), tmp_path
    )


@pytest.mark.parametrize("place", [place.replace("[a-z]", "mia").replace("[A-Za-z]", "Mia") for place in paths.PLACES])
def test_it_refuses_a_folder_of_somebodys_machine(tmp_path: Path, place: str) -> None:
    plant(tmp_path, "src/fullcircle/core/planted.py", f'HERE = "{place}main"\n')
    assert "core/planted.py:1: names a place outside the project" in said(paths.check(tmp_path), tmp_path)


def test_it_reads_binary_files(tmp_path: Path) -> None:
    (tmp_path / "head.npz").write_bytes(b"\x00\xff" + paths.PLACES[0].encode() + b"main\x00")
    assert len(paths.check(tmp_path)) == 1


@pytest.mark.parametrize(
    "text", ["https://social.example/wo" + "rk/1", "src/ho" + "me/page.html", "the ro" + "ot/branch"]
)
def test_it_leaves_addresses_alone(tmp_path: Path, text: str) -> None:
    plant(tmp_path, "docs/page.md", text)
    assert paths.check(tmp_path) == []


def test_it_reads_what_git_would_commit_and_nothing_else(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    plant(tmp_path, ".gitignore", ".home/\n")
    plant(tmp_path, ".home/settings.env", f"X={paths.PLACES[0]}main\n")
    plant(tmp_path, "new.py", "X = 1\n")
    assert [path.name for path in committed_files(tmp_path)] == [".gitignore", "new.py"]
    assert paths.check(tmp_path) == []
