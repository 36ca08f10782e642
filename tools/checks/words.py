"""One word per thing: names and prose against docs/glossary.md. `python -m tools.checks words`.

Only names we give are read, not those we use: a platform may call things what it likes. What must stay all the same
stands in words-allowed.txt with its reason.
"""

import ast
import fnmatch
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tools.checks.tree import Finding, committed_files, parse, product_files

ALLOWED = Path(__file__).with_name("words-allowed.txt")

# Part of any name, and of any prose: the word we say instead.
NEVER = {
    "ticket": "case",
    "agent": "responder",
    "plugin": "connector",
    "integration": "connector",
    "adapter": "connector",
    "tenant": "workspace",
    "realm": "workspace",
    "chunk": "batch",
    "conversation": "thread, or case",
    "kpi": "metric",
    "scorecard": "question",
    "coupon": "offer",
    "funnel": "journey",
    "workflow": "rule",
    "insight": "annotation, or learning",
    "processor": "analyser",
}
# Part of a name only: in prose these words have honest uses.
NEVER_IN_NAMES = {
    "skip": "drop",
    "skipped": "dropped",
    "ignore": "drop",
    "ignored": "dropped",
    "utils": "the noun it serves",
    "util": "the noun it serves",
    "helpers": "the noun it serves",
    "helper": "the noun it serves",
    "deadletter": "quarantine",
}
NEVER_A_CLASS = {
    "Author": "Identity",
    "Customer": "Person",
    "Contact": "Person",
    "User": "Login or Member",
    "Company": "Organization",
    "Message": "Response or Touchpoint",
    "Item": "Touchpoint",
    "Category": "Kind",
    "Type": "Kind",
    "Tag": "Annotation",
    "Topic": "Need",
    "Cluster": "Need",
    "Demand": "Need",
    "Profile": "Account",
    "Provider": "Platform",
    "Network": "Platform",
    "Inbox": "Channel",
    "Medium": "Channel",
    "Job": "Delivery",
    "Segment": "Relation",
    "Trigger": "Rule",
    "Ownership": "Assignment",
    "Hit": "Visit",
    "Conversion": "Action",
    "Campaign": "Movement",
    "Stat": "Metric",
    "Summary": "Rollup",
    "Scorecard": "Question",
    "Queue": "Outbox",
}
NEVER_A_FILE = {"common", "services", "managers", "misc"}
NEVER_A_FUNCTION = {"process", "handle"}
NUMBERED = re.compile(r"(?:(?<=[a-z])V|_v)(?![46]$)\d+$")  # 4 and 6 are addresses of the internet

PROSE = re.compile(
    r"\b(?P<word>ticket|(?<!user[- ])agent|plug-?in|integration|adapter|tenant|chunk|conversation|kpi|scorecard|coupon"
    r"|funnel|workflow|insight|dead[ -]letter)s?\b",
    re.IGNORECASE,
)
SPEAKING_ROOMS = {"store", "desk", "web", "api", "door", "workers", "ops", "config"}


class Name(NamedTuple):
    path: Path
    line: int
    name: str
    is_class: bool = False
    is_function: bool = False


def parts_of(name: str) -> list[str]:
    """`TicketAgents` and `ticket_agents` both give ticket, agent."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return [part.removesuffix("s") if part not in NEVER_IN_NAMES else part for part in spaced.split("_") if part]


def given_names(path: Path, tree: ast.Module) -> Iterator[Name]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Name(path, node.lineno, node.name, is_function=True)
        elif isinstance(node, ast.ClassDef):
            yield Name(path, node.lineno, node.name, is_class=True)
        elif isinstance(node, ast.arg):
            yield Name(path, node.lineno, node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield Name(path, node.lineno, node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield Name(path, node.lineno, node.attr)
        elif isinstance(node, ast.alias) and node.asname:
            yield Name(path, node.lineno, node.asname)


def wrong_words(name: Name) -> Iterator[tuple[str, str]]:
    """Pairs of the word found and the word we say."""
    if name.is_class and name.name.strip("_") in NEVER_A_CLASS:
        yield name.name, NEVER_A_CLASS[name.name.strip("_")]
    if name.is_function and name.name.strip("_") in NEVER_A_FUNCTION:
        yield name.name, "what it does, to what"
    if NUMBERED.search(name.name):
        yield name.name, "what makes it different"
    if "user_agent" in name.name.lower():
        return
    for part in parts_of(name.name):
        if said := NEVER.get(part) or NEVER_IN_NAMES.get(part):
            yield part, said


def check_names(path: Path, tree: ast.Module) -> list[Finding]:
    file_name = path.parent.name if path.stem == "__init__" else path.stem
    names = [Name(path, 1, file_name), *given_names(path, tree)]
    found = [
        Finding(path, name.line, f"the name {name.name} says {word!r}", f"We say: {said}.")
        for name in names
        for word, said in wrong_words(name)
    ]
    if file_name in NEVER_A_FILE:
        found.append(
            Finding(path, 1, f"a file called {file_name!r} gathers anything", "Name it after the noun it is about.")
        )
    return found


def check_prose(path: Path, text: str, first_line: int = 1) -> list[Finding]:
    return [
        Finding(path, number, f"the text says {found['word'].lower()!r}", _said(found["word"]))
        for number, line in enumerate(text.splitlines(), first_line)
        for found in PROSE.finditer(line)
    ]


def _said(word: str) -> str:
    plain = word.lower().replace("-", "").replace(" ", "")
    return f"We say: {NEVER.get(plain) or NEVER_IN_NAMES[plain]}."


def prose_of(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Comments and docstrings everywhere; in rooms that speak to people, every sentence."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
    yield from ((token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT)
    speaks = bool(SPEAKING_ROOMS & set(path.parts))
    docstrings = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if (
            isinstance(node, ast.Constant)
            and isinstance(text, str)
            and (id(node) in docstrings or (speaks and " " in text))
        ):
            yield node.lineno, text


def _has_docstring(node: ast.AST) -> bool:
    holds = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    return holds and ast.get_docstring(node, clean=False) is not None  # type: ignore[arg-type]


def pages(root: Path) -> list[Path]:
    """Documentation and templates: everything committed that people read."""
    return [
        path for path in committed_files(root) if path.suffix == ".md" or "templates" in path.relative_to(root).parts
    ]


def all_findings(root: Path) -> list[Finding]:
    found = []
    for path in product_files(root):
        tree = parse(path)
        found += check_names(path, tree)
        found += [one for line, text in prose_of(path, tree) for one in check_prose(path, text, line)]
    for path in pages(root):
        found += check_prose(path, path.read_text("utf-8"))
    return found


def read_allowed(path: Path) -> list[tuple[int, str, str]]:
    """Lines of `glob word reason ...`; an empty reason is refused."""
    allowed = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        glob, word, reason = line.split(None, 2)
        assert reason, line
        allowed.append((number, glob, word))
    return allowed


def check(root: Path, allowed_file: Path = ALLOWED) -> list[Finding]:
    """What is not allowed, and what is allowed without need: the list may only shrink."""
    left, used = [], set()
    allowed = read_allowed(allowed_file)
    for finding in all_findings(root):
        by = [line for line, glob, word in allowed if _covers(glob, word, finding, root)]
        used.update(by)
        if not by:
            left.append(finding)
    for line, glob, word in allowed:
        if line not in used:
            left.append(Finding(allowed_file, line, f"{glob} no longer says {word!r}", "Take the line out."))
    return left


def _covers(glob: str, word: str, finding: Finding, root: Path) -> bool:
    name = str(finding.path.relative_to(root))
    return fnmatch.fnmatch(name, glob) and (word == "*" or f"{word!r}" in finding.what)
