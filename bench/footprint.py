"""What an idle house takes of memory, and what the core takes of the disk."""

import contextlib
import importlib.metadata
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.home import fresh_folder
from bench.sample import ROOT, Figures, own_environment
from bench.sizes import Sizes

MB = 1_000_000
READY_WITHIN_S = 60.0


def idle_rss(sizes: Sizes) -> Figures:
    """One sample: `fullcircle up` in a fresh home, its first page asked for once, then left alone."""
    with fresh_folder() as home, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.close()
        environment = own_environment(FULLCIRCLE_HOME=str(home), FULLCIRCLE_PORT=str(port))
        house = subprocess.Popen(
            [sys.executable, "-m", "fullcircle.ops", "up"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            _await_answer(house, port)
            time.sleep(sizes.settle_s)
            processes = _tree(house.pid)
            rss, pss = (sum(_memory(pid, name) for pid in processes) for name in ("Rss", "Pss"))
        finally:
            house.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                house.communicate(timeout=20)
            house.kill()
    return {"rss_mb": rss / MB, "pss_mb": pss / MB, "processes": float(len(processes))}


def _await_answer(house: "subprocess.Popen[bytes]", port: int) -> None:
    """Raises RuntimeError with what the house said when it does not come up."""
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until and house.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                return
        except urllib.error.HTTPError:
            return  # an answer all the same
        except OSError:
            time.sleep(0.2)
    house.kill()
    said = house.communicate()[0].decode("utf-8", "replace").strip().splitlines()
    raise RuntimeError(f"the house did not come up: {said[-1] if said else 'it said nothing'}")


def _tree(root: int) -> list[int]:
    """The process and all that come from it."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            parents[int(stat.parent.name)] = int(fields[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _memory(pid: int, name: str) -> int:
    """Bytes, as the kernel sums them up."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    match = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(match[1]) * 1024 if match else 0


def core_install() -> Figures:
    """Files of every distribution that requirements/core.txt names for this machine, and the package itself; in whole
    blocks, as they lie on the disk. Compiled files, which Python adds when a module is first used, are apart."""
    files = {path for name in core_names() for path in _files_of(name)}
    files |= {path for path in (ROOT / "src").rglob("*") if path.is_file()}
    written = {path for path in files if path.suffix != ".pyc"}
    # Tests of ours that lie beside the connectors travel with the package, so they count.
    compiled = files - written
    compiled |= {found for path in written if path.suffix == ".py" for found in _compiled(path)}
    return {"install_mb": _blocks(written) / MB, "with_compiled_mb": _blocks(written | compiled) / MB}


def core_names() -> list[str]:
    """Distributions of requirements/core.txt that this machine takes."""
    from packaging.requirements import Requirement

    lines = (ROOT / "requirements" / "core.txt").read_text("utf-8").splitlines()
    wanted = [Requirement(line.rstrip(" \\")) for line in lines if line and not line.startswith((" ", "#", "-"))]
    return [one.name for one in wanted if one.marker is None or one.marker.evaluate()]


def _files_of(name: str) -> set[Path]:
    found = importlib.metadata.distribution(name).files or []
    paths = (Path(str(file.locate())) for file in found)
    return {path for path in paths if path.is_file()}


def _compiled(path: Path) -> list[Path]:
    return list((path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"))


def _blocks(files: set[Path]) -> int:
    return sum(path.stat().st_blocks * 512 for path in files)
