"""`fullcircle import FILE`."""

import os
from pathlib import Path

import click
import msgspec
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from fullcircle.connectors.file.guess import guess_file
from fullcircle.connectors.file.mapping import Mapping, dump_mapping, load_mapping
from fullcircle.connectors.file.report import Problem, Report, dry_run, write_problems
from fullcircle.core.errors import ConfigError
from fullcircle.core.moments import to_iso
from fullcircle.core.records import Touchpoint
from fullcircle.ops.show import console, in_workspace, one_line, show_json, show_table


@click.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False))
@click.option("--mapping", "mapping_path", type=click.Path(exists=True, dir_okay=False), help="A saved mapping (JSON).")
@click.option("--save-mapping", type=click.Path(dir_okay=False), help="Write the mapping that was used, to be edited.")
@click.option("--name", default="", help="Name of the source; the file's own by default.")
@click.option("--dry-run", is_flag=True, help="Read, show, store nothing.")
@click.option("--limit", default=1_000, show_default=True, help="Rows a dry run reads.")
@click.option("--errors", type=click.Path(dir_okay=False), help="Where refused rows go. FILE.refused.csv by default.")
@click.option(
    "--as-live", is_flag=True, help="Open cases for what wants an answer, though it is older than the import."
)
@click.option("--quick", is_flag=True, help="Large transactions: faster, but people's writes wait up to a second.")
@in_workspace
def import_file(
    workspace_id: int,
    as_json: bool,
    path: str,
    mapping_path: str | None,
    save_mapping: str | None,
    name: str,
    dry_run: bool,
    limit: int,
    errors: str | None,
    as_live: bool,
    quick: bool,
) -> int:
    """Bring in a file of touchpoints: CSV, JSON Lines or XLSX, any columns.

    The columns are guessed first; look at the guess with --dry-run, save it with --save-mapping, change it, and give
    it back with --mapping. Stopped halfway, the same command goes on where it was. The same file twice changes nothing.
    """
    given = load_mapping(Path(mapping_path).read_text("utf-8")) if mapping_path else None
    if dry_run:
        return _try(path, given or guess_file(path), limit, save_mapping, as_json)
    return _import(workspace_id, path, given, name, save_mapping, errors, as_live, quick, as_json)


def _save(mapping: Mapping, save_mapping: str | None) -> None:
    if save_mapping:
        Path(save_mapping).write_text(dump_mapping(mapping) + "\n", "utf-8")


def _try(path: str, mapping: Mapping, limit: int, save_mapping: str | None, as_json: bool) -> int:
    report = dry_run(path, mapping, limit)
    _save(mapping, save_mapping)
    if as_json:
        show_json({"mapping": msgspec.json.decode(dump_mapping(mapping)), "report": msgspec.to_builtins(report)})
    else:
        _show_report(report, mapping)
    return int(bool(report.problems))


def _show_report(report: Report, mapping: Mapping) -> None:
    read = msgspec.json.decode(dump_mapping(mapping))
    show_table("How the columns are read", ["field", "column"], [(k, v) for k, v in read.items() if k != "notes"], "")
    for note in report.notes:
        click.echo(f"Not sure: {note}")
    show_table(
        "The first rows as they would be stored",
        ["when", "platform", "kind", "who", "says"],
        [_first_row(point) for point in report.first],
        "No row would be stored.",
    )
    problems = [(problem.row, problem.reason, problem.detail) for problem in report.problems[:10]]
    if problems:
        show_table("The first rows that would be refused", ["row", "reason", "detail"], problems, "")
    read_of = "all" if report.is_whole else "the first"
    click.echo(f"Read {read_of} {report.received:,} rows; {_counts(report.counts)}. Nothing was stored.")


def _first_row(point: Touchpoint) -> tuple[str, ...]:
    author = point.author
    who = (author.name or author.handle or author.external_id) if author else ""
    return (to_iso(point.occurred_at)[:16], point.platform, point.kind, who, one_line(point.title or point.text, 80))


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in sorted(counts.items())) or "nothing"


def _import(
    workspace_id: int, path: str, given: Mapping | None, name: str, save_mapping: str | None, errors: str | None,
    as_live: bool, quick: bool, as_json: bool,
) -> int:  # fmt: skip
    from fullcircle.ops.importing import WORKING_SIZE, Imported, mapping_for, read_import, source_for
    from fullcircle.pipeline.batcher import BULK_SIZE
    from fullcircle.store.models import Source

    known = Source.everywhere.filter(workspace_id=workspace_id, name=name or Path(path).name).first()
    mapping = mapping_for(path, given, known)
    _save(mapping, save_mapping)
    row = source_for(workspace_id, path, mapping, name, counts_history=as_live)
    with _progress(as_json) as bar:
        task = bar.add_task(Path(path).name, total=1.0, counts="")

        def show(share: float, tally: dict[str, int]) -> None:
            bar.update(task, completed=share, counts=_counts(tally))

        done: Imported = read_import(row, on_share=show, batch_size=BULK_SIZE if quick else WORKING_SIZE)
        bar.update(task, completed=1.0, counts=_counts(done.tally))
    kept = _write_errors(done.problems, errors or f"{path}.refused.csv", explicit=bool(errors), mapping=mapping)
    if as_json:
        show_json({"source_id": done.source_id, "tally": done.tally, "refused_file": kept})
    else:
        nothing = "no rows; is the file empty, or is there only a header?"
        click.echo(f"{Path(path).name}: {_counts(done.tally) if done.tally else nothing}")
        if kept:
            click.echo(f"{len(done.problems):,} rows were refused; they stand with their reasons in {kept}.")
    return int(bool(done.problems))


def _progress(as_json: bool) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}"),
    )
    return Progress(*columns, console=console(), disable=as_json or not console().is_terminal)


def _write_errors(problems: list[Problem], where: str, *, explicit: bool, mapping: Mapping) -> str:
    if not problems:
        return ""
    try:
        with open(where, "w", encoding="utf-8", newline="") as file:
            write_problems(file, mapping.columns(), problems)
    except OSError as error:
        if explicit:
            raise ConfigError(f"The refused rows cannot be written to {where}: {error.strerror}.") from error
        where = os.path.abspath(Path(where).name)  # the file lies where we may not write
        with open(where, "w", encoding="utf-8", newline="") as file:
            write_problems(file, mapping.columns(), problems)
    return where
