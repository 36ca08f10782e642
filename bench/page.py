"""docs/performance.md, from bench/last.json."""

from bench.report import Line, shown
from bench.sample import ROOT

PAGE = ROOT / "docs" / "performance.md"

HEAD = """# What it costs

Written by `make bench`, which takes about twenty minutes on two cores. Change the words in `bench/page.py`, not here.

Absolute speed depends on the machine and on who else uses it; the ratios hold. Both sides of a ratio are therefore
taken side by side in one run. Each figure is the median of five samples, and every sample is a process of its own with
a fresh home on the disk. The samples of different measures take turns, so that a noisy minute spoils one round and not
one measure.
"""

CORPUS = """## What it is measured with

**The corpus** (`fullcircle.testing.corpus`) is the same bytes on every machine: posts in the shape the Bluesky firehose
brings them, about 1 KB of JSON each, in eight languages, half of them English, on average 110 characters long. Of every
hundred, three are delivered twice, and eight name our account and want something. Every fifth post is by somebody new,
and few speak often while most speak once: 20,000 people in 100,000 posts. The workspace has 1,000 terms and 27 rules.
Everything is made up.

**The chain** is the product as it runs: decode, keys, compressed raw payload, words for the search, all annotations,
what is known already, identity and person, case, need, rules and clocks, then one transaction with the rows, the full
text, the rollups, the events and the move of the cursor, on the disk before it counts (`synchronous=FULL`).

**The bare insert** is what SQLite does at best with rows of that size: one table, a random unique key of 32
characters, 1 KB of JSON in the row, `executemany` in transactions of 1,000, the same pragmas. It is timed before and
after the chain in the same process, and the faster of the two counts.

**Growth** compares two homes that the chain itself has filled, at a pace of a million posts in 90 days: one with a
million posts, one with ten thousand. Two processes store the same number of further posts, in turns. Both begin and end
with an empty write-ahead log, so that the work of bringing pages home is counted. In time order, posts come in batches
of 500, as sources bring them; scattered over 90 days, in batches of 5,000, as a back-fill does when it may be quick.
The other two pairings are printed below the table. Before it begins, each process reads its file once, so that it lies
in the machine's memory, and stores 5,000 posts.

**Queries** are asked of the same two homes, with 200,000 cases in the large one and 2,000 in the small one. Cases the
chain did not open are resolved copies of those it did. While the large home is asked, another process stores 2,000
posts a second in it, in batches of 500; the small one is at rest, and nothing else runs then. The figure is the value
that nineteen in twenty do not exceed, over equal parts of

- search: a rare word (in one or two of ten thousand posts), a middling one (in 20 to 100), a common one (in more than
  500), a middling with a common one, two common ones, and the beginning of a word; the 50 newest that fit
- timeline: somebody drawn by how much they say, and anybody at all
- lists of cases: what is not resolved, newest change first, of all, of a team, and from somewhere in the middle; the
  most pressing, of all, of a team, and those that are late

**Waiting** is timed from the moment a verb asks for its transaction to the moment its one row is on the disk, every
50 ms from a process of its own, first while nothing else runs, then while `fullcircle import` reads a CSV file in its
working size of 500 rows with an analyser process beside it.

**vaderSentiment** is the yardstick for understanding, because everybody knows it: one call of it for each English text,
against language, sentiment, intents, urgency, department and 1,000 terms for a text of the whole mix.

**Memory at rest** is of every process of `fullcircle up` in a fresh home, eight seconds after its first page. Pages
that processes share are counted in each of them. **The install** is every file of the distributions that
`requirements/core.txt` names, and our own, in whole blocks. MB are millions of bytes.
"""


def page_of(lines: list[Line]) -> str:
    """The whole page."""
    if not lines:
        return HEAD + "\nNothing has been measured yet.\n\n" + CORPUS
    goals = [line for line in lines if line["goal"] is not None]
    beside = [line for line in lines if line["goal"] is None and not line["name"].startswith("step_")]
    steps = [line for line in lines if line["name"].startswith("step_")]
    parts = [HEAD, _taken(lines), "## What must hold\n", _goal_table(goals), CORPUS]
    if beside:
        parts += ["## Beside it\n", _plain_table(beside)]
    if steps:
        parts += ["## Where the time of a post goes\n", "One process, batches of 5,000.\n", _plain_table(steps)]
    return "\n".join(parts)


def _taken(lines: list[Line]) -> str:
    """Each machine once, with the days figures were taken on it."""
    days: dict[str, set[str]] = {}
    for line in lines:
        days.setdefault(line["machine"], set()).add(line["taken_at"][:10])
    return "\n".join(f"Taken on {', '.join(sorted(on))}: {name}.\n" for name, on in days.items())


def _goal_table(lines: list[Line]) -> str:
    rows = ["| measure | what | median | least to most | goal | we aim for | holds |", "|---|---|---|---|---|---|---|"]
    for line in lines:
        holds = {True: "yes", False: "**no**", None: ""}[line["holds"]]
        goal = f"{line['sense']} {line['goal']:g}"
        cells = (f"`{line['name']}`", line["says"], _with_unit(line), _span(line), goal, f"{line['aim']:g}", holds)
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _plain_table(lines: list[Line]) -> str:
    rows = ["| figure | what | median | least to most |", "|---|---|---|---|"]
    rows += [f"| `{line['name']}` | {line['says']} | {_with_unit(line)} | {_span(line)} |" for line in lines]
    return "\n".join(rows) + "\n"


def _with_unit(line: Line) -> str:
    unit = "" if line["unit"] == "ratio" or line["median"] is None else f" {line['unit']}"
    return shown(line["median"]) + unit


def _span(line: Line) -> str:
    return f"{shown(min(line['all']))} to {shown(max(line['all']))}" if line["all"] else ""
