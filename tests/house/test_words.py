"""The word check sees a wrong word in a name, in a comment, on a page, and lets a reasoned exception pass."""

from pathlib import Path

import pytest
from tools.checks import words

from tests.house.trees import plant, said

NO_EXCEPTIONS = "# none\n"


def findings(root: Path, allowed: str = NO_EXCEPTIONS) -> str:
    return said(words.check(root, plant(root, "allowed.txt", allowed)), root)


def test_it_holds_for_this_tree(project_root: Path) -> None:
    assert said(words.check(project_root), project_root) == ""


@pytest.mark.parametrize(
    ("text", "todo"),
    [
        ("class SupportTicket: ...", "the name SupportTicket says 'ticket'. We say: case"),
        ("class Customer: ...", "the name Customer says 'Customer'. We say: Person"),
        ("def assign(agents: list[int]) -> None: ...", "the name agents says 'agent'. We say: responder"),
        ("def read(chunk: bytes) -> None: ...", "We say: batch"),
        ("tenant_id = 1", "We say: workspace"),
        ("class X:\n    def __init__(self) -> None:\n        self.skipped_count = 0", "We say: dropped"),
        ("import json as plugins", "We say: connector"),
        ("def handle(x: int) -> None: ...", "the name handle says 'handle'. We say: what it does"),
        ("class X:\n    def _process(self) -> None: ...", "the name _process says '_process'"),
        ("class ParserV2: ...", "the name ParserV2 says 'ParserV2'"),
        ("def parse_v2() -> None: ...", "the name parse_v2 says 'parse_v2'"),
        ("class DateUtils: ...", "says 'utils'"),
        ("# every agent sees it", "the text says 'agent'"),
        ('"""Closes the ticket."""', "the text says 'ticket'"),
        ('def f() -> None:\n    """Talks to the adapter."""', "core/planted.py:2: the text says 'adapter'"),
    ],
)
def test_it_refuses_a_word_we_do_not_say(tmp_path: Path, text: str, todo: str) -> None:
    plant(tmp_path, "src/fullcircle/core/planted.py", text + "\n")
    found = findings(tmp_path)
    assert todo in found
    assert found.startswith("src/fullcircle/core/planted.py:")


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "services", "managers"])
def test_it_refuses_a_file_that_gathers_anything(tmp_path: Path, name: str) -> None:
    plant(tmp_path, f"src/fullcircle/core/{name}.py", "X = 1\n")
    assert f"core/{name}.py:1:" in findings(tmp_path)


def test_it_refuses_a_folder_that_gathers_anything(tmp_path: Path) -> None:
    plant(tmp_path, "src/fullcircle/core/common/__init__.py", "X = 1\n")
    assert "a file called 'common' gathers anything" in findings(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "docs/page.md",
        "README.md",
        "src/fullcircle/web/templates/case/page.html",
        "src/fullcircle/connectors/north/doc.md",
    ],
)
def test_it_reads_pages_as_well(tmp_path: Path, name: str) -> None:
    plant(tmp_path, name, "<p>Fine.</p>\n<p>Open a ticket in the Dead-letter plug-in.</p>\n")
    found = findings(tmp_path)
    assert f"{name}:2: the text says 'ticket'" in found
    assert f"{name}:2: the text says 'dead-letter'. We say: quarantine" in found
    assert "'plug-in'. We say: connector" in found


def test_it_reads_every_sentence_in_rooms_that_speak_to_people(tmp_path: Path) -> None:
    plant(tmp_path, "src/fullcircle/desk/planted.py", 'SAID = "This ticket is closed."\n')
    plant(tmp_path, "src/fullcircle/analysis/planted.py", 'HEARD = "where is my train ticket"\n')
    found = findings(tmp_path)
    assert "desk/planted.py:1: the text says 'ticket'" in found
    assert "analysis" not in found


@pytest.mark.parametrize(
    "text",
    [
        "def fetch(user_agent: str) -> None: ...",
        "import multiprocessing",
        "# the user agent of a browser",
        "urgent_count = 1\nagency = 2\ncases = 3\nprocesses = 4",
        "def is_ipv6(address: str) -> bool: ...",
        "def row_of_v4(address: str) -> bool: ...",
        "import requests\nrequests.agent.ticket()",
        "class Case:\n    handle = 1",
    ],
)
def test_it_leaves_honest_words_alone(tmp_path: Path, text: str) -> None:
    plant(tmp_path, "src/fullcircle/core/planted.py", text + "\n")
    assert findings(tmp_path) == ""


def test_it_lets_a_reasoned_exception_pass_and_asks_for_its_removal_when_unused(tmp_path: Path) -> None:
    exception = "src/fullcircle/connectors/*/shapes.py ticket the platform's own word\n"
    path = plant(tmp_path, "src/fullcircle/connectors/north/shapes.py", "ticket_id = 1\nagent_id = 2\n")
    found = findings(tmp_path, exception)
    assert "'ticket'" not in found
    assert "'agent'" in found
    path.write_text("case_id = 1\n", "utf-8")
    assert (
        "allowed.txt:1: src/fullcircle/connectors/*/shapes.py no longer says 'ticket'. Take the line out."
        in findings(tmp_path, exception)
    )


def test_it_refuses_an_exception_without_a_reason(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not enough values"):
        words.read_allowed(plant(tmp_path, "allowed.txt", "src/* ticket\n"))
