"""The migrations say what the models say, in one line of history. `python -m tools.checks migrations`."""

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.checks.tree import Finding

SETTINGS = "fullcircle.config.settings"
SENTENCE = re.compile(r"\d{4}(_[a-z0-9]+){3,}")


def pending_changes() -> str:
    """What Django would still have to write, "" when nothing. Needs the settings module in DJANGO_SETTINGS_MODULE."""
    import django
    from django.core.management import call_command

    django.setup()
    said = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, interactive=False, stdout=said, stderr=said)
    except SystemExit:
        return said.getvalue().strip() or "models and migrations differ"
    return ""


def check_names(folder: Path) -> list[Finding]:
    """One number, one migration: two with the same number are two histories. The name is a sentence."""
    found = []
    numbers: dict[str, str] = {}
    for path in sorted(folder.glob("[0-9]*.py")):
        earlier = numbers.setdefault(path.stem[:4], path.stem)
        if earlier != path.stem:
            found.append(
                Finding(path, 1, f"has the number of {earlier}", "Give it the next one and let it depend on that.")
            )
        if not SENTENCE.fullmatch(path.stem):
            found.append(
                Finding(path, 1, "is not named as a sentence", "Say what it does: 0007_cases_know_their_need.")
            )
    return found


def check(root: Path) -> list[Finding]:
    """In a process of its own with a home of its own: settings make keys and folders where the home is."""
    store = root / "src" / "fullcircle" / "store"
    found = check_names(store / "migrations")
    said = _ask(root)
    if said:
        found.append(Finding(store / "models", 1, said, "Write the migration and name it as a sentence."))
    return found


def _ask(root: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="fullcircle-check-") as home:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("FULLCIRCLE_")}
        ours = {"FULLCIRCLE_HOME": home, "DJANGO_SETTINGS_MODULE": SETTINGS, "PYTHONPATH": f"{root / 'src'}:{root}"}
        asked = subprocess.run(
            [sys.executable, "-m", "tools.checks.migrations"],
            env={**clean, **ours},
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    if asked.returncode == 0:
        return ""
    lines = [line.strip() for line in (asked.stdout or asked.stderr).splitlines() if line.strip()]
    return " / ".join(lines) if asked.stdout else lines[-1]


if __name__ == "__main__":
    changes = pending_changes()
    print(changes)
    sys.exit(1 if changes else 0)
