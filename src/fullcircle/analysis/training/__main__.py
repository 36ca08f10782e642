"""`python -m fullcircle.analysis.training DATA_FOLDER [--to FILE]`: makes the packaged weights, about three minutes."""

from pathlib import Path

import click

from fullcircle.analysis.training.examples import examples
from fullcircle.analysis.training.fit import fit_heads, fit_languages, fit_taught, joined
from fullcircle.analysis.training.limits import LIMITS
from fullcircle.analysis.weights import PACKAGED, Weights, write_weights

VERSION = 1
"""Counts up with every change of the packaged weights."""


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", "target", default=PACKAGED, type=click.Path(path_type=Path), help="where to write the weights")
def main(data: Path, target: Path) -> None:
    """Learn from the sets in DATA and write the weights."""
    click.echo("languages ...")
    languages = fit_languages(data)
    taught = examples(data)
    click.echo(f"heads, from {len(taught)} texts ...")
    heads = joined(fit_heads(taught), fit_taught(data))
    target.parent.mkdir(parents=True, exist_ok=True)
    write_weights(target, Weights(VERSION, languages, heads, LIMITS))
    click.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
