"""`python -m tools.checks [name ...]`: every check, or those named; all of them run, even when one fails."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tools.checks import comments, migrations, paths, sizes, words
from tools.checks.tree import Finding

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent

# Named one by one: where git has no say, ruff would read what was fetched into .tools as well.
FOLDERS = [name for name in ("src", "tests", "tools", "bench", "conftest.py") if (ROOT / name).exists()]
PROGRAMS: dict[str, list[str | Path]] = {
    "style": [BIN / "ruff", "check", "--quiet", *FOLDERS],
    "format": [BIN / "ruff", "format", "--check", *FOLDERS],
    "types": [BIN / "mypy", "--no-error-summary"],
    "walls": [BIN / "lint-imports", "--no-logo"],
}
OURS: dict[str, Callable[[Path], list[Finding]]] = {
    "sizes": sizes.check,
    "words": words.check,
    "paths": paths.check,
    "migrations": migrations.check,
}
FIGURES = (sizes.report, comments.report)


def run_program(name: str) -> bool:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    asked = subprocess.run(PROGRAMS[name], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if asked.returncode:
        print((asked.stdout + asked.stderr).rstrip())
    return asked.returncode == 0


def run_ours(name: str) -> bool:
    found = sorted(OURS[name](ROOT))
    for one in found:
        print(one.text(ROOT))
    return not found


def main(wanted: list[str]) -> int:
    unknown = sorted(set(wanted) - PROGRAMS.keys() - OURS.keys())
    if unknown:
        print(f"No check is called {', '.join(unknown)}. There are: {', '.join([*PROGRAMS, *OURS])}.")
        return 2
    failed = []
    for name in wanted or [*PROGRAMS, *OURS]:
        began = time.monotonic()
        is_good = run_program(name) if name in PROGRAMS else run_ours(name)
        print(f"{'ok  ' if is_good else 'FAIL'} {name} ({time.monotonic() - began:.1f} s)", flush=True)
        if not is_good:
            failed.append(name)
    for figure in FIGURES:
        print(f"     {figure(ROOT)}")
    print(f"Not in order: {', '.join(failed)}." if failed else "All in order.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
