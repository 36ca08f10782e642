"""Takes one sample and prints its figures as one line of JSON: `python -m bench.one NAME HOMES [--quick]`."""

import json
import sys
from pathlib import Path

from bench.measures import SAMPLES
from bench.sample import own_output
from bench.sizes import FULL, QUICK


def main(name: str, homes: str, *options: str) -> None:
    answers = own_output()
    figures = SAMPLES[name].take(Path(homes), QUICK if "--quick" in options else FULL)
    answers.write(json.dumps(figures) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
