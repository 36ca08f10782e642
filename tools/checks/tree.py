"""What a check reads and what it says: the files of the tree, and findings as file:line with what to do."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MADE = {".venv", ".tools", ".home", ".last", ".git", "__pycache__", "node_modules", "dist", "build", "tmp"}
MADE_SUFFIXES = (".egg-info", "_cache", ".hypothesis")


class Finding(NamedTuple):
    """One thing to mend."""

    path: Path
    line: int
    what: str
    todo: str

    def text(self, root: Path) -> str:
        shown = self.path.relative_to(root) if self.path.is_relative_to(root) else self.path
        return f"{shown}:{self.line}: {self.what}. {self.todo}"


def committed_files(root: Path) -> list[Path]:
    """What git would commit, new files included; every file that is not made by a tool where git has no say."""
    asked = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, capture_output=True, check=False)
    if listed.returncode == 0 and (root / ".git").exists():
        names = [name for name in listed.stdout.decode("utf-8", "surrogateescape").split("\0") if name]
        return sorted(path for name in names if (path := root / name).is_file())
    return sorted(_walk(root))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in MADE or path.name.endswith(MADE_SUFFIXES) or path.is_symlink():
            continue
        if path.is_dir():
            yield from _walk(path)
        elif path.suffix != ".pyc":
            yield path


def product_files(root: Path, pattern: str = "*.py") -> list[Path]:
    """Files of the product: no tests, no migrations (Django writes those)."""
    found = (root / "src").rglob(pattern)
    return sorted(path for path in found if not is_test(path) and not {"migrations", "__pycache__"} & set(path.parts))


def test_files(root: Path) -> list[Path]:
    beside = [path for path in (root / "src").rglob("*.py") if is_test(path)]
    return sorted([*(root / "tests").rglob("*.py"), *beside])


def is_test(path: Path) -> bool:
    return path.name.startswith("test_") or path.name == "conftest.py"


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))
