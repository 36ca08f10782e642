"""The weights file: small integers, a scale for each output, and what they were made from.

One npz archive read with `allow_pickle=False`. `version` counts the weights, `form` the layout of the file.
"""

import json
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fullcircle.core.errors import CorruptStoreError

PACKAGED = Path(__file__).parent / "weights" / "heads.npz"
FORM = 1

Int8s = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float32]


class Table(NamedTuple):
    """Linear outputs over hashed features: score = sum(rows) * scale / sqrt(number of features) + bias."""

    names: tuple[str, ...]
    rows: Int8s  # shape (2**bits, outputs)
    scale: Floats  # shape (outputs,)
    bias: Floats  # shape (outputs,)


class Weights(NamedTuple):
    """Everything `Understander` needs. `limits`: named thresholds, chosen in training."""

    version: int
    languages: Table
    heads: Table
    limits: dict[str, float]


def write_weights(path: Path, weights: Weights) -> None:
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for label, table in (("languages", weights.languages), ("heads", weights.heads)):
        arrays[f"{label}_rows"] = table.rows
        arrays[f"{label}_scale"] = table.scale
        arrays[f"{label}_bias"] = table.bias
    facts = {
        "form": FORM,
        "version": weights.version,
        "languages": weights.languages.names,
        "heads": weights.heads.names,
        "limits": weights.limits,
    }
    arrays["facts"] = np.frombuffer(json.dumps(facts).encode(), np.uint8)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def read_weights(path: Path) -> Weights:
    """Raises CorruptStoreError for a file that is absent, damaged, or of another form."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            facts = json.loads(archive["facts"].tobytes())
            if facts["form"] != FORM:
                raise CorruptStoreError(f"{path}: form {facts['form']}, this program reads form {FORM}")
            tables = [
                Table(
                    tuple(facts[label]), archive[f"{label}_rows"], archive[f"{label}_scale"], archive[f"{label}_bias"]
                )
                for label in ("languages", "heads")
            ]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise CorruptStoreError(f"{path}: these weights cannot be read ({error})") from error
    return Weights(int(facts["version"]), tables[0], tables[1], dict(facts["limits"]))
