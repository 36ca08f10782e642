"""One name for one status, whichever server showed it.

The name is the status's ActivityPub id (`uri`), given by its author's server and passed on unchanged by all others;
so `host` stays empty, and two of our accounts on two servers see one touchpoint. What a server knows by its own
number only (the parent of a reply, a deleted status) is named by capture, which can ask; failing that it gets the
alias `local:<server>/<number>`, which matches nothing by mistake.
"""

from urllib.parse import urlsplit

from fullcircle.connectors.mastodon.shapes import Account, Noted, Status
from fullcircle.core.gate import clean_text

ALIAS = "local:"


def external_id(status: Status, server: str) -> str:
    """uri, else url, else `id@server`; "" where it has none of them."""
    number = str(status.id)
    return line(status.uri or status.url or (f"{number}@{server}" if number else ""), 1000)


def alias(server: str, number: object) -> str:
    return line(f"{ALIAS}{server}/{number}", 300)


def local_number(external: str, server: str) -> str:
    """The number `server` knows the status by, where its name shows it: its own statuses, and aliases; else ""."""
    if external.startswith(f"{ALIAS}{server}/"):
        return external.removeprefix(f"{ALIAS}{server}/")
    number, _, host = external.rpartition("@")
    if number.isdigit() and host == server:
        return number
    parts = urlsplit(external)
    last = parts.path.rpartition("/")
    is_own = parts.netloc.lower() == server and last[0].endswith("/statuses") and last[2].isdigit()
    return last[2] if is_own else ""


def parent_of(status: Status, noted: Noted, server: str) -> str:
    """Name of what the status answers: as capture found it, else from the accounts we know, else an alias."""
    if not status.in_reply_to_id:
        return ""
    if noted.parent:
        return line(noted.parent, 1000)
    author = status.account or Account()
    answered = str(status.in_reply_to_account_id or "")
    if answered and answered == noted.own_id:
        return status_uri(noted.own_uri, status.in_reply_to_id) or alias(server, status.in_reply_to_id)
    if answered and answered == str(author.id) and "@" not in author.acct:
        return status_uri(author.uri or "", status.in_reply_to_id) or alias(server, status.in_reply_to_id)
    return alias(server, status.in_reply_to_id)


def status_uri(account_uri: str, number: object) -> str:
    """uri of a Mastodon account's own status, "" where the account's address is not Mastodon's kind."""
    path = urlsplit(account_uri).path if account_uri.startswith("http") else ""
    is_known = path.startswith(("/users/", "/ap/users/"))
    return line(f"{account_uri}/statuses/{number}", 1000) if is_known else ""


def host_of(address: str) -> str:
    """Host and port, lower case, of an address with or without its scheme."""
    if "://" not in address:
        address = f"//{address}"
    try:
        return urlsplit(address.strip()).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def full_acct(account: Account, server: str) -> str:
    """`name@server`, lower case: accounts of the server asked come without their half."""
    acct = (account.acct or account.username).lower()
    return acct if "@" in acct or not acct else f"{acct}@{host_of(account.url or '') or server}"


def web_only(address: str | None, limit: int) -> str:
    """The address where it is one of the web, else "": nobody shall press what a stranger's script begins with."""
    if not address or not address[:8].lower().startswith(("http://", "https://")):
        return ""
    return line(address, limit)


def line(text: str, limit: int) -> str:
    """Text as every store can hold it."""
    if len(text) <= limit and text.isascii() and "\0" not in text:  # nearly all: ids, addresses, codes
        return text
    return clean_text(text, limit)[0]
