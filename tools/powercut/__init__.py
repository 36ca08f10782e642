"""What would be left after a power cut: a process is watched at its system calls, and its disk is rebuilt as it may
have been at any moment of the run.

Owns the reading of strace's log, the model of a disk that has promised only what was fsynced, and the crash states made
from it. Deliberately unaware of what the files mean: the caller's check opens them and says what is missing.
"""

from tools.powercut.replay import Check, Loss, Report, replay
from tools.powercut.watch import refusal

__all__ = ["Check", "Loss", "Report", "refusal", "replay"]
