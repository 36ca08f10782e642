"""Run inside a network namespace of its own: canaries listen on forbidden addresses, and the client is led to each of them
by every road we know. Prints one JSON line: cases tried, cases not refused, canary hits."""

import itertools
import json
import socket
import subprocess
import sys

from fullcircle.connectors.guard import GuardedClient
from fullcircle.core.errors import FullcircleError, PermanentSourceError
from tests.connectors.hostile_server import HostileServer, answer, saying

CANARIES = ["127.0.0.1", "169.254.169.254", "10.9.9.9", "100.64.0.1", "192.168.7.7", "172.16.5.5", "fd00::1", "::1"]
PORTS = [80, 443, 22, 25, 5432, 4222, 8080]
REDIRECTOR = "127.0.0.1:8099"


def spellings(address: str) -> list[str]:
    """The same address as resolvers and parsers may be brought to read it."""
    if ":" in address:
        return [
            f"[{address}]",
            f"user@[{address}]",
            f"[{address}%25lo]",
            "[0:0:0:0:0:0:0:1]" if address == "::1" else "[fd00:0::1]",
        ]
    a, b, c, d = map(int, address.split("."))
    number = a << 24 | b << 16 | c << 8 | d
    high, low = number >> 16, number & 0xFFFF
    return [
        address, f"{address}.", str(number), hex(number), f"0{number:o}", f"{a}.{b}.{c * 256 + d}", f"{a}.{number & 0xFFFFFF}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"0x{a:x}.0x{b:x}.{c}.{d}", f"{a:03d}.{b:03d}.{c:03d}.{d:03d}",
        f"user@{address}", f"user:pw@{address}", f"8.8.8.8@{address}", address.replace(".", "。"), address.replace(".", "%2e"),
        f"[::ffff:{address}]", f"[::ffff:{high:x}:{low:x}]", f"[64:ff9b::{address}]", f"[2002:{high:x}:{low:x}::1]", f"[::{address}]",
    ]  # fmt: skip


def urls(address: str) -> list[str]:
    return [
        f"{scheme}://{host}:{port}/"
        for scheme, host, port in itertools.product(("http", "https"), spellings(address), PORTS)
    ]


def lead(connection: socket.socket, head: str) -> None:
    """Redirect to whatever the path says, percent-decoded by nobody."""
    target = bytes.fromhex(head.split(" ")[1].removeprefix("/"))
    connection.sendall(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + target + b"\r\n\r\n")


def build_world() -> list[HostileServer]:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in CANARIES:
        if address not in ("127.0.0.1", "::1"):
            bits = 128 if ":" in address else 32
            subprocess.run(
                ["ip", "addr", "add", f"{address}/{bits}", "dev", "lo", *(["nodad"] if bits == 128 else [])], check=True
            )
    return [HostileServer(saying(answer()), host=address, port=port) for address in CANARIES for port in PORTS]


def tries(address: str) -> list[tuple[GuardedClient, str]]:
    """Straight there; by a redirect from a place that is allowed; by a name that resolves there, alone or among others."""
    direct = GuardedClient(deadline_s=3)
    allowed = GuardedClient(frozenset({REDIRECTOR}), deadline_s=3)
    roads = [(direct, url) for url in urls(address)]
    roads += [(allowed, f"http://{REDIRECTOR}/{url.encode().hex()}") for url in urls(address)]
    answers = [
        [address],
        ["93.184.216.34", address],
        [address, "2606:4700::1111"],
        [f"::ffff:{address}"],
        [address, address],
    ]
    for found in answers:
        by_name = GuardedClient(resolve=lambda host, port, found=found: found, deadline_s=3)
        roads += [(by_name, f"{scheme}://name.example/") for scheme in ("http", "https")]
    return roads


def main() -> None:
    canaries = build_world()
    redirector = HostileServer(lead, host="127.0.0.1", port=8099)
    roads = [road for address in CANARIES for road in tries(address)]
    passed = []
    for client, url in roads:
        try:
            client.request("GET", url)
            passed.append(url)
        except PermanentSourceError:
            continue
        except FullcircleError as error:
            passed.append(f"{url} {error}")
    hits = sum(server.connects for server in canaries)
    # The trap must be able to spring: an allowed request reaches a canary.
    with GuardedClient(frozenset({"10.9.9.9:8080"})) as client:
        is_armed = client.request("GET", "http://10.9.9.9:8080/").status == 200
    report = {
        "tried": len(roads),
        "passed": passed[:20],
        "hits": hits,
        "is_armed": is_armed,
        "led": redirector.connects,
    }
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
