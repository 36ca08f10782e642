"""The walls hold: each forbidden way to import is planted in a copy of the tree, and the linter must name it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = "A room imports the rooms"
DJANGO = "Nothing below the store imports Django"
SQL = "Nothing below the store speaks SQL"
PLATFORMS = "A connector never imports another connector"
PRODUCT = "The product never imports testing"
TESTING = "Testing imports only what lies below"

PLANTED = [
    ("core/planted.py", "import fullcircle.analysis.planted_target", ROOMS),
    ("analysis/planted.py", "from fullcircle.identity import planted_target", ROOMS),
    ("bus/planted.py", "from fullcircle.routing import planted_target", ROOMS),
    ("measurement/planted.py", "from fullcircle.needs import planted_target", ROOMS),
    ("connectors/planted.py", "from fullcircle.analysis import planted_target", ROOMS),
    ("pipeline/planted.py", "from fullcircle.store import planted_target", ROOMS),
    ("store/planted.py", "from fullcircle.desk import planted_target", ROOMS),
    ("desk/planted.py", "from fullcircle.web import planted_target", ROOMS),
    ("web/planted.py", "from fullcircle.workers import planted_target", ROOMS),
    ("workers/planted.py", "from fullcircle.door import planted_target", ROOMS),
    ("door/planted.py", "from fullcircle.ops import planted_target", ROOMS),
    ("api/planted.py", "from fullcircle.web import planted_target", ROOMS),
    ("ops/planted.py", "from fullcircle.config import planted_target", ROOMS),
    ("web/planted.py", "from fullcircle.config.options import options", ROOMS),
    ("kitchen/planted.py", "X = 1", ROOMS),
    ("core/planted.py", "import django.utils.timezone", DJANGO),
    ("pipeline/planted.py", "from ninja import Router", DJANGO),
    ("connectors/planted.py", "def later():\n    from django.db import models\n    return models", DJANGO),
    ("testing/planted.py", "from django.test import Client", DJANGO),
    ("analysis/planted.py", "import sqlite3", SQL),
    ("pipeline/planted.py", "import psycopg", SQL),
    ("connectors/north/parse.py", "from fullcircle.connectors.south import connector", PLATFORMS),
    ("connectors/north/parse.py", "from fullcircle.connectors import planted_table", PLATFORMS),
    ("pipeline/planted.py", "from fullcircle.testing import planted_target", PRODUCT),
    ("ops/planted.py", "from fullcircle.testing import planted_target", PRODUCT),
    ("testing/planted.py", "from fullcircle.store import planted_target", TESTING),
    ("testing/planted.py", "from fullcircle.config import planted_target", TESTING),
]

ALLOWED = [
    ("desk/planted.py", "from fullcircle.store import planted_target"),
    ("workers/planted.py", "from fullcircle.pipeline import planted_target"),
    ("testing/planted.py", "from fullcircle.pipeline import planted_target"),
    ("ops/planted.py", "from fullcircle.config.options import options"),
    ("connectors/north/test_north.py", "from fullcircle.testing import planted_target"),
]


@pytest.fixture(scope="module")
def house(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree in which every room exists and two connectors stand beside a table that names both."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copytree(project_root / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(project_root / "tools", copy / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(project_root / ".importlinter", copy)
    package = copy / "src" / "fullcircle"
    layers = (project_root / ".importlinter").read_text("utf-8").split("layers =")[1].split("exhaustive")[0]
    for room in [*layers.replace("(", "").replace(")", "").replace("|", " ").split(), "testing"]:
        plant(package, f"{room}/planted_target.py", "X = 1")
    for platform in ("north", "south"):
        plant(package, f"connectors/{platform}/connector.py", "X = 1")
    plant(
        package,
        "connectors/planted_table.py",
        "import fullcircle.connectors.north.connector, fullcircle.connectors.south.connector",
    )
    return copy


def plant(package: Path, name: str, text: str) -> Path:
    path = package / name
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = path.parent
    while folder != package:
        (folder / "__init__.py").touch()
        folder = folder.parent
    path.write_text(text + "\n", "utf-8")
    return path


def lint(house: Path) -> str:
    """What the linter says."""
    linted = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house / "src"), "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = linted.stdout + linted.stderr
    assert "Contracts:" in said, said
    assert linted.returncode == (1 if "BROKEN" in said else 0)
    return said


def reasons(said: str) -> dict[str, str]:
    """Name of a broken contract -> why it is broken."""
    broken = [line.split(" BROKEN")[0].strip() for line in said.splitlines() if " BROKEN" in line]
    details = said.partition("Broken contracts\n")[2]
    places = sorted((details.index(f"{name}\n"), name) for name in broken)
    ends = [*(place for place, _ in places[1:]), len(details)][: len(places)]
    return {name: details[place:end] for (place, name), end in zip(places, ends, strict=True)}


def test_it_keeps_the_house_as_it_stands(house: Path) -> None:
    assert "\n".join(reasons(lint(house)).values()) == ""


@pytest.mark.parametrize(("name", "text", "contract"), PLANTED, ids=[f"{one[0]}: {one[1][:60]}" for one in PLANTED])
def test_it_catches_a_planted_import(house: Path, name: str, text: str, contract: str) -> None:
    path = plant(house / "src" / "fullcircle", name, text)
    module = "fullcircle.kitchen" if contract == ROOMS and "kitchen" in name else dotted(name)
    try:
        found = reasons(lint(house))
    finally:
        remove(path, house)
    assert any(one.startswith(contract) and module in why for one, why in found.items()), found


@pytest.mark.parametrize(("name", "text"), ALLOWED, ids=[one[0] for one in ALLOWED])
def test_it_lets_an_honest_import_pass(house: Path, name: str, text: str) -> None:
    path = plant(house / "src" / "fullcircle", name, text)
    try:
        assert dotted(name) not in lint(house)
    finally:
        remove(path, house)


def dotted(name: str) -> str:
    return f"fullcircle.{name.removesuffix('.py').replace('/', '.')}"


def remove(path: Path, house: Path) -> None:
    if path.parent.name == "kitchen":
        shutil.rmtree(path.parent)
    else:
        path.unlink()
