"""Which addresses and hosts may be reached. The deny table is ours: the library's `is_global` alone is a hole."""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network

from fullcircle.core.errors import ConfigError

# (network, what it is, whether an allow-list entry may name a host that lies in it)
_DENIED_V4 = [
    (IPv4Network(network), what, may_be_named)
    for network, what, may_be_named in (
        ("100.100.100.200/32", "a cloud's metadata", False),  # before the wider networks that hold them
        ("168.63.129.16/32", "a cloud's metadata", False),
        ("169.254.0.0/16", "link-local or metadata", False),
        ("0.0.0.0/8", "unspecified", False),
        ("10.0.0.0/8", "private", True),
        ("100.64.0.0/10", "carrier-grade NAT", True),
        ("127.0.0.0/8", "loopback", True),
        ("172.16.0.0/12", "private", True),
        ("192.0.0.0/24", "reserved", False),
        ("192.0.2.0/24", "for documentation", False),
        ("192.88.99.0/24", "6to4 relay", False),
        ("192.168.0.0/16", "private", True),
        ("198.18.0.0/15", "for benchmarks", False),
        ("198.51.100.0/24", "for documentation", False),
        ("203.0.113.0/24", "for documentation", False),
        ("224.0.0.0/4", "multicast", False),
        ("240.0.0.0/4", "reserved or broadcast", False),
    )
]
_GLOBAL_V6 = IPv6Network("2000::/3")  # all that is given out to the public internet; the rest needs no row
_DENIED_V6 = [
    (IPv6Network(network), what, may_be_named)
    for network, what, may_be_named in (
        ("::1/128", "loopback", True),
        ("fd00:ec2::254/128", "a cloud's metadata", False),
        ("fd20:ce::254/128", "a cloud's metadata", False),
        ("fc00::/7", "private", True),
        ("::/128", "unspecified", False),
        ("::ffff:0:0/96", "an IPv4 address in disguise", False),
        ("64:ff9b::/96", "NAT64", False),
        ("64:ff9b:1::/48", "NAT64", False),
        ("fe80::/10", "link-local", False),
        ("ff00::/8", "multicast", False),
        ("2001::/32", "Teredo", False),
        ("2001::/23", "reserved", False),
        ("2001:db8::/32", "for documentation", False),
        ("2002::/16", "6to4", False),
        ("3fff::/20", "for documentation", False),
    )
]
_ISATAP = (0x00005EFE, 0x02005EFE)
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_ENTRY = re.compile(r"(\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+)):(?P<port>[0-9]{1,5})")


@lru_cache(maxsize=4096)
def refusal_of_address(address: str, is_named: bool = False) -> str:
    """Why this numeric address must not be reached, or "". `is_named`: the allow-list names the host that resolved to
    it, which opens private and loopback networks and nothing else."""
    try:
        what, may_be_named = _row_of_v6(IPv6Address(address)) if ":" in address else _row_of_v4(IPv4Address(address))
    except AddressValueError:
        return "not an address"
    return "" if is_named and may_be_named else what


def _row_of_v4(ip: IPv4Address) -> tuple[str, bool]:
    return next(((what, may) for network, what, may in _DENIED_V4 if ip in network), ("", True))


def _row_of_v6(ip: IPv6Address) -> tuple[str, bool]:
    if ip.scope_id:
        return "link-local", False
    for network, what, may in _DENIED_V6:
        if ip in network:
            return what, may
    if ip not in _GLOBAL_V6:
        return "not a public address", False
    return ("ISATAP", False) if int(ip) >> 32 & 0xFFFFFFFF in _ISATAP else ("", True)


def refusal_of_host(host: str) -> str:
    """Why this host (lower case, ASCII, no brackets) is refused before it is looked up, or "". Numbers in decimal,
    octal or hex would be read as addresses by the resolver, so only the plain form passes."""
    if ":" in host:
        return _refusal_of_literal(host, IPv6Address)
    if not _HOST.fullmatch(host):
        return "not a host name"
    if _NUMERIC_LABEL.fullmatch(host.rstrip(".").rpartition(".")[2]):
        return _refusal_of_literal(host, IPv4Address)
    return ""


def _refusal_of_literal(host: str, kind: type[IPv4Address] | type[IPv6Address]) -> str:
    try:
        return "link-local" if getattr(kind(host), "scope_id", None) else ""
    except AddressValueError:
        return "an address written in an unusual way"


def checked_allow_list(entries: Iterable[str]) -> frozenset[str]:
    """`host:port` entries in one spelling. Raises ConfigError for one that is not exact or opens what nobody may."""
    return frozenset(_checked_entry(entry) for entry in entries)


def _checked_entry(entry: str) -> str:
    found = _ENTRY.fullmatch(entry.strip().lower())
    host = (found["six"] or found["name"]) if found else ""
    if found is None or not 0 < int(found["port"]) < 65536 or refusal_of_host(host):
        raise ConfigError(
            f"'{entry}' is not a host:port.", hint="Write for example intranet.example:8443 or [::1]:8000."
        )
    refusal = refusal_of_address(host, is_named=True)
    if refusal and refusal != "not an address":
        raise ConfigError(
            f"'{entry}' cannot be allowed: {refusal}.", hint="Name the host itself, not its network's own."
        )
    return place_of(host, int(found["port"]))


def place_of(host: str, port: int) -> str:
    """The one spelling of `host:port` that allow-lists and requests are compared in."""
    host = host.lower()
    if ":" in host:
        return f"[{IPv6Address(host).compressed}]:{port}"
    return f"{host.rstrip('.')}:{port}"
