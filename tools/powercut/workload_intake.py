"""A run of the intake for the replayer: `python -m tools.powercut.workload_intake HOME COUNT [SYNCHRONOUS]`.

Bodies come in bursts through the group commit, a few twice; each is acknowledged on standard output once the intake
says it is kept. Checkpoints come early and often, so that a short run meets them too.
"""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path

from fullcircle.door.intake import Intake
from fullcircle.door.intake_file import Arrival, dedupe_key, open_intake

BURST = 8
CHECKPOINT_PAGES = 40


async def _push(intake: Intake, number: int) -> None:
    body = f"body-{number}".encode()
    for _ in range(2 if number % 10 == 0 else 1):
        await intake.push(
            Arrival(1, 7, number, dedupe_key(7, f"msg-{number}", body), {"webhook-id": str(number)}, body)
        )
    os.write(1, b"ACK " + body + b"\n")


async def run(home: Path, count: int, synchronous: str) -> None:
    opened = partial(open_intake, synchronous=synchronous, checkpoint_pages=CHECKPOINT_PAGES)
    intake = Intake(home / "intake.db", open_file=opened)
    for start in range(0, count, BURST):
        await asyncio.gather(*[_push(intake, number) for number in range(start, min(count, start + BURST))])
    await intake.stop()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), (sys.argv[3:] or ["FULL"])[0]))
