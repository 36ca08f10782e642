"""Which tables and indices a batch makes SQLite write: `FULLCIRCLE_HOME=HOMES/many python -m bench.pages SIZE COUNT`.

Pages written to the log for each batch, by the table or index they belong to, and how many different ones. Add
`scattered` for a back-fill. No clock is read, so the figures are the same on a busy machine; compare `many` with `few`.
"""

import os
import struct
import sys
from collections import Counter
from pathlib import Path

from bench.worker import Worker

_FILE_HEADER, _FRAME_HEADER = 32, 24


def logged_pages(log: bytes) -> list[int]:
    """Page numbers in the order they were written (https://sqlite.org/fileformat2.html, "WAL File Format")."""
    page_size = struct.unpack(">I", log[8:12])[0]
    places = range(_FILE_HEADER, len(log), _FRAME_HEADER + page_size)
    return [struct.unpack(">I", log[place : place + 4])[0] for place in places]


def main(size: int, count: int, is_scattered: bool) -> None:
    home = Path(os.environ["FULLCIRCLE_HOME"])
    worker = Worker(home)
    from fullcircle.store.bulk.tables import read

    worker.store(2 * size, size, is_scattered)
    worker.fold()
    read("PRAGMA wal_autocheckpoint=0", [])
    worker.store(count * size, size, is_scattered)
    pages = logged_pages((home / "fullcircle.sqlite3-wal").read_bytes())
    worker.fold()
    owners = {page: name for name, page in read("SELECT name, pageno FROM dbstat", [])}
    written, distinct = (
        Counter(owners.get(page, "free") for page in pages),
        Counter(owners.get(p, "free") for p in set(pages)),
    )
    print(f"{len(pages) / (size * count):.2f} pages a post, batches of {size}")
    for name, times in written.most_common():
        print(f"{times / count:10.1f} a batch, {distinct[name]:8} different  {name}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), "scattered" in sys.argv)
