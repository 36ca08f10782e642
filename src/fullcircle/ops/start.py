"""`fullcircle up`: home, keys, migrations, the first workspace, and the two processes under one supervisor."""

import os
import subprocess
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


def prepare_all(*, with_sample: bool) -> str:
    """Everything before the first request; safe to repeat, and to kill anywhere. The one address to open."""
    _ensure_home()
    ready()
    applied = migrate()
    if applied:
        click.echo(f"The database is up to date ({len(applied)} steps).")
    from fullcircle.ops.first_run import first_address, prepare_first_workspace

    prepare_first_workspace(with_sample=with_sample)
    return first_address()


def _ensure_home() -> None:
    made = ensure_home(options().home)
    if made:
        where = made[0].parent
        click.echo(f"Made the keys in {where}. Keep a copy elsewhere: without them, stored credentials are lost.")


def start_all(*, with_sample: bool) -> int:
    """Until Ctrl-C; the exit code. Raises ConfigError for a home in use or a port that is taken."""
    _ensure_home()
    # In a process of its own: the supervisor stays small, it has nothing to do with Django.
    wish = ["--sample"] if with_sample else []
    prepared = subprocess.run(  # noqa: S603 - our own interpreter and our own words
        [sys.executable, "-m", "fullcircle.ops", "prepare", *wish], stdout=subprocess.PIPE, text=True, check=False
    )
    *said, address = prepared.stdout.splitlines() or [""]
    for line in said:
        click.echo(line)
    if prepared.returncode:
        return prepared.returncode
    children = [
        Child("front", front_command(), {}, f"{options().bind}:{options().port}"),
        Child("engine", [sys.executable, "-m", "fullcircle.ops", "engine"], {}, None),
    ]
    return Supervisor(options().home, children, on_ready=lambda: click.echo(f"Open {address}")).run()
