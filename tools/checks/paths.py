"""No committed file may name where somebody's machine or package index is. `python -m tools.checks paths`."""

import re
from pathlib import Path

from tools.checks.tree import Finding, committed_files

# Written in pieces, so that this file and its tests do not name what they look for.
REGISTRIES = (
    "py" + "pi.org",
    "files.python" + "hosted.org",
    "registry.npm" + "js.org",
    "proxy.go" + "lang.org",
    "crates" + ".io",
)
OPTIONS = (
    "index" + "-url",
    "find" + "-links",
    "index" + "_url",
    "find" + "_links",
    "default" + "-index",
    "trusted" + "-host",
)
PLACES = (
    "/wo" + "rk/",
    "/ro" + "ot/",
    "/ho" + "me/[a-z]",
    "/Us" + "ers/[A-Za-z]",
    "/opt/" + "wheels",
    "/opt/py" + "pi",
)

SUSPECT = re.compile(
    "|".join([re.escape(one) for one in (*REGISTRIES, *OPTIONS)] + [rf"(?<![\w.}}-]){place}" for place in PLACES]),
    re.IGNORECASE,
)
TODO = "Use a path relative to the project, or leave the choice to whoever installs."


def check_text(path: Path, text: str) -> list[Finding]:
    return [
        Finding(path, number, f"names a place outside the project: {found.group()!r}", TODO)
        for number, line in enumerate(text.splitlines(), 1)
        if (found := SUSPECT.search(line))
    ]


def check(root: Path) -> list[Finding]:
    """Binary files are read as well: an address inside one is an address all the same."""
    return [
        one for path in committed_files(root) for one in check_text(path, path.read_bytes().decode("utf-8", "replace"))
    ]
