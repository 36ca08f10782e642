"""A home on the disk, a nursery that works in it, and a founded database to begin again from."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
DATABASE = "fullcircle.sqlite3"


def environment(home: Path, **more: str) -> dict[str, str]:
    """Of a process of the product in that home, whatever the tests' own says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FULLCIRCLE_")}
    return {
        **kept,
        "FULLCIRCLE_HOME": str(home),
        "FULLCIRCLE_LOG_LEVEL": "error",
        "DJANGO_SETTINGS_MODULE": "fullcircle.config.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        **more,
    }


class Ended:
    """How one errand ended."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.signal: int = said["signal"]
        self.code: int = said["code"]
        self.value: Any = said["value"]
        self.said: str = said["said"]

    @property
    def is_killed(self) -> bool:
        return self.signal == 9

    def __repr__(self) -> str:
        return f"Ended(signal={self.signal}, code={self.code}, value={self.value!r}, said={self.said!r})"


class Home:
    """`with Home(folder) as home:` then `home.run("look")`; `keep()` remembers the files, `reset()` brings them back."""

    def __init__(self, folder: Path, *, at: Path | None = None, **settings: str) -> None:
        self.folder = folder
        self.path = at or folder / "home"
        self.path.mkdir(parents=True, exist_ok=True)
        self._settings = settings

    def __enter__(self) -> "Home":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment(self.path, **{"NURSERY_FOLDER": str(self.folder), **self._settings}),
        )
        assert self._read() == "ready"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(20)

    def _read(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline() or '"the nursery ended"')

    def run_all(self, *errands: dict[str, Any]) -> list[Ended]:
        """Errands at the same time."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(list(errands)) + "\n")
        self._process.stdin.flush()
        return [Ended(said) for said in self._read()]

    def try_run(
        self, errand: str, *, crashpoint: str = "", kill_after_s: float | None = None, database: str = "", **said: Any
    ) -> Ended:
        """One errand, however it ends."""
        wanted = {"errand": errand, "arguments": said, "crashpoint": crashpoint, "database": database}
        return self.run_all({**wanted, "kill_after_s": kill_after_s})[0]

    def run(self, errand: str, *, database: str = "", **said: Any) -> Any:
        """What an errand that goes well gives."""
        ended = self.try_run(errand, database=database, **said)
        assert (ended.signal, ended.code) == (0, 0), ended.said
        return ended.value

    def files(self) -> list[Path]:
        """Of the database and of the intake."""
        return [*self.path.glob(f"{DATABASE}*"), *(self.path / "intake").glob("*")]

    def keep(self) -> None:
        """Remember the database as it is now. Nobody may have it open."""
        for path in self.files():
            shutil.copy2(path, self.folder / path.name)

    def reset(self) -> None:
        """As it was when it was kept."""
        for path in self.files():
            path.unlink()
            kept = self.folder / path.name
            if kept.exists():
                shutil.copy2(kept, path)


def balanced(home: Home, *, against: str = "", database: str = "") -> dict[str, Any]:
    """The books, which must balance, with every touchpoint there once."""
    seen: dict[str, Any] = home.run("look", against=against, database=database)
    assert seen["troubles"] == [], seen["troubles"]
    assert seen["differences"] == [], seen["differences"]
    assert len(set(seen["ids"])) == len(seen["ids"]), "a touchpoint is there twice"
    return seen
