"""The queries people's pages ask, in a fixed mix, as the operator sees them (everything of the workspace).

search     one rare, one middling and one common word; a middling and a common one; two common ones; a beginning
timeline   a person who spoke, by how often they speak; every second time any person at all
inbox      unresolved cases: newest change first, of a team, a page from the middle; most pressing, of a team, late ones
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

SAMPLE = 10_000
RARE, MIDDLING, COMMON = (1, 2), (20, 100), (500, SAMPLE)
"""In how many of 10,000 posts a word stands."""

Query = Callable[[], Any]


class Reader:
    """Asks the home this process stands in. The same seed asks the same words of every home of the corpus."""

    def __init__(self, workspace_id: int, at: int, seed: int = 5) -> None:
        from fullcircle.store.visibility import operator

        self.viewer, self.at = operator(workspace_id), at
        self.random = random.Random(seed)
        self.words = _words(self.random)
        self._streams = {
            "search": cycle(_searches(self)),
            "timeline": cycle(_timelines(self)),
            "inbox": cycle(_lists(self)),
        }

    def ask(self, kind: str, count: int) -> list[float]:
        """Milliseconds of each of `count` queries of a kind."""
        taken = []
        for query in islice(self._streams[kind], count):
            started = time.perf_counter()
            query()
            taken.append(1000 * (time.perf_counter() - started))
        return taken


def _words(chance: random.Random) -> dict[str, list[str]]:
    """Words by how many of the oldest posts they stand in; these posts are the same in every home."""
    from fullcircle.analysis.tokens import tokens_of
    from fullcircle.store.bulk.tables import read

    texts = [row[0] for row in read("SELECT text FROM touchpoint ORDER BY id LIMIT %s", [SAMPLE])]
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(tokens_of(text).split()))
    written = sorted(word for word in counts if word.isalpha())
    words: dict[str, list[str]] = {}
    for name, (least, most) in {"rare": RARE, "middling": MIDDLING, "common": COMMON}.items():
        fitting = [word for word in written if least <= counts[word] * SAMPLE / len(texts) <= most]
        fitting = fitting or written  # a home too small to have such words
        words[name] = chance.sample(fitting, min(40, len(fitting)))
    return words


def _searches(reader: Reader) -> list[Query]:
    from fullcircle.store.queries.touchpoints import search

    words, chance = reader.words, reader.random
    texts: list[str] = []
    for _ in range(40):
        rare, middling, common = (chance.choice(words[name]) for name in ("rare", "middling", "common"))
        pair = " ".join(chance.sample(words["common"], 2))
        texts += [rare, middling, common, f"{middling} {common}", pair, f"{middling[:4]}*"]

    def asks(text: str) -> Query:
        return lambda: search(reader.viewer, text)

    return [asks(text) for text in texts]


def _timelines(reader: Reader) -> list[Query]:
    from fullcircle.store.bulk.tables import read
    from fullcircle.store.queries.touchpoints import timeline

    low, high = read("SELECT MIN(id), MAX(id) FROM touchpoint", [])[0]
    persons = read("SELECT MAX(id) FROM person", [])[0][0]
    who: list[int] = []
    for _ in range(120):
        near = reader.random.randrange(low, high)
        spoke = "SELECT i.person_id FROM touchpoint t JOIN identity i ON i.id = t.identity_id WHERE t.id >= %s LIMIT 1"
        who += [read(spoke, [near])[0][0], reader.random.randint(1, persons)]

    def asks(person_id: int) -> Query:
        return lambda: timeline(reader.viewer, person_id)

    return [asks(person_id) for person_id in who]


def _lists(reader: Reader) -> list[Query]:
    from fullcircle.store.bulk.tables import read
    from fullcircle.store.queries.cases import CaseFilter, inbox, most_pressing

    viewer, at = reader.viewer, reader.at
    team_id = read("SELECT MIN(id) FROM team", [])[0][0]
    everyone, team, late = CaseFilter(), CaseFilter(team_id=team_id), CaseFilter(is_late=True)
    newest, oldest = read('SELECT MAX(updated_at), MIN(updated_at) FROM "case"', [])[0]

    def deep() -> Any:
        return inbox(viewer, everyone, at, before=(reader.random.randint(oldest, newest), 0))

    return [
        lambda: inbox(viewer, everyone, at),
        lambda: inbox(viewer, team, at),
        deep,
        lambda: most_pressing(viewer, everyone, at),
        lambda: most_pressing(viewer, team, at),
        lambda: most_pressing(viewer, late, at),
    ]
