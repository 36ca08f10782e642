"""Make `.venv` ready from hashed requirement files: `python3 tools/bootstrap.py core|dev [--pip]`.

Runs with the machine's own Python and nothing installed. Does nothing, in a few milliseconds, while the files are as
they were when it last finished. The package is used from `src` by a path file, so an edit needs no new set-up.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = "uv>=0.5"
FILES = {"core": ("requirements/core.txt",), "dev": ("requirements/dev.txt", "requirements/core.txt")}

STARTER = """\
#!/bin/sh
'''exec' "$(dirname "$(readlink -f "$0")")/python" "$0" "$@"
' '''
import sys

from fullcircle.ops.cli import main

sys.exit(main())
"""


class SetupError(Exception):
    """Something on this machine must change; the message says what."""


def digest_of(root: Path, name: str) -> str:
    """Changes when a requirement file, the Python version or the place of the tree changes."""
    parts = [str(root), "{}.{}".format(*sys.version_info[:2])]
    parts += [(root / file).read_text("utf-8") for file in FILES[name]]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def read_stamp(venv: Path) -> dict[str, str]:
    try:
        stamp = json.loads((venv / ".synced").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_ready(root: Path, name: str) -> bool:
    """True while what was installed still is what the files ask for. `dev` contains `core`."""
    venv = root / ".venv"
    stamp = read_stamp(venv)
    installed = stamp.get("set", "")
    if installed not in FILES or (name == "dev" and installed == "core"):
        return False
    return (venv / "bin" / "python").exists() and stamp.get("digest") == digest_of(root, installed)


def run(*command: str, env: dict[str, str] | None = None) -> None:
    if subprocess.run(command, env={**os.environ, **(env or {})}, check=False).returncode:
        raise SetupError(f"This did not work: {' '.join(command)}")


def pip(*arguments: str) -> None:
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "PIP_NO_INPUT": "1"}
    try:
        run(sys.executable, "-m", "pip", *arguments, env=quiet)
    except SetupError as error:
        raise SetupError(
            f"{error}\nIs pip there (python3-pip on Debian), and can it reach your package index?"
        ) from error


def ensure_uv(root: Path) -> str:
    """Into a folder of our own, so that it works where pip says the environment is externally managed."""
    uv = root / ".tools" / "bin" / "uv"
    if not uv.exists():
        print("Fetching uv into .tools ...", flush=True)
        pip("install", "--quiet", "--upgrade", "--target", str(root / ".tools"), UV)
    return str(uv)


def python_of(venv: Path) -> str:
    """major.minor of an existing environment, "" where it is absent or broken."""
    python = venv / "bin" / "python"
    if not python.exists():
        return ""
    asked = [str(python), "-c", "import sys; print('{}.{}'.format(*sys.version_info))"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def sync_with_uv(root: Path, name: str) -> None:
    uv, venv, file = ensure_uv(root), root / ".venv", root / FILES[name][0]
    if python_of(venv) != "{}.{}".format(*sys.version_info[:2]):
        shutil.rmtree(venv, ignore_errors=True)
        run(uv, "venv", "--quiet", "--no-python-downloads", "--python", sys.executable, str(venv))
    print(f"Installing {FILES[name][0]} ...", flush=True)
    try:
        run(uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(venv / "bin" / "python"), str(file))
    except SetupError as error:
        hint = "uv does not read pip's configuration. If your package index is set there: make PIP=1 run"
        raise SetupError(f"{error}\n{hint}") from error


def sync_with_pip(root: Path, name: str) -> None:
    """Without uv. `venv` needs no python3-venv when it is not asked to bring pip; the machine's pip fills it."""
    venv = root / ".venv"
    shutil.rmtree(venv, ignore_errors=True)  # pip cannot remove what a file no longer names
    run(sys.executable, "-m", "venv", "--without-pip", str(venv))
    print(f"Installing {FILES[name][0]} with pip; this takes a minute or two ...", flush=True)
    python = str(venv / "bin" / "python")
    pip("--python", python, "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(root / FILES[name][0]))


def put_package(root: Path) -> None:
    """Make `import fullcircle` find `src`, and put the command `fullcircle` beside python."""
    venv = root / ".venv"
    site = venv / "lib" / "python{}.{}".format(*sys.version_info[:2]) / "site-packages"
    (site / "fullcircle_src.pth").write_text(f"{root / 'src'}\n", "utf-8")
    starter = venv / "bin" / "fullcircle"
    starter.write_text(STARTER, "utf-8")
    starter.chmod(0o755)


def bootstrap(root: Path, name: str, *, by_pip: bool) -> None:
    if is_ready(root, name):
        return
    if read_stamp(root / ".venv").get("set") == "dev":
        name = "dev"  # a founder's environment stays one when `make run` comes first after a change
    (root / ".venv" / ".synced").unlink(missing_ok=True)
    (sync_with_pip if by_pip else sync_with_uv)(root, name)
    put_package(root)
    stamp = {"set": name, "digest": digest_of(root, name)}
    (root / ".venv" / ".synced").write_text(json.dumps(stamp) + "\n", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(FILES))
    parser.add_argument("--pip", action="store_true", help="use pip alone, with its own configuration")
    given = parser.parse_args()
    try:
        bootstrap(ROOT, given.name, by_pip=given.pip)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
