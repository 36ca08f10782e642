"""Every setting of the product, read from the environment (`FULLCIRCLE_*`) and from one optional file in the home.

A default install needs none of them. Unknown `FULLCIRCLE_*` keys are refused: a misspelt setting that is silently
ignored is worse than one that stops the start.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from fullcircle.core.errors import ConfigError

PREFIX = "FULLCIRCLE_"
FILE_NAME = "settings.env"


def _default_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "fullcircle"


class Options(BaseSettings):
    """What an operator may set. Each field is documented in docs/settings.md."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid")

    home: Path = Field(default_factory=_default_home)
    database_url: str = ""
    bind: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: str = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    allow_hosts: str = ""
    raw_days: int = Field(default=30, ge=1, le=3650)
    language: str = "en"

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @property
    def address(self) -> str:
        """Where people reach us: the public address, else the one we bind."""
        return self.public_url or f"http://{self.bind}:{self.port}"

    @property
    def intake_file(self) -> Path:
        """The door's own file of raw bytes."""
        return self.home / "intake" / "intake.sqlite3"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")


def _refuse_unknown(names: list[str], where: str) -> None:
    known = {PREFIX + name.upper() for name in Options.model_fields}
    unknown = sorted(name for name in names if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise ConfigError(
            f"Unknown setting {', '.join(unknown)} in {where}.",
            hint=f"Known settings: {', '.join(sorted(known))}. See docs/settings.md.",
        )


def _file_values(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    values: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        name, separator, value = stripped.partition("=")
        if not separator:
            raise ConfigError(f"{path}:{number} is not NAME=value.", hint="Write one NAME=value a line.")
        values[name.strip()] = value.strip().strip('"')
    return values


def read_options() -> Options:
    """Environment first, then the file in the home. Raises ConfigError in words an operator can act on."""
    _refuse_unknown(list(os.environ), "the environment")
    try:
        home = Options(_env_file=None).home  # type: ignore[call-arg]
        values = _file_values(home / FILE_NAME)
        _refuse_unknown([*values], str(home / FILE_NAME))
        from_file = {
            name.removeprefix(PREFIX).lower(): value for name, value in values.items() if name not in os.environ
        }
        return Options(**from_file)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise ConfigError(f"{name}: {first['msg']}.", hint="See docs/settings.md.") from error


@lru_cache(maxsize=1)
def options() -> Options:
    """The options of this process, read once."""
    return read_options()
