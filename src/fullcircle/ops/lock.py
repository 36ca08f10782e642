"""One supervisor a home, and a plain word about a port that is taken."""

import errno
import fcntl
import os
import socket
from pathlib import Path
from types import TracebackType

from fullcircle.core.errors import ConfigError

LOCK_NAME = "fullcircle.lock"


class HomeLock:
    """Held as long as the process lives; the kernel lets go of it when the process ends, however it ends."""

    def __init__(self, home: Path) -> None:
        self._path = home / LOCK_NAME
        self._descriptor: int | None = None

    def __enter__(self) -> "HomeLock":
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def take(self) -> None:
        """Raises ConfigError: already running as pid N, or the home cannot be written."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigError(
                f"The home {self._path.parent} cannot be written: {error.strerror}.", hint="Set FULLCIRCLE_HOME."
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            pid = os.read(descriptor, 32).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise ConfigError(
                f"Fullcircle is already running as pid {pid or 'unknown'} in {self._path.parent}.",
                hint="Stop that one first, or give this one a FULLCIRCLE_HOME and a port of its own.",
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go. The file stays: removing it would let two processes lock two files of one name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def running_pid(home: Path) -> int | None:
    """Who holds the home; None where nobody does."""
    lock = HomeLock(home)
    try:
        lock.take()
    except ConfigError:
        text = (home / LOCK_NAME).read_text("ascii", "replace").strip() if (home / LOCK_NAME).exists() else ""
        return int(text) if text.isdecimal() else None
    lock.release()
    return None


def require_free_port(host: str, port: int) -> None:
    """Raises ConfigError where nothing could listen there, before anything is started that would fail in a log."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigError(_about_port(host, port, error), hint=_hint_for(error)) from error


def _about_port(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken by another program."
    if error.errno == errno.EACCES:
        return f"Port {port} may only be used by the administrator of this machine."
    return f"Nothing can listen on {host}:{port}: {error.strerror}."


def _hint_for(error: OSError) -> str:
    if error.errno == errno.EADDRNOTAVAIL:
        return "Set FULLCIRCLE_BIND to an address of this machine."
    return "Stop the other program, or set FULLCIRCLE_PORT to a free one."
