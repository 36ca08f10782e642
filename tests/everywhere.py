"""What every test may use, and the list of what did not run and why."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres_server

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
NO_SHARED = "the sets beside the project are not here (../shared/data)"
LONG_FORM = "the long form: run by `make storm`"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--storm", action="store_true", help="run the long form of the fault tests too")
    parser.addoption(
        "--skipped-to", default=".last/skipped.txt", metavar="FILE", help="where the list of skipped tests is written"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that cannot run here says so in plain words; it never passes by not running."""
    reasons = {}
    if not config.getoption("--storm"):
        reasons["storm"] = LONG_FORM
    if not SHARED.is_dir():
        reasons["shared"] = NO_SHARED
    if postgres_server.bin_folder() is None:
        reasons["postgres"] = postgres_server.ABSENT
    for item in items:
        for name, reason in reasons.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason), append=False)  # before reasons of its own


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real sets beside the project. Read it, never copy from it."""
    if not SHARED.is_dir():
        pytest.skip(NO_SHARED)
    return SHARED


@pytest.fixture(scope="session")
def project_root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A fresh PostgreSQL server of this pytest worker."""
    if postgres_server.bin_folder() is None:
        pytest.skip(postgres_server.ABSENT)
    with postgres_server.running() as url:
        yield url


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return " ".join(reason.removeprefix("Skipped: ").split())


def skipped_lines(reports: list[pytest.TestReport | pytest.CollectReport]) -> list[str]:
    """One line a skipped test: its name, a tab, the reason in plain words."""
    return sorted(f"{report.nodeid}\t{_reason(report)}" for report in reports)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Written on every run, an empty file included: CI compares it with tests/house/skips-allowed.txt."""
    lines = skipped_lines(terminalreporter.stats.get("skipped", []))
    target = config.rootpath / config.getoption("--skipped-to")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    counts: dict[str, int] = {}
    for line in lines:
        reason = line.split("\t")[1]
        counts[reason] = counts.get(reason, 0) + 1
    terminalreporter.section("did not run, and why")
    for reason, count in sorted(counts.items()):
        terminalreporter.line(f"{count:5}  {reason}")
    if not counts:
        terminalreporter.line("everything ran")
