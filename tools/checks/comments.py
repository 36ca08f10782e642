"""How much of the product is comment. Reported, never enforced: a comment written for a figure says nothing."""

import io
import tokenize
from pathlib import Path

from tools.checks.tree import product_files


def comment_lines(text: str) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return len({token.start[0] for token in tokens if token.type == tokenize.COMMENT})


def report(root: Path) -> str:
    texts = [path.read_text("utf-8") for path in product_files(root)]
    lines = sum(len(text.splitlines()) for text in texts)
    comments = sum(comment_lines(text) for text in texts)
    return f"{comments} of {lines} lines carry a comment ({100 * comments / max(lines, 1):.1f} %; we aim for 4 to 7)"
