"""Sizes people can hold in their head: a function on one screen, a file in one sitting."""

import ast
from pathlib import Path

from tools.checks.tree import Finding, parse, product_files, test_files

FUNCTION_MOST, FUNCTION_USUAL = 60, 35
FILE_MOST, FILE_USUAL = 500, 300
USUAL_SHARE = 0.9

Sized = tuple[Path, int, int, str]  # file, first line, how many lines, name


def functions_of(path: Path) -> list[Sized]:
    """Every function and method, from `def` to its last line; decorators do not count."""
    nodes = [node for node in ast.walk(parse(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(path, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1, node.name) for node in nodes]


def files_of(paths: list[Path]) -> list[Sized]:
    return [(path, 1, len(path.read_text("utf-8").splitlines()), path.name) for path in paths]


def too_long(sized: list[Sized], most: int, noun: str, todo: str) -> list[Finding]:
    return [
        Finding(path, line, f"{noun} {name} has {count} lines, more than {most}", todo)
        for path, line, count, name in sized
        if count > most
    ]


def too_many_long(sized: list[Sized], usual: int, noun: str, todo: str) -> list[Finding]:
    """Nine in ten may not be longer than `usual`; the longest are named, as many as there are too many."""
    long = sorted((one for one in sized if one[2] > usual), key=lambda one: -one[2])
    surplus = len(long) - int(len(sized) * (1 - USUAL_SHARE) + 1e-9)
    return [
        Finding(path, line, f"{noun} {name} has {count} lines; more than one in ten is over {usual}", todo)
        for path, line, count, name in long[: max(surplus, 0)]
    ]


def check(root: Path) -> list[Finding]:
    product = product_files(root)
    functions = [one for path in product for one in functions_of(path)]
    files = files_of(product)
    part, move = "Give a part of it a name of its own.", "Move one of its nouns to a file of its own."
    return [
        *too_long(functions, FUNCTION_MOST, "function", part),
        *too_many_long(functions, FUNCTION_USUAL, "function", part),
        *too_long(files, FILE_MOST, "file", move),
        *too_many_long(files, FILE_USUAL, "file", move),
        *too_long(files_of(test_files(root)), FILE_MOST, "file", move),
    ]


def report(root: Path) -> str:
    """The figures of the day, for whoever wonders where we stand."""
    lengths = sorted(one[2] for path in product_files(root) for one in functions_of(path)) or [0]
    files = sorted(one[2] for one in files_of(product_files(root))) or [0]
    return (
        f"{len(lengths)} functions: half up to {lengths[len(lengths) // 2]} lines, nine in ten up to "
        f"{lengths[int(len(lengths) * 0.9)]}, longest {lengths[-1]}; {len(files)} files: nine in ten up to "
        f"{files[int(len(files) * 0.9)]}, longest {files[-1]}"
    )
