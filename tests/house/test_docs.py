"""Everything the product has a name for stands in the documentation by that name, and nothing stands there that is gone.

A name is written in backticks. Where a page is a table, its first column is compared with the product as a whole.
"""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from fullcircle.core.crashpoints import CRASHPOINTS
from fullcircle.core.drops import DropReason, QuarantineReason
from fullcircle.core.events import EventName

TICKED = re.compile(r"`([^`\n]+)`")
FIRST_COLUMN = re.compile(r"^\|\s*`([^`\n]+)`", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def page(root: Path, name: str) -> str:
    return (root / "docs" / name).read_text("utf-8")


def named(text: str) -> set[str]:
    return set(TICKED.findall(text))


def table(text: str, heading: str = "") -> set[str]:
    """First column of the tables of a page, or of one section of it."""
    if heading:
        text = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    return set(FIRST_COLUMN.findall(text))


def product(name: str) -> Any:
    """A module of the product. One that is not written yet is a skip, and no skip of this kind is allowed in CI."""
    return pytest.importorskip(name, reason=f"{name} is not written yet")


def test_it_describes_every_setting(project_root: Path) -> None:
    options = product("fullcircle.config.options")
    assert table(page(project_root, "settings.md")) == {
        options.PREFIX + field.upper() for field in options.Options.model_fields
    }


def test_it_describes_every_event(project_root: Path) -> None:
    assert table(page(project_root, "events.md")) == {name.value for name in EventName}


def test_it_describes_every_drop_reason(project_root: Path) -> None:
    assert table(page(project_root, "drops.md"), "Drops") == {reason.value for reason in DropReason}


def test_it_describes_every_quarantine_reason(project_root: Path) -> None:
    assert table(page(project_root, "drops.md"), "Quarantine") == {reason.value for reason in QuarantineReason}


def test_it_describes_every_crash_point(project_root: Path) -> None:
    assert table(page(project_root, "faults.md"), "Crash points") == set(CRASHPOINTS)


def command_names(command: click.Command, name: str) -> Iterator[str]:
    """Every command that does something; a group is the commands in it, and itself where it does something alone."""
    if not isinstance(command, click.Group):
        yield name
        return
    if command.invoke_without_command:
        yield name
    context = click.Context(command)
    for child_name in command.list_commands(context):
        child = command.get_command(context, child_name)
        if child is not None and not child.hidden:
            yield from command_names(child, f"{name} {child_name}")


def test_it_describes_every_command(project_root: Path) -> None:
    cli = product("fullcircle.ops.cli")
    assert table(page(project_root, "commands.md")) == set(command_names(cli.cli, "fullcircle"))


def page_routes(patterns: list[Any], before: str = "/") -> Iterator[str]:
    """Addresses as they are declared: `/w/<slug:workspace>/cases/`."""
    for pattern in patterns:
        route = before + str(pattern.pattern).removeprefix("^").removesuffix(r"\Z").removesuffix("$")
        if hasattr(pattern, "url_patterns"):
            yield from page_routes(pattern.url_patterns, route)
        else:
            yield route


def test_it_describes_every_page(project_root: Path) -> None:
    urls = product("fullcircle.config.urls")
    assert table(page(project_root, "routes.md"), "Pages") == set(page_routes(urls.urlpatterns))


def test_it_describes_every_address_of_the_door(project_root: Path) -> None:
    """The door has no table of addresses: they are the string constants in its app that begin with a slash."""
    product("fullcircle.door.app")
    source = (project_root / "src" / "fullcircle" / "door" / "app.py").read_text("utf-8")
    described = table(page(project_root, "routes.md"), "The door")
    for address in set(re.findall(r'"(/[^"]+)"', source)):
        assert any(one == address or one.startswith(f"{address}<") for one in described), address


def test_it_has_a_page_for_every_connector(project_root: Path) -> None:
    registry = product("fullcircle.connectors.registry")
    assert table(page(project_root, "connectors.md"), "What there is") == set(registry.CONNECTORS)
    for name in registry.CONNECTORS:
        doc = project_root / "src" / "fullcircle" / "connectors" / name / "doc.md"
        assert doc.is_file(), f"{doc} is missing"
        spec = registry.connector_named(name).spec
        missing = {setting.name for setting in spec.settings} - named(doc.read_text("utf-8"))
        assert not missing, f"{doc} does not name the settings {sorted(missing)}"


def test_it_has_a_page_for_every_metric(project_root: Path) -> None:
    catalogue = product("fullcircle.measurement.catalogue")
    names = {str(getattr(metric, "name", metric)) for metric in _rows(catalogue, "METRICS")}
    assert table(page(project_root, "metrics/README.md"), "What we count now") == names
    for name in names:
        assert (project_root / "docs" / "metrics" / f"{name}.md").is_file(), f"docs/metrics/{name}.md is missing"


def test_it_describes_every_check_of_the_doctor(project_root: Path) -> None:
    doctor = product("fullcircle.ops.doctor")
    ids = {str(getattr(check, "id", check)) for check in _rows(doctor, "CHECKS")}
    assert table(page(project_root, "doctor.md")) == ids


def _rows(module: Any, name: str) -> list[Any]:
    rows = getattr(module, name)
    return list(rows.values()) if isinstance(rows, dict) else list(rows)


def test_it_shows_every_room_in_the_architecture(project_root: Path) -> None:
    package = project_root / "src" / "fullcircle"
    rooms = {f"{path.name}/" for path in package.iterdir() if (path / "__init__.py").exists()}
    assert rooms <= table(page(project_root, "architecture.md"))


def test_it_asks_every_room_what_it_owns(project_root: Path) -> None:
    for path in sorted((project_root / "src" / "fullcircle").glob("*/__init__.py")):
        said = importlib.import_module(f"fullcircle.{path.parent.name}").__doc__ or ""
        lines = said.strip().splitlines()
        assert 3 <= len(lines) <= 9, f"{path}: {len(lines)} lines"
        assert "eliberately" in said, f"{path} does not say what it is deliberately unaware of"


def test_it_follows_every_link_between_pages(project_root: Path) -> None:
    pages = [
        *(project_root / "docs").rglob("*.md"),
        *project_root.glob("*.md"),
        *(project_root / "src").rglob("doc.md"),
    ]
    for one in pages:
        for target in LINK.findall(one.read_text("utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (one.parent / target).exists(), f"{one.relative_to(project_root)} links to {target}"


def test_it_finds_every_test_that_a_page_names(project_root: Path) -> None:
    """docs/invariants.md and docs/faults.md say which test holds what, as `tests/room/test_x.py::test_it_...`."""
    for name in ("invariants.md", "faults.md"):
        for mention in sorted(one for one in named(page(project_root, name)) if "::" in one):
            file, _, test = mention.partition("::")
            path = project_root / file
            assert path.is_file(), f"docs/{name} names {mention}"
            assert re.search(rf"def {re.escape(test)}\b", path.read_text("utf-8")), f"docs/{name} names {mention}"


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_it_has_its_papers(project_root: Path, name: str) -> None:
    assert (project_root / name).stat().st_size > 200


def test_it_tells_a_missing_name_from_a_mention_in_passing() -> None:
    text = "## Drops\n| `empty` | see `blocked_author` |\n|`too_old`|x|\n## Quarantine\n| `bad_json` | x |\n"
    assert table(text, "Drops") == {"empty", "too_old"}
    assert table(text) == {"empty", "too_old", "bad_json"}
