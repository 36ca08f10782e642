"""Credentials at rest: encrypted with a key outside the database, bound to the row they belong to."""

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from fullcircle.core.errors import ConfigError


def _lock(keys: list[str]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(secrets: dict[str, str], row: str, keys: list[str]) -> bytes:
    """Ciphertext of the secrets of `row` ("source:12"); the first key encrypts, the others still open."""
    return _lock(keys).encrypt(json.dumps({"row": row, "secrets": secrets}).encode())


def unseal(sealed: bytes | memoryview, row: str, keys: list[str]) -> dict[str, str]:
    """The secrets again. Raises ConfigError for a lost key, a damaged value, or one copied from another row."""
    if not sealed:
        return {}
    try:
        opened = json.loads(_lock(keys).decrypt(bytes(sealed)))
    except InvalidToken as error:
        raise ConfigError(
            f"The credentials of {row} cannot be opened.", hint="Restore the credentials key, or enter them again."
        ) from error
    if opened.get("row") != row:
        raise ConfigError(f"The credentials of {row} belong to another row.", hint="Enter them again.")
    return dict(opened["secrets"])
