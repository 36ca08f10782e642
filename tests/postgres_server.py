"""A PostgreSQL server for the tests: 127.0.0.1, a free port, a folder of its own, stopped by its process id.

    python -m tests.postgres_server -- python -m pytest ...

runs the command with FULLCIRCLE_DATABASE_URL set. As root, the server runs as the system's `postgres` (it refuses root).
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ABSENT = "PostgreSQL is not installed here (Debian: apt-get install postgresql)"
READY_WITHIN_S = 60.0
FOLDERS = (
    *("tests/store", "tests/desk", "tests/pipeline", "tests/workers", "tests/web", "tests/ops"),
    "tests/house/test_postgres_server.py",
)


def bin_folder() -> Path | None:
    """Debian's own folder, the newest version in it; else wherever the PATH has it; None where it is absent."""
    debian = sorted(
        (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        key=lambda path: int(path.parent.name),
    )
    if debian:
        return debian[-1]
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _system_account() -> str | None:
    """Who must run the server: `postgres` when we are root, ourselves otherwise."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("postgres").pw_name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run_as(account: str | None) -> dict[str, Any]:
    """Keyword arguments of subprocess that change who runs it."""
    return {"user": account, "group": account, "extra_groups": []} if account else {}


def _init(binaries: Path, folder: Path, password: str, account: str | None) -> None:
    secret = folder / "password"
    secret.write_text(password + "\n", "utf-8")
    if account:
        for path in (folder, secret):
            shutil.chown(path, account, account)
    made = subprocess.run(
        [
            *(binaries / "initdb", "-D", folder / "data", "-U", "fullcircle", "--auth=scram-sha-256"),
            *(f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        **_run_as(account),
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")


def _start(binaries: Path, folder: Path, port: int, account: str | None) -> "subprocess.Popen[bytes]":
    """Durability is off: these databases live for minutes. What must survive a power cut is proven elsewhere."""
    quick = [
        "fsync=off",
        "full_page_writes=off",
        "synchronous_commit=off",
        "max_connections=200",
        "shared_buffers=256MB",
    ]
    options = [part for option in quick for part in ("-c", option)]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", "-h", "127.0.0.1", "-p", str(port), "-k", folder, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,  # a Ctrl-C meant for pytest must not take the server from under it
            **_run_as(account),
        )


def _wait_until_ready(binaries: Path, folder: Path, port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    asked = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(asked, check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text('utf-8', 'replace')}")
        time.sleep(0.05)


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown: sessions end, nothing is left running
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait(20)


@contextmanager
def running() -> Iterator[str]:
    """The address of a fresh server, as FULLCIRCLE_DATABASE_URL wants it. Raises RuntimeError where it cannot start."""
    binaries = bin_folder()
    if binaries is None:
        raise RuntimeError(ABSENT)
    account, port, password = _system_account(), _free_port(), secrets.token_hex(16)
    folder = Path(tempfile.mkdtemp(prefix="fullcircle-postgres-", dir="/tmp"))  # short: a socket's path has 107 bytes
    try:
        _init(binaries, folder, password, account)
        server = _start(binaries, folder, port, account)
        try:
            _wait_until_ready(binaries, folder, port, server)
            yield f"postgresql://fullcircle:{password}@127.0.0.1:{port}/postgres"
        finally:
            _stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Exit code of the command; 2 where there is no server to be had."""
    command = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with running() as url:
            chosen = [folder for folder in FOLDERS if Path(folder).exists()] if "pytest" in command else []
            return subprocess.run(
                [*command, *chosen], env={**os.environ, "FULLCIRCLE_DATABASE_URL": url}, check=False
            ).returncode
    except RuntimeError as error:
        print(f"No tests ran on PostgreSQL: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
