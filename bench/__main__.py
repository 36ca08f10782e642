"""`python -m bench [NAME ...] [--quick]`: measure everything, or what is named; write bench/last.json and the page."""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.home import fresh_folder
from bench.page import PAGE, page_of
from bench.report import lines_of, merged, read_last, table_of, write_last
from bench.run import ROUNDS, prepare_homes, samples_for, take


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a row of the table, or a sample")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: only shows that it works")
    parser.add_argument("--rounds", type=int, default=0, help=f"{ROUNDS} by default")
    parser.add_argument("--homes", type=Path, help="keep the prepared homes here, and use those that are there")
    parser.add_argument("--page", action="store_true", help="measure nothing, write the page from bench/last.json anew")
    return parser.parse_args()


@contextlib.contextmanager
def homes_in(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept
        return
    with fresh_folder("homes") as folder:
        yield folder


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    given = arguments()
    if given.page:
        PAGE.write_text(page_of(read_last()), "utf-8")
        return 0
    try:
        names = samples_for(given.names)
    except KeyError as error:
        say(f"There is no measure {error}. They stand in bench/measures.py.")
        return 2
    with homes_in(given.homes) as homes:
        prepare_homes(homes, names, is_quick=given.quick, say=say)
        rounds = given.rounds or (1 if given.quick else ROUNDS)
        taken = take(names, homes, rounds=rounds, is_quick=given.quick, say=say)
    lines = lines_of(taken)
    print(table_of(lines))
    if given.quick:
        say("Small sizes: these figures say nothing, and nothing was written.")
        return 1 if taken.failures else 0
    everything = merged(read_last(), lines)
    write_last(everything)
    PAGE.write_text(page_of(everything), "utf-8")
    return 1 if any(line["holds"] is False for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
