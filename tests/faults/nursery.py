"""A process that has the product loaded and opens no database: it forks a child for each errand, arms its crash point,
and says how it ended. A start of the interpreter costs a second; a fork costs milliseconds, and hundreds are needed.

    python -m tests.faults.nursery      reads one JSON list of errands a line, writes one JSON list of outcomes a line

Errands of one line run at the same time. `database` is another file, or another database of the server.
"""

import gc
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from fullcircle.core import crashpoints
from fullcircle.ops.ready import ready


def main() -> None:
    ready()
    from tests.faults import errands  # after Django is set up

    errands.warm()
    gc.freeze()
    folder = Path(tempfile.mkdtemp(dir=os.environ["NURSERY_FOLDER"]))
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        print(json.dumps(_run_all(json.loads(line), folder, errands)), flush=True)


def _run_all(wanted: list[dict[str, Any]], folder: Path, errands: Any) -> list[dict[str, Any]]:
    started = [(_start(said, folder / str(place), errands), said) for place, said in enumerate(wanted)]
    timed = sorted((said["kill_after_s"], pid) for pid, said in started if said.get("kill_after_s") is not None)
    began = time.monotonic()
    for after_s, pid in timed:
        time.sleep(max(0.0, began + after_s - time.monotonic()))
        os.kill(pid, signal.SIGKILL)  # a child that has ended waits for us as a zombie, so the number is still its own
    return [_outcome(pid, folder / str(place)) for place, (pid, _) in enumerate(started)]


def _start(said: dict[str, Any], files: Path, errands: Any) -> int:
    for end in (".json", ".out"):
        files.with_suffix(end).unlink(missing_ok=True)
    pid = os.fork()
    if pid == 0:
        _live(said, files, errands)
    return pid


def _live(said: dict[str, Any], files: Path, errands: Any) -> None:
    code = 70
    try:
        out = os.open(files.with_suffix(".out"), os.O_WRONLY | os.O_CREAT)
        for stream in (1, 2):
            os.dup2(out, stream)
        crashpoints._ARMED = crashpoints.armed_by({"CRASHPOINT": said.get("crashpoint", "")})  # type: ignore[misc]
        if said.get("database"):
            from django.db import connections

            connections["default"].settings_dict["NAME"] = said["database"]
        errands.run_errand(said["errand"], said.get("arguments", {}), files.with_suffix(".json"))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # without the parent's farewells


def _outcome(pid: int, files: Path) -> dict[str, Any]:
    _, status = os.waitpid(pid, 0)
    report = files.with_suffix(".json")
    return {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1,
        "value": json.loads(report.read_text("utf-8")) if report.exists() and not status else None,
        "said": files.with_suffix(".out").read_text("utf-8", "replace"),
    }


if __name__ == "__main__":
    main()
