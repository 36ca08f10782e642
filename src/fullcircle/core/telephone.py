"""Telephone numbers as identities write them: `+` and digits. Pure, small, and open about what it cannot know."""

import re
import unicodedata

DIALLING_CODES = {
    "AR": "54", "AT": "43", "AU": "61", "BE": "32", "BR": "55", "CA": "1", "CH": "41", "CL": "56", "CN": "86",
    "CO": "57", "CZ": "420", "DE": "49", "DK": "45", "EG": "20", "ES": "34", "FI": "358", "FR": "33", "GB": "44",
    "GR": "30", "HU": "36", "IE": "353", "IL": "972", "IN": "91", "IT": "39", "JP": "81", "KE": "254", "KR": "82",
    "LU": "352", "MA": "212", "MX": "52", "NG": "234", "NL": "31", "NO": "47", "NZ": "64", "PL": "48", "PT": "351",
    "RO": "40", "SA": "966", "SE": "46", "TN": "216", "TR": "90", "UA": "380", "US": "1", "ZA": "27",
}  # fmt: skip
"""Country (ISO 3166) to its dialling code. A country that is not here may be given by its code: `+372`."""

KEEPS_ZERO = frozenset({"IT"})
"""Where the leading 0 belongs to the number and stays after the dialling code."""

_NO_TRUNK = frozenset({"CZ", "DK", "ES", "GR", "LU", "NO", "PL", "PT", "TN", "US", "CA", "MX", "CL", "CO"})
_EXTENSION = re.compile(r"(?:;ext=|,|\bext\.?|\bx|#)\s*\d{0,8}\s*$", re.IGNORECASE)
_TRUNK_IN_BRACKETS = re.compile(r"\(\s*0\s*\)")
_LETTERS = re.compile(r"[^\W\d_]")


def dialling_code(country: str) -> str:
    """`DE` or `+49` to `49`; "" where we do not know the country."""
    text = country.strip().upper()
    return text[1:] if text[:1] == "+" and text[1:].isdigit() else DIALLING_CODES.get(text, "")


def normalise_number(text: str, country: str = "") -> str:
    """`+` and digits where the number says its country or `country` does; bare digits where neither does; "" where
    there is no number (withheld, letters, fewer than 3 digits or more than 15). Digits of every script are read.

    Rules: an extension is dropped; `(0)` after a country code is dropped; `00` (and `011` in +1 countries) is `+`; a
    leading 0 is the trunk prefix unless the country keeps it (Italy) or has none. Short numbers (3-6 digits: 112,
    a house extension) stay as they are: they mean nothing outside their network. Whether a number is in use is not
    checked.
    """
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("tel:")
    plain = _EXTENSION.sub("", plain) if plain[:1] != "#" else ""
    if _LETTERS.search(plain):
        return ""
    is_international = plain.startswith("+")
    if is_international:
        plain = _TRUNK_IN_BRACKETS.sub("", plain)
    digits = "".join(str(unicodedata.decimal(sign)) for sign in plain if sign.isdecimal())
    number = "+" + digits if is_international else _with_country(digits, country)
    return number if 3 <= len(number.lstrip("+")) <= 15 else ""


def _with_country(digits: str, country: str) -> str:
    code = dialling_code(country)
    if digits.startswith("00") and len(digits) > 8:
        return "+" + digits[2:]
    if code == "1" and digits.startswith("011") and len(digits) > 10:
        return "+" + digits[3:]
    if not code or len(digits) <= 6:
        return digits
    if code == "1" and len(digits) == 11 and digits[0] == "1":
        return "+" + digits
    name = country.strip().upper()
    if digits[0] == "0" and name not in KEEPS_ZERO and name not in _NO_TRUNK:
        digits = digits[1:]
    return f"+{code}{digits}"
