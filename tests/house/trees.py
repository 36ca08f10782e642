"""A small tree to plant violations in."""

from pathlib import Path

from tools.checks.tree import Finding


def plant(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def said(found: list[Finding], root: Path) -> str:
    """All findings as a person would read them."""
    return "\n".join(one.text(root) for one in found)


def function_of(lines: int, name: str = "long_one") -> str:
    """Source of a function with exactly so many lines."""
    return f"def {name}():\n" + "    x = 1\n" * (lines - 1)
