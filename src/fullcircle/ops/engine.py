"""The engine process: capture, intake and clocks, one thread each, and a few for fetching."""

import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import structlog
from django.db import close_old_connections
from django.db.models import Q

from fullcircle.config.keys import read_keys
from fullcircle.config.options import options
from fullcircle.connectors.guard import GuardedClient
from fullcircle.core.errors import CorruptStoreError, FullcircleError, StoreBusyError
from fullcircle.core.moments import now
from fullcircle.door.intake_reader import IntakeReader
from fullcircle.ops.ready import ready
from fullcircle.pipeline.batcher import calm_collector
from fullcircle.routing.clock import SteadyClock, steady
from fullcircle.store import models
from fullcircle.workers.capture import Capture
from fullcircle.workers.intake import IntakeWorker
from fullcircle.workers.pipeline import Pipeline
from fullcircle.workers.scheduler import Schedule, forget_raw, settle_due, wake_snoozed
from fullcircle.workers.sources import LONGEST_SAID_S, open_source

log = structlog.get_logger(__name__)
FETCHING_THREADS = 4
LOOK_S = 1.0
POLL_S = 20.0
INTAKE_S = 0.2


def allowed_hosts() -> frozenset[str]:
    """The audited list of private places sources may reach."""
    return frozenset(entry.strip() for entry in options().allow_hosts.split(",") if entry.strip())


class Engine:
    """Loops that share one pipeline. `stop` lets each finish what it holds; a batch half done is rolled back."""

    def __init__(self, home: Path) -> None:
        self.keys = read_keys(home, "credentials")
        self.client = GuardedClient(allow=allowed_hosts())
        self.pipeline = Pipeline()
        self.capture = Capture(self.pipeline)
        self.stopping = threading.Event()
        self._busy: dict[int, Future[int]] = {}
        self._polled_at: dict[int, float] = {}  # by a clock that nobody sets

    def run(self, only: str = "") -> None:
        """Until stopped. Damaged data ends the process loudly; everything else is tried again."""
        loops: dict[str, Callable[[], None]] = {
            "capture": self._capture_loop,
            "intake": self._intake_loop,
            "clocks": self._clock_loop,
        }
        threads = [
            threading.Thread(target=self._guarded, args=(name, loop), name=name)
            for name, loop in loops.items()
            if only in ("", name)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _guarded(self, name: str, loop: Callable[[], None]) -> None:
        wait_s = 0.5
        while not self.stopping.is_set():
            try:
                loop()
            except CorruptStoreError:
                log.critical("damaged data", loop=name, exc_info=True)
                self.stopping.set()
            except (FullcircleError, OSError) as error:
                log.warning("loop will go on", loop=name, error=str(error), wait_s=wait_s)
            except Exception:
                log.error("loop met a fault of its own", loop=name, exc_info=True)
            finally:
                close_old_connections()
            self.stopping.wait(wait_s)
            wait_s = min(wait_s * 2, 30.0)

    def _capture_loop(self) -> None:
        with ThreadPoolExecutor(FETCHING_THREADS, thread_name_prefix="fetch") as fetchers:
            while not self.stopping.wait(LOOK_S):
                for row in self._due_sources():
                    self._polled_at[row.id] = time.monotonic()
                    self._busy[row.id] = fetchers.submit(self._poll, row)

    def _due_sources(self) -> list[models.Source]:
        at, polled_by = now(), time.monotonic() - POLL_S
        # A rest that lies further ahead than any rest can was set while the clock ran ahead.
        is_rested = Q(retry_at__lte=at) | Q(retry_at__gt=at + int(LONGEST_SAID_S * 1000))
        rows = models.Source.everywhere.filter(is_rested, state="on").exclude(
            connector__in=("file", "phone", "webhook")
        )
        return [
            row
            for row in rows
            if self._polled_at.get(row.id, polled_by) <= polled_by
            and (row.id not in self._busy or self._busy[row.id].done())
        ]

    def _poll(self, row: models.Source) -> int:
        try:
            return self.capture.poll(open_source(row, self.client, self.keys))
        except StoreBusyError as error:
            log.warning("nothing of the page was stored", source_id=row.id, error=str(error))
            return 0
        except Exception:
            log.error("polling met a fault of its own", source_id=row.id, exc_info=True)
            return 0
        finally:
            close_old_connections()

    def _intake_loop(self) -> None:
        with IntakeReader(options().intake_file) as reader:
            worker = IntakeWorker(self.pipeline, reader, self.client, self.keys)
            while not self.stopping.wait(INTAKE_S):
                while worker.turn() and not self.stopping.is_set():
                    pass

    def _clock_loop(self) -> None:
        schedule = Schedule()
        raw_due = 0
        clock = SteadyClock(now(), _uptime_ms())
        while not self.stopping.wait(schedule.due_s):
            clock, jump_ms = steady(clock, now(), _uptime_ms())
            if jump_ms:
                log.warning("the clock of this machine was set", jump_ms=jump_ms)
            at = clock.moment
            settle_due(at)
            wake_snoozed(at)
            if at >= raw_due:
                forget_raw(at, options().raw_days)
                raw_due = at + int(schedule.raw_s * 1000)
            close_old_connections()


def _uptime_ms() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def run_engine(only: str = "") -> None:
    """The process `fullcircle engine`; ends on SIGTERM or Ctrl-C when every loop has put down what it held."""
    engine = Engine(ready())
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: engine.stopping.set())
    calm_collector()
    engine.run(only)
