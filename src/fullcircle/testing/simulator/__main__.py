"""`python -m fullcircle.testing.simulator`: the town on 127.0.0.1 until it is told to stop."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from fullcircle.core.errors import ConfigError
from fullcircle.core.moments import Moment, parse_moment
from fullcircle.testing.simulator import living
from fullcircle.testing.simulator.faults import read_plan
from fullcircle.testing.simulator.front import Front
from fullcircle.testing.simulator.opening import make_town
from fullcircle.testing.simulator.wire import Server


async def serve(front: Front, port: int, pace_s: float) -> None:
    """Until SIGTERM or SIGINT. One line of JSON on stdout says where it is, once it answers."""
    server, stop = Server(front.respond), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await server.start(port)
    town = front.control.town
    where = {"address": f"http://127.0.0.1:{server.port}", "books": str(town.world.books.path)}
    sys.stdout.write(json.dumps(where) + "\n")
    sys.stdout.flush()
    while not stop.is_set():
        try:
            await asyncio.wait_for(stop.wait(), town.world.random.uniform(0.5, 1.5) * pace_s if pace_s else None)
        except TimeoutError:
            living.step(town)
    await server.close()
    town.world.books.close()


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when stopped, 2 for arguments that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m fullcircle.testing.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port, printed at start")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path, required=True, help="where books.jsonl is written")
    parser.add_argument("--fault-plan", type=Path, help="a JSON file; see faults.py")
    parser.add_argument("--start", default="", help="ISO time at which the town begins; without it, the real time")
    parser.add_argument("--acts", type=int, default=0, help="random acts before the first request")
    parser.add_argument("--pace", type=float, default=0, help="seconds between random acts; 0: only when told")
    chosen = parser.parse_args(arguments)
    try:
        plan, start = read_plan(chosen.fault_plan), _start(chosen.start)
    except ConfigError as error:
        parser.error(str(error))
    front = Front(make_town(chosen.seed, chosen.home, start), plan)
    for _ in range(chosen.acts):
        living.step(front.control.town)
    asyncio.run(serve(front, chosen.port, chosen.pace))
    return 0


def _start(text: str) -> Moment | None:
    if not text:
        return None
    moment = parse_moment(text)
    if moment is None:
        raise ConfigError(f"--start: no time can be read from {text!r}")
    return moment


if __name__ == "__main__":
    sys.exit(main())
