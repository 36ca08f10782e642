"""How many characters a person sees in a text: platforms count their limits in these, not in code points.

Covers the rules of Unicode Annex 29 that occur in posts (marks, joined emoji, skin tones, flags, Hangul, CR LF);
the rare prepended marks count as one more, so a text we let pass is never too long for the platform.
"""

import unicodedata

_JOINER = "\u200d"


def count_graphemes(text: str) -> int:
    """Graphemes of `text`, in one pass."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    count = 0
    before = ""
    flags = 0  # regional indicators in a row: they pair up
    for char in text:
        flags = flags + 1 if _is_flag(char) else 0
        if not before or not _joins(before, char, flags):
            count += 1
        before = char
    return count


def _joins(before: str, char: str, flags: int) -> bool:
    if before == "\r":
        return char == "\n"
    if flags and flags % 2 == 0:
        return True
    if before == _JOINER:
        return unicodedata.category(char) == "So"
    return _extends(char) or _is_hangul_tail(before, char)


def _extends(char: str) -> bool:
    code = ord(char)
    if char == _JOINER or 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F:
        return True
    return code >= 0x300 and unicodedata.category(char) in ("Mn", "Me", "Mc")


def _is_flag(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def _is_hangul_tail(before: str, char: str) -> bool:
    """Jamo: leading + vowel (+ trailing), or a finished syllable + vowel or trailing."""
    code, last = ord(char), ord(before)
    if 0x1160 <= code <= 0x11A7:
        return 0x1100 <= last <= 0x11A7 or _is_open_syllable(last)
    if 0x11A8 <= code <= 0x11FF:
        return 0x1160 <= last <= 0x11FF or 0xAC00 <= last <= 0xD7A3
    return 0x1100 <= code <= 0x115F and 0x1100 <= last <= 0x115F


def _is_open_syllable(code: int) -> bool:
    return 0xAC00 <= code <= 0xD7A3 and (code - 0xAC00) % 28 == 0
