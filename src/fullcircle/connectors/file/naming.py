"""One way to write a word of a file: folded, without accents, joined by `_`."""

import functools
import re
import unicodedata

from fullcircle.connectors.file.mapping import Place
from fullcircle.connectors.file.words import PLACE_WORDS

_GAP = re.compile(r"[ _]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_FIRST_PART = re.compile(r"[/,(]")
_PLATFORM_LIMIT = 40


@functools.lru_cache(maxsize=20_000)
def plain_word(text: str) -> str:
    """`Created At`, `createdAt`, `Créé-le` to `created_at`, `created_at`, `cree_le`. Dots stay: they are paths."""
    marks_apart = unicodedata.normalize("NFKD", _HUMP.sub("_", text.strip()).casefold())
    bare = (sign for sign in marks_apart if not "\u0300" <= sign <= "\u036f")
    return _GAP.sub("_", "".join(sign if _is_word_sign(sign) else "_" for sign in bare)).strip("_")


def _is_word_sign(sign: str) -> bool:
    return sign.isalnum() or sign == "." or unicodedata.category(sign)[0] == "M"  # vowel signs are part of the word


def platform_code(text: str) -> str:
    """A platform's code from what a cell says: `Integrated Agency` to `integrated_agency`. "" where nothing is left."""
    return plain_word(text).replace(".", "_")[:_PLATFORM_LIMIT].strip("_")


def known_place(cell: str) -> Place | None:
    """The place a cell names, by the whole of it or by its part before `/`, `,` or `(`: `Mobile/Open311` is mobile."""
    found = _PLACES.get(plain_word(cell))
    return found if found is not None else _PLACES.get(plain_word(_FIRST_PART.split(cell, maxsplit=1)[0]))


_PLACES = {plain_word(word): place for word, place in PLACE_WORDS.items()}
