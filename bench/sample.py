"""What one sample brings back, and how processes of the bench are started."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

Figures = dict[str, float]
"""Name of a figure -> value. The units stand in measures.py."""


def own_environment(**more: str) -> dict[str, str]:
    """What a process of the bench sees: no setting of a founder's own home, the package and the bench importable."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FULLCIRCLE_", "DJANGO_"))}
    return {**kept, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), **more}


def folder_for_homes() -> str:
    """On a disk, not in memory: `BENCH_DIR`, else /var/tmp."""
    return os.environ.get("BENCH_DIR", "/var/tmp")


class Talk:
    """A process that answers one line of JSON with one line of JSON: `python -m MODULE` in the home `home`."""

    def __init__(self, module: str, home: Path, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=own_environment(FULLCIRCLE_HOME=str(home)),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def say(self, **request: Any) -> None:
        """Ask without waiting; `hear` brings the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def hear(self) -> Any:
        """The next answer. Raises RuntimeError when the process is gone."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a process of the bench ended with {self._process.wait()}")
        return json.loads(line)

    def ask(self, **request: Any) -> Any:
        self.say(**request)
        return self.hear()

    def close(self) -> None:
        """Ends it; what it was doing is cut off."""
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def own_output() -> Any:
    """The stream answers go to. Whatever else is printed in this process goes where errors go."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers
