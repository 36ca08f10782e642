"""A column of a sample: its name as a word, its filled cells, and what they look like."""

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Rows
from functools import cached_property

from fullcircle.connectors.file.naming import plain_word
from fullcircle.connectors.file.words import COLUMN_WORDS

_RANKS = {field: {plain_word(word): rank for rank, word in enumerate(words)} for field, words in COLUMN_WORDS.items()}
_OTHER_MOMENTS = """
    closed updated resolution resolved end ended due birth modified retrieved edited last until expires dob birthday
    birthdate geburtsdatum geburtstag naissance nacimiento nascita nascimento author user
"""
_NOT_ITS_TIME = frozenset(_OTHER_MOMENTS.split())
_MAY_BE_EMPTY = frozenset({"parent_id", "root_id", "repost_of"})  # a sample without one reply says nothing of the file
_NUMBERS = re.compile(r"[-+]?\d+(?:[.,]\d+)?")


class Column:
    """One column of the sample."""

    def __init__(self, name: str, values: Sequence[str], row_count: int) -> None:
        self.name = name
        self.word = plain_word(name)
        self.values = [value for value in values if value.strip()]
        self.row_count = row_count

    @cached_property
    def distinct(self) -> set[str]:
        return set(self.values)

    @cached_property
    def mean_length(self) -> float:
        return sum(map(len, self.values)) / len(self.values) if self.values else 0.0

    def may_be_id(self) -> bool:
        """Filled in nearly every row, hardly ever twice the same, one word each."""
        if not self.values:
            return self.row_count == 0
        return len(self.values) >= 0.9 * self.row_count and self.is_one_word()

    def is_one_word(self) -> bool:
        return sum(not re.search(r"\s", value.strip()) for value in self.values) >= 0.95 * len(self.values)

    def is_numeric(self) -> bool:
        return share(self, _NUMBERS) > 0.9

    def may_be_time(self) -> bool:
        """Short, with digits, and not named after another moment than the one it happened."""
        if not self.values or self.mean_length > 60 or _NOT_ITS_TIME & set(re.split(r"[_.]", self.word)):
            return False
        return sum(any(sign.isdigit() for sign in value) for value in self.values[:200]) > 0.8 * min(
            200, len(self.values)
        )

    def may_be_text(self) -> bool:
        """Words with spaces, longer than a label."""
        if self.values and sum(value.lstrip()[:1] in "[{" for value in self.values) > 0.5 * len(self.values):
            return False  # lists and objects written into a cell
        return self.mean_length >= 12 and sum(" " in value.strip() for value in self.values) >= 0.3 * len(self.values)


def columns_from(header: Sequence[str], rows: Sequence[Rows[str, str]]) -> list[Column]:
    """Columns of a sample, in the order of the header."""
    return [Column(name, [row.get(name) or "" for row in rows], len(rows)) for name in header]


def share(column: Column, pattern: re.Pattern[str]) -> float:
    """How many filled cells are wholly of a pattern, 0-1."""
    return (
        sum(pattern.fullmatch(value.strip()) is not None for value in column.values) / len(column.values)
        if column.values
        else 0.0
    )


def best(
    field: str, columns: Sequence[Column], *, fits: Callable[[Column], bool] = lambda _: True, is_partial: bool = False
) -> Column | None:
    """The column whose name says the field most surely and whose cells fit; with `is_partial` also names that only
    contain such a word (`date_of_post`). None where there is none."""
    ranks = _RANKS[field]
    columns = [one for one in columns if one.values or not one.row_count or field in _MAY_BE_EMPTY]
    named = [(ranks[column.word], column) for column in columns if column.word in ranks]
    if is_partial:
        named += [
            (rank, column)
            for column in columns
            if column.word not in ranks and (rank := _partial_rank(column.word, ranks)) is not None
        ]
    for _, column in sorted(named, key=lambda pair: pair[0]):
        if fits(column):
            return column
    return None


def _partial_rank(word: str, ranks: dict[str, int]) -> int | None:
    parts = re.split(r"[_.]", word)
    if _NOT_ITS_TIME & set(parts):
        return None
    hits = [ranks[part] + 1_000 for part in parts if part in ranks]
    return min(hits, default=None)
