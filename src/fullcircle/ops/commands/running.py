"""Starting it: everything together, or one process alone."""

import click

from fullcircle.core.crashpoints import CRASHPOINTS


@click.command()
@click.option("--sample/--no-sample", default=False, help="Load a small fictional day where there is no workspace yet.")
def up(sample: bool) -> None:
    """Start everything, print one address, stop on Ctrl-C."""
    from fullcircle.ops.start import start_all

    raise SystemExit(start_all(with_sample=sample))


@click.command()
@click.option("--sample/--no-sample", default=False, help="Load a small fictional day where there is no workspace yet.")
def prepare(sample: bool) -> None:
    """Home, keys, migrations and the first workspace; prints the one address. `up` does this by itself."""
    from fullcircle.ops.start import prepare_all

    click.echo(prepare_all(with_sample=sample))


@click.command()
def front() -> None:
    """The web server alone: the door, and the pages behind it."""
    from fullcircle.ops.start import run_front

    run_front()


@click.command()
def engine() -> None:
    """Capture, pipeline and clocks, without the web server."""
    _run_engine("")


def _run_engine(only: str) -> None:
    from fullcircle.ops.ready import ready

    ready()
    from fullcircle.ops.engine import run_engine

    run_engine(only)


@click.command()
@click.argument("name", type=click.Choice(["capture", "intake", "clocks"]))
def worker(name: str) -> None:
    """One of the engine's loops alone."""
    _run_engine(name)


@click.command()
def crashpoints() -> None:
    """The named lines at which a test may end a process."""
    for name in CRASHPOINTS:
        click.echo(name)
