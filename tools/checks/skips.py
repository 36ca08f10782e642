"""Only what tests/house/skips-allowed.txt names may be left out of CI. `python -m tools.checks.skips FILE ...`."""

import sys
from pathlib import Path

ALLOWED = Path("tests/house/skips-allowed.txt")


def read_allowed(path: Path) -> list[str]:
    """Reasons, one a line; `#` begins a remark."""
    lines = [line.split("#")[0].strip() for line in path.read_text("utf-8").splitlines()]
    return [line for line in lines if line]


def not_allowed(skipped: list[str], allowed: list[str]) -> list[str]:
    """Lines `name TAB reason` whose reason does not stand in the list, word for word."""
    return [line for line in skipped if line.partition("\t")[2] not in allowed]


def main(names: list[str], root: Path) -> int:
    missing = [name for name in names if not (root / name).is_file()]
    for name in missing:
        print(f"{name}:1: is not there, so nobody knows what was left out. Run the tests first.")
    skipped = [line for name in names if name not in missing for line in (root / name).read_text("utf-8").splitlines()]
    refused = not_allowed(skipped, read_allowed(root / ALLOWED))
    for line in refused:
        test, _, reason = line.partition("\t")
        print(f"{test}: did not run: {reason}. Make it run; the list in {ALLOWED} may only shrink.")
    return 1 if refused or missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path.cwd()))
