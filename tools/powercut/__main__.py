"""`python -m tools.powercut HOME STATES SEED MODULE:CHECK -- ARGV...` prints one JSON line; 1 where a promise broke."""

import importlib
import sys
from pathlib import Path

from tools.powercut import refusal, replay


def main(arguments: list[str]) -> int:
    if "--" not in arguments or arguments.index("--") != 4:
        print(__doc__)
        return 2
    reason = refusal()
    if reason is not None:
        print(reason)
        return 2
    home, states, seed, where = arguments[:4]
    module, _, name = where.partition(":")
    Path(home).mkdir(parents=True, exist_ok=True)
    report = replay(arguments[5:], Path(home), int(states), int(seed), getattr(importlib.import_module(module), name))
    print(report.as_json())
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
