"""Run a process under strace and read back what it did."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from tools.powercut.calls import Call, read_calls

_TRACED = (
    "openat,open,write,pwrite64,writev,pwritev,pwritev2,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,"
    "close,mmap,lseek,fallocate,copy_file_range,sendfile,splice,linkat,link,symlink"
)
_STRING_BYTES = 33_554_432


@cache
def refusal() -> str | None:
    """Why no process can be watched here, in plain words; None where it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else "strace may not watch processes here"


def watch(argv: Sequence[str], environment: Mapping[str, str] | None = None, timeout_s: float = 300) -> list[Call]:
    """The calls of the process and its threads and children. Raises RuntimeError where it failed."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "calls"
        done = subprocess.run(
            [
                "strace",
                "-f",
                "-y",
                "-xx",
                "--seccomp-bpf",
                "-s",
                str(_STRING_BYTES),
                "-e",
                f"trace={_TRACED}",
                "-o",
                log,
                *argv,
            ],
            env=environment,
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"the watched process ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
        with log.open(encoding="ascii", errors="replace") as lines:
            return read_calls(lines)
