"""The first moments of a child: be sure to end when the supervisor ends, then become the program itself.

Started as a script, `supervisor_leash.py PARENT SIGNAL PROGRAM ARGUMENT...`, with the standard library alone: it costs
milliseconds. A pre-exec hook in the supervisor would do the same, but runs between fork and exec of a process that has
threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def hold(parent: int, death_signal: int) -> None:
    """On Linux, ask the kernel to send `death_signal` when the parent ends, however it ends; elsewhere nothing."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we could ask
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the supervisor ignores it, and what is ignored is inherited
    hold(int(sys.argv[1]), int(sys.argv[2]))
    try:
        os.execvp(sys.argv[3], sys.argv[3:])  # noqa: S606  # the program the supervisor was given, and no shell
    except OSError as error:
        sys.stderr.write(f"cannot start {sys.argv[3]}: {error}\n")
        sys.exit(2)  # the operator must change something
