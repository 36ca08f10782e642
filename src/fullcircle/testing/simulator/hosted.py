"""A town within this process, for tests: its own thread and port, gone at the end of the `with`."""

import asyncio
import json
import threading
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from fullcircle.core.moments import Moment
from fullcircle.testing.simulator.faults import FaultPlan
from fullcircle.testing.simulator.front import Front
from fullcircle.testing.simulator.opening import make_town
from fullcircle.testing.simulator.wire import Server

WAIT_S = 10.0


class HostedTown:
    """`with HostedTown(folder) as town:` then `town.address`, `town.post("/world/step?n=20")`, `town.facts()`."""

    def __init__(
        self, home: Path, *, seed: int = 1, start: Moment | None = None, plan: FaultPlan | None = None
    ) -> None:
        self.front = Front(make_town(seed, home, start), plan or FaultPlan())
        self.books = self.front.control.town.world.books.path
        self.address = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server = Server(self.front.respond)
        self._open = build_opener(ProxyHandler({})).open

    def __enter__(self) -> "HostedTown":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.start(0), self._loop).result(WAIT_S)
        self.address = f"http://127.0.0.1:{self._server.port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._server.close(), self._loop).result(WAIT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_S)
        self._loop.close()
        self.front.control.town.world.books.close()

    def get(self, path: str) -> bytes:
        """The body of an answer that is a success. Raises urllib's HTTPError otherwise."""
        with self._open(self.address + path, timeout=WAIT_S) as answer:
            body: bytes = answer.read()
            return body

    def post(self, path: str, value: Any = None) -> Any:
        """Sends JSON, reads JSON."""
        data = json.dumps(value or {}).encode()
        asked = Request(self.address + path, data, {"content-type": "application/json"}, method="POST")
        with self._open(asked, timeout=WAIT_S) as answer:
            return json.loads(answer.read())

    def doors(self) -> Any:
        """Per network, what a source needs to connect."""
        return json.loads(self.get("/world/doors"))

    def facts(self, name: str = "") -> list[dict[str, Any]]:
        """The books so far; of one kind of fact, where named."""
        found = [json.loads(line) for line in self.books.read_text(encoding="utf-8").splitlines()]
        return [fact for fact in found if not name or fact["fact"] == name]
