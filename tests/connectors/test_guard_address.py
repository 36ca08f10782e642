"""What may be reached is decided over the address, by our own table (F46)."""

import ipaddress
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcircle.connectors.guard import GuardedClient
from fullcircle.connectors.guard_address import checked_allow_list, place_of, refusal_of_address, refusal_of_host
from fullcircle.core.errors import ConfigError, PermanentSourceError

DENIED = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32
::/128 ::1/128 ::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/32 2001:2::/48 2001:10::/28 2001:20::/28
2001:db8::/32 2002::/16 3fff::/20 4000::/3 5f00::/16 fc00::/7 fd00:ec2::254/128 fe80::/10 fec0::/10 ff00::/8 ::ffff:0:0:0/96
""".split()  # noqa: SIM905
NEVER = ["169.254.169.254", "169.254.0.1", "100.100.100.200", "168.63.129.16", "0.0.0.0", "255.255.255.255", "224.0.0.1",
         "::", "fe80::1", "ff02::1", "fd00:ec2::254", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1"]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "99.255.255.255", "100.63.255.255", "100.128.0.0", "172.15.0.1",
          "172.32.0.0", "192.167.255.255", "192.169.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2001:200::1",
          "2400:cb00::1"]  # fmt: skip


def matrix() -> list[str]:
    """First, last and 40 random addresses of every denied network, 1,600 in all."""
    dice = random.Random(46)
    cases = []
    for network in map(ipaddress.ip_network, DENIED):
        size = network.num_addresses
        for index in {0, size - 1, *(dice.randrange(size) for _ in range(40))}:
            cases.append(str(network[index]))  # noqa: PERF401 - reads better so
    return cases


@pytest.mark.parametrize("network", DENIED)
def test_it_denies_the_whole_of_every_network_that_is_not_public(network: str) -> None:
    inside = [address for address in matrix() if ipaddress.ip_address(address) in ipaddress.ip_network(network)]
    assert inside
    assert [address for address in inside if not refusal_of_address(address)] == []


@pytest.mark.parametrize("address", PUBLIC)
def test_it_lets_the_public_internet_through_up_to_the_edges_of_the_table(address: str) -> None:
    assert refusal_of_address(address) == ""


@given(st.integers(0, 2**32 - 1))
def test_it_denies_every_private_address_in_all_its_disguises(number: int) -> None:
    plain = str(ipaddress.IPv4Address(number))
    disguises = [
        f"::ffff:{plain}",
        f"::{plain}",
        f"64:ff9b::{plain}",
        f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1",
        str(ipaddress.IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF))),
        str(ipaddress.IPv6Address((0x2606 << 112) | (0x5EFE << 32) | number)),
    ]
    assert all(refusal_of_address(address) for address in disguises)
    assert not (ipaddress.IPv4Address(number).is_private and not refusal_of_address(plain))


@pytest.mark.parametrize("address", NEVER)
def test_it_never_opens_some_addresses_even_when_named(address: str) -> None:
    assert refusal_of_address(address, is_named=True)
    with pytest.raises(ConfigError, match="cannot be allowed"):
        checked_allow_list([place_of(address, 80)])


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.1.1", "100.64.9.9", "::1", "fd12::1"])
def test_it_opens_private_places_only_to_a_host_that_is_named(address: str) -> None:
    assert refusal_of_address(address)
    assert refusal_of_address(address, is_named=True) == ""


TRICKS = [
    "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "0", "0x", "1.2.3.4.5",
    "127.0.0.1.0", "00127.0.0.1", "127.0.0.0x1", "4294967295", "999.1.1.1", "1.1.1.256", "a.b.0x7f", "example.1", "::1%lo",
    "fe80::1%eth0", "", ".", "a..b", "-a.example", "exa mple", "a%2eb", "a,b", "a'b", "[::1]", "x" * 300, "a/b", "a@b", "ä.example",
]  # fmt: skip


@pytest.mark.parametrize("host", TRICKS)
def test_it_refuses_hosts_that_are_written_to_be_misread(host: str) -> None:
    assert refusal_of_host(host)


@pytest.mark.parametrize("host", ["example.org", "example.org.", "a_b.example", "xn--bcher-kva.example", "1.example", "8.8.8.8", "0x7f.example", "2606:4700::1"])  # fmt: skip
def test_it_takes_hosts_as_they_are_found(host: str) -> None:
    assert refusal_of_host(host) == ""


@given(st.text(max_size=60), st.text(max_size=60))
def test_it_decides_over_any_text_without_raising(host: str, address: str) -> None:
    assert isinstance(refusal_of_host(host), str)
    assert isinstance(refusal_of_address(address), str)


URLS = [
    "ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1:70/", "http://", "//example.org/", "example.org",
    "http://user@example.org/", "http://user:pw@example.org/", "http://example.org@127.0.0.1/", "http://@example.org/",
    "http://127.0.0.1\\@example.org/", "http://example.org\n.evil.example/", "http://exam\u200bple.org/\x00",
    "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://0/", "http://[::1%25lo]/",
    "http://[::ffff:127.0.0.1]/", "http://[::]/", "http://[::1]/", "http://127.0.0.1/", "http://127。0。0。1/", "http://①②⑦.0.0.1/",
    "http://１２７.0.0.1/", "http://localhost/", "http://localhost./", "http://10.0.0.1/", "http://169.254.169.254/latest",
    "http://100.64.0.1/", "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::]/", "http://[fd00::1]/", "http://[fe80::1]/",
    "http://224.0.0.1/", "http://255.255.255.255/", "http://0.0.0.0/", "http://8.8.8.8:22/", "http://8.8.8.8:25/",
    "http://8.8.8.8:5432/", "http://8.8.8.8:4222/", "http://8.8.8.8:8080/", "http://8.8.8.8:0/", "http://8.8.8.8:99999/",
    "javascript:alert(1)", "data:text/xml,<a/>", "http://" + "a" * 9000, "http://exa mple.org/", "http://%31%32%37.0.0.1/",
]  # fmt: skip


@pytest.mark.parametrize("url", URLS)
def test_it_refuses_the_address_before_a_single_packet(url: str) -> None:
    def resolve(host: str, port: int) -> list[str]:
        return {"localhost": ["127.0.0.1", "::1"], "localhost.": ["127.0.0.1"]}[host]

    with GuardedClient(resolve=resolve, deadline_s=2) as client, pytest.raises(PermanentSourceError):
        client.request("GET", url)


@pytest.mark.parametrize("entry", ["", "example.org", "example.org:", "example.org:0", "example.org:99999", "*:80", "*.example:80", "10.0.0.0/8:80", "http://a:80", "127.1:80", "0x7f.0.0.1:80", "::1:80"])  # fmt: skip
def test_it_takes_only_exact_entries_in_the_allow_list(entry: str) -> None:
    with pytest.raises(ConfigError):
        checked_allow_list([entry])


def test_it_compares_places_in_one_spelling() -> None:
    assert checked_allow_list(["[0:0::1]:8000", "Intranet.Example:8443"]) == {"[::1]:8000", "intranet.example:8443"}
    assert place_of("Intranet.Example.", 8443) == "intranet.example:8443"
