"""Watch one run, then cut its power at many moments and look at what is left."""

import json
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeAlias

from tools.powercut.disk import FATES, Disk, files_under
from tools.powercut.steps import Step, StepReader
from tools.powercut.watch import watch

Check: TypeAlias = Callable[[Path, Sequence[str]], list[str]]
"""(home as left by the cut, ids acknowledged before it) to what is wrong; empty where all is well."""


@dataclass(frozen=True)
class Loss:
    """One crash state that broke a promise. The same seed makes it again."""

    state: int
    line: int  # of strace's log
    fate: str
    acknowledged: int
    problems: list[str]


@dataclass
class Report:
    """What one replay saw."""

    states: int = 0
    seed: int = 0
    acknowledged: int = 0  # over the whole run
    steps: dict[str, int] = field(default_factory=dict)
    states_after_ack: int = 0  # states in which something could have been lost
    losses: list[Loss] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.losses

    def as_json(self) -> str:
        said = asdict(self)
        return json.dumps({**said, "losses": len(self.losses), "first_losses": said["losses"][:5]})


def replay(
    workload_argv: Sequence[str],
    home: Path,
    states: int,
    seed: int,
    check: Check,
    environment: Mapping[str, str] | None = None,
) -> Report:
    """Run the workload once, watched; rebuild `home` as `states` power cuts might leave it; `check` each.

    The workload writes under `home` and says `ACK <id>` on standard output, in one write a line, when somebody may rely
    on it. Raises RuntimeError where it fails or acknowledges nothing, ValueError for calls the model does not know."""
    before = files_under(home)
    calls = watch(workload_argv, environment)
    steps = StepReader(str(home.resolve()), tuple(before)).read(calls)
    report = Report(seed=seed, steps=dict(Counter(step.kind for step in steps)))
    report.acknowledged = report.steps.get("ack", 0)
    if not report.acknowledged:
        raise RuntimeError("the workload acknowledged nothing, so nothing could be missing")
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        for number, (line, fate, acked, left) in enumerate(_cuts(steps, before, states, rng)):
            root = Path(folder) / "left"
            _lay_out(root, home.resolve(), left)
            report.states += 1
            report.states_after_ack += bool(acked)
            problems = check(root, acked)
            if problems:
                report.losses.append(Loss(number, line, fate, len(acked), problems[:5]))
    return report


def _cuts(
    steps: Sequence[Step], before: dict[str, bytes], states: int, rng: random.Random
) -> Iterator[tuple[int, str, list[str], list[tuple[str, bytes]]]]:
    """The run in order, stopped at random moments: line, fate, ids acknowledged, files left."""
    moments = _moments(steps)
    stops = Counter(rng.randrange(len(moments)) for _ in range(states))
    disk = Disk(before)
    acked: list[str] = []
    for index, (line, is_end, step) in enumerate(moments):
        if step.kind == "ack":
            acked.append(step.data.decode())
        elif is_end:
            disk.sync(step)
        else:
            disk.begin(step)
        for _ in range(stops[index]):
            fate = rng.choice(FATES)
            yield line, fate, list(acked), list(disk.survivors(fate, rng))


def _moments(steps: Sequence[Step]) -> list[tuple[int, bool, Step]]:
    """A step may reach the disk from its beginning; a sync promises only from its end."""
    moments = [(step.ended if step.kind == "sync" else step.begun, step.kind == "sync", step) for step in steps]
    return sorted(moments, key=lambda moment: moment[0])


def _lay_out(root: Path, home: Path, left: Sequence[tuple[str, bytes]]) -> None:
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for path, content in left:
        target = root / Path(path).relative_to(home)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
