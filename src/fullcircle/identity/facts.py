"""What matching may know of an identity, and its values brought to a form that can be compared."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

PHONE_DIGITS = 9  # enough to tell people apart, and without country code or leading zero


class IdentityFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One identity as the platform shows it. Empty strings where it does not say.

    `traits`: other facts that ought to agree, by name ("city", "born"); `links`: addresses in profile and bio.
    """

    identity_id: int
    workspace_id: int
    platform: str
    host: str = ""
    external_id: str = ""
    handle: str = ""
    name: str = ""
    url: str = ""
    mail: str = ""
    is_mail_proven: bool = False  # by login or confirmed link; a mail's From proves nothing
    phone: str = ""
    is_phone_verified: bool = False  # by telephony
    trusted_keys: tuple[tuple[str, str], ...] = ()  # (system, key) of systems the workspace declared trusted
    links: tuple[str, ...] = ()
    traits: tuple[tuple[str, str], ...] = ()


def fold(text: str) -> str:
    """Compatibility forms and case taken away, spaces made single; accents and scripts stay as they are."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


@lru_cache(maxsize=65_536)
def name_parts(name: str) -> tuple[str, ...]:
    """The words of a name, sorted, Latin accents taken away; no signs, no emoji."""
    decomposed = unicodedata.normalize("NFD", fold(name))
    plain = "".join(sign for sign in decomposed if not "\u0300" <= sign <= "\u036f")
    kept = "".join(s if s.isalnum() or unicodedata.category(s)[0] == "M" else " " for s in plain)
    return tuple(sorted(set(unicodedata.normalize("NFC", kept).split())))


def plain_handle(handle: str) -> str:
    """`@Anna.B@host` and `anna_b` are one: letters and digits of what stands before the host."""
    local = fold(handle).lstrip("@").split("@")[0]
    return "".join(sign for sign in local if sign.isalnum())


def plain_mail(mail: str) -> str:
    """Lower case, without what follows a plus sign; "" for what is no address."""
    local, at, domain = fold(mail).rpartition("@")
    local = local.split("+")[0]
    return f"{local}@{domain}" if at and local and "." in domain else ""


def plain_phone(phone: str) -> str:
    """The last digits of a number; "" where there are too few to tell people apart."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    return digits[-PHONE_DIGITS:] if len(digits) >= 7 else ""


def plain_url(url: str) -> str:
    """Host and path of a profile's address; "" for a bare host, which many people may share, and for what is none."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
    except ValueError:
        return ""
    host = parts.netloc.casefold().removeprefix("www.").removeprefix("m.")
    path = parts.path.casefold().rstrip("/")
    return f"{host}{path}" if host and path else ""


def script_of(text: str) -> str:
    """Script of the first letter, by the first word of its name: LATIN, ARABIC, DEVANAGARI, CJK."""
    for sign in text:
        if sign.isalpha():
            return unicodedata.name(sign, "").split(" ")[0].removesuffix("-UNIFIED")
    return ""
