"""Keys made at the first start, one a purpose, in the home with mode 600, never in a backup."""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from fullcircle.core.errors import ConfigError

KEY_FOLDER = "keys"
PURPOSES = ("django", "credentials")


def key_path(home: Path, purpose: str) -> Path:
    return home / KEY_FOLDER / f"{purpose}.key"


def ensure_home(home: Path) -> list[Path]:
    """Create the home and the missing keys; returns the keys made now, so that the recovery step can be printed."""
    try:
        for folder in (home, home / KEY_FOLDER, home / "media", home / "intake"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = [key_path(home, purpose) for purpose in PURPOSES if _make_key(key_path(home, purpose), purpose)]
    except OSError as error:
        raise ConfigError(
            f"Cannot write to {home}: {error.strerror}.", hint="Set FULLCIRCLE_HOME to a folder you may write to."
        ) from error
    return made


def _make_key(path: Path, purpose: str) -> bool:
    value = Fernet.generate_key().decode() if purpose == "credentials" else secrets.token_urlsafe(64)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write(value + "\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def read_keys(home: Path, purpose: str) -> list[str]:
    """The current key first, older ones after it (one a line), so that a key can be rotated."""
    try:
        lines = key_path(home, purpose).read_text("utf-8").split()
    except OSError as error:
        raise ConfigError(
            f"The {purpose} key is missing.", hint="Run `fullcircle up` once; it makes the keys."
        ) from error
    if not lines:
        raise ConfigError(f"The {purpose} key is empty.", hint="Restore it from where you keep your keys.")
    return lines
