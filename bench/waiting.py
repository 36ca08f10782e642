"""How long a person's one-row write waits while an import runs."""

import csv
import json
import sys
from pathlib import Path

from bench.growth import p95
from bench.home import founded, fresh_folder
from bench.homes import FACTS
from bench.sample import Figures, Talk, own_output
from bench.sizes import Sizes
from fullcircle.core.moments import DAY, now, to_iso

EVERY_MS = 50.0


def write_wait(sizes: Sizes) -> Figures:
    """One sample: p95 of the writes while the import runs over p95 of the same writes before it. Raises RuntimeError
    when the import ended before the writes did."""
    with fresh_folder() as home:
        table = home / "rows.csv"
        with Talk("bench.waiting", home, str(table), str(sizes.imported_rows)) as importer:
            importer.hear()  # founded
            with Talk("bench.worker", home) as desk:
                asked = {"do": "write", "count": sizes.write_count, "every_ms": EVERY_MS}
                desk.ask(**{**asked, "count": 10})
                idle = desk.ask(**asked)["ms"]
                importer.ask(do="import")  # answered when the first rows are stored
                busy = desk.ask(**asked)["ms"]
            importer.say(do="how far")
            share = importer.hear()
            if share["share"] >= 1.0:
                raise RuntimeError("the import ended before the writes did: import more rows")
    return {"ratio": p95(busy) / p95(idle), "wait_ms": p95(busy), "idle_ms": p95(idle), "worst_ms": max(busy)}


def write_table(path: Path, count: int, at: int) -> None:
    """Rows with an id, a time, an author and a text of the frozen corpus."""
    import msgspec

    from fullcircle.testing.corpus import generate

    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "created_at", "author", "text"])
        for number, payload in enumerate(generate(count, 3, at - 30 * DAY, 29 * DAY)):
            event = msgspec.json.decode(payload)
            record = event["commit"]["record"]
            writer.writerow([number, record["createdAt"], event["did"], record["text"]])


def main(table: Path, count: int) -> None:
    """The importing process: founds the home, waits for the word, imports in batches that leave people room."""
    import threading

    answers = own_output()

    def say(**what: float) -> None:
        answers.write(json.dumps(what) + "\n")
        answers.flush()

    at = now()
    workspace, source = founded(at - 60 * DAY)
    write_table(table, count, at)
    facts = {"workspace_id": workspace.id, "source_id": source.id, "at": at, "position": 0, "made": to_iso(at)}
    (table.parent / FACTS).write_text(json.dumps(facts), "utf-8")
    say(founded=1)
    sys.stdin.readline()
    began = threading.Event()
    reached = [0.0]

    def on_share(share: float, _: dict[str, int]) -> None:
        reached[0] = share
        if not began.is_set():
            began.set()
            say(began=1)

    threading.Thread(target=_answer_how_far, args=(reached, say), daemon=True).start()
    _import(workspace.id, table, on_share)
    reached[0] = 1.0
    threading.Event().wait()  # until the sample is over


def _answer_how_far(reached: list[float], say: object) -> None:
    assert callable(say)
    sys.stdin.readline()
    say(share=reached[0])


def _import(workspace_id: int, table: Path, on_share: object) -> None:
    from fullcircle.connectors.file.guess import guess_file
    from fullcircle.ops.importing import WORKING_SIZE, read_import, source_for

    assert callable(on_share)
    row = source_for(workspace_id, str(table), guess_file(str(table)), "", counts_history=True)
    read_import(row, on_share=on_share, batch_size=WORKING_SIZE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
