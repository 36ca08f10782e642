"""The full-text index over our own tokens, the same stream on both databases.

Every token carries its workspace (`12\xa4bread`): a search walks the postings of one workspace only, and cannot see
another's. SQLite's ascii tokenizer and PostgreSQL's tsvector both take the whole as one word.
"""

from collections.abc import Sequence

from django.db import connection

from fullcircle.store.bulk.tables import COPY_FROM, copy_rows, many

MARK = "\xa4"  # above 127, so SQLite's ascii tokenizer keeps it inside the word; no token of ours holds it


def scoped(workspace_id: int, tokens: str) -> str:
    """`bread fresh` -> `12¤bread 12¤fresh`; empty stays empty."""
    if not tokens:
        return ""
    prefix = f"{workspace_id}{MARK}"
    return prefix + tokens.replace(" ", " " + prefix)


def as_vector(words: str) -> str:
    """The text form of a tsvector; our tokens hold neither quotes nor backslashes."""
    return " ".join(f"'{word}'" for word in sorted(set(words.split(" ")))) if words else ""


def index(workspace_id: int, rows: Sequence[tuple[int, str]]) -> None:
    """Add (touchpoint id, tokens); ids are new or were taken out just before."""
    kept = [(identifier, scoped(workspace_id, tokens)) for identifier, tokens in rows if tokens]
    if not kept:
        return
    if connection.vendor == "sqlite":
        many("INSERT INTO touchpoint_words (rowid, words) VALUES (%s, %s)", kept)
        return
    vectors = [(identifier, as_vector(words)) for identifier, words in kept]
    if len(vectors) >= COPY_FROM:
        copy_rows("COPY touchpoint_words (touchpoint_id, words) FROM STDIN", vectors)
    else:
        many("INSERT INTO touchpoint_words (touchpoint_id, words) VALUES (%s, %s::tsvector)", vectors)


def take_out(workspace_id: int, rows: Sequence[tuple[int, str]]) -> None:
    """Remove (touchpoint id, the tokens it was indexed with): an index without content must be told what to forget."""
    kept = [(identifier, scoped(workspace_id, tokens)) for identifier, tokens in rows if tokens]
    if connection.vendor == "sqlite":
        many("INSERT INTO touchpoint_words (touchpoint_words, rowid, words) VALUES ('delete', %s, %s)", kept)
    else:
        many("DELETE FROM touchpoint_words WHERE touchpoint_id = %s", [(identifier,) for identifier, _ in kept])
