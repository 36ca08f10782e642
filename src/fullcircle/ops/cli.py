"""The command line. Commands are loaded when they are asked for, so that `--help` is quick."""

import importlib
import sys
from collections.abc import Sequence

import click

from fullcircle import __version__
from fullcircle.core.errors import (
    ConfigError,
    CorruptStoreError,
    DeskError,
    FullcircleError,
    StoreBusyError,
    TransientSourceError,
)

COMMANDS: dict[str, str] = {
    "up": "running:up",
    "prepare": "running:prepare",
    "front": "running:front",
    "engine": "running:engine",
    "worker": "running:worker",
    "crashpoints": "running:crashpoints",
    "import": "importing:import_file",
    "sources": "sources:sources",
    "call": "calls:call",
    "today": "today:today",
    "cases": "cases:cases",
    "case": "cases:case",
    "needs": "needs:needs",
    "search": "search:search",
    "rules": "rules:rules",
    "people": "people:people",
    "merge": "people:merge",
    "unmerge": "people:unmerge",
    "reanalyse": "reanalyse:reanalyse",
    "understand": "understanding:understand",
    "books": "books:books",
    "doctor": "doctor:doctor",
    "export": "exporting:export",
    "quarantine": "quarantine:quarantine",
}

WENT_WELL, NOT_WELL, NOT_UNDERSTOOD, TRY_AGAIN = 0, 1, 2, 3


class Group(click.Group):
    """Finds commands by the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        where = COMMANDS.get(name)
        if where is None:
            return None
        module, _, attribute = where.partition(":")
        command: click.Command = getattr(importlib.import_module(f"fullcircle.ops.commands.{module}"), attribute)
        return command


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fullcircle")
def cli() -> None:
    """Hears every social touch point, understands it, directs it, and follows what really happened."""


def exit_code_of(error: FullcircleError) -> int:
    """By recovery: 2 the operator changes something, 3 try again, 1 something is not well."""
    if isinstance(error, ConfigError | DeskError):
        return NOT_UNDERSTOOD
    if isinstance(error, TransientSourceError | StoreBusyError):
        return TRY_AGAIN
    return NOT_WELL


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. Errors of ours are a sentence and a hint, never a stack."""
    try:
        code = cli.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return NOT_UNDERSTOOD
    except FullcircleError as error:
        label = "Damaged data: " if isinstance(error, CorruptStoreError) else ""
        click.echo(f"{label}{error}", err=True)
        if error.hint:
            click.echo(error.hint, err=True)
        return exit_code_of(error)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has seen enough
        return WENT_WELL
    return code if isinstance(code, int) else WENT_WELL
