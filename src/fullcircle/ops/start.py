"""`fullcircle up`: home, keys, migrations, the first workspace, and the two processes under one supervisor."""

import os
import sys

import click

from fullcircle.config.keys import ensure_home
from fullcircle.config.options import options
from fullcircle.ops.ready import migrate, ready
from fullcircle.ops.supervisor import Child, Supervisor

STOP_WITHIN_S = 10


def front_command() -> list[str]:
    """One ASGI server on one port; granian's own log is quiet, ours says what matters."""
    chosen = options()
    return [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--host", chosen.bind, "--port", str(chosen.port)),
        *("--workers", "1", "--workers-kill-timeout", str(STOP_WITHIN_S), "--log-level", "warning", "--no-ws"),
        "fullcircle.config.asgi:application",
    ]


def run_front() -> None:
    """Becomes the web server."""
    ready()
    os.execv(sys.executable, front_command())  # noqa: S606 - our own interpreter, no shell


def start_all(*, with_sample: bool) -> int:
    """Until Ctrl-C; the exit code. Raises ConfigError for a home in use or a port that is taken."""
    made = ensure_home(options().home)
    ready()
    applied = migrate()
    if made:
        click.echo(
            f"Made the keys in {made[0].parent}. Keep a copy elsewhere: without them, stored credentials are lost."
        )
    if applied:
        click.echo(f"The database is up to date ({len(applied)} steps).")
    from fullcircle.ops.first_run import first_address, prepare_first_workspace

    prepare_first_workspace(with_sample=with_sample)
    children = [
        Child("front", front_command(), {}, f"{options().bind}:{options().port}"),
        Child("engine", [sys.executable, "-m", "fullcircle.ops", "engine"], {}, None),
    ]
    return Supervisor(options().home, children, on_ready=lambda: click.echo(first_address())).run()
