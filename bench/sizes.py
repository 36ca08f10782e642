"""How much is stored and asked: the sizes the goals are about, and small ones that only show that the harness works."""

from typing import NamedTuple


class Sizes(NamedTuple):
    """Counts of rows and queries, and durations, of one run."""

    posts: int = 50_000  # through the chain, in one sample
    stored_many: int = 1_000_000
    stored_few: int = 10_000
    case_share: float = 0.2  # cases for each touchpoint: 200,000 and 2,000
    to_come: int = 520_000  # posts kept ready to be stored on top of what is stored
    turns: int = 3  # how often the two sides take turns in a sample
    warm_posts: int = 5_000
    turn_posts: int = 5_000
    query_count: int = 120  # of each kind, in a turn
    live_posts_s: int = 2_000  # what comes in while queries are asked
    write_count: int = 140
    imported_rows: int = 300_000
    texts: int = 4_000
    settle_s: float = 8.0  # a started house counts as idle after that


FULL = Sizes()
QUICK = Sizes(
    posts=1_500,
    stored_many=3_000,
    stored_few=600,
    to_come=8_000,
    turns=1,
    warm_posts=500,
    turn_posts=1_000,
    query_count=6,
    live_posts_s=500,
    write_count=12,
    imported_rows=20_000,
    texts=200,
    settle_s=1.0,
)
