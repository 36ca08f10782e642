"""Thousands of roads to forbidden addresses, in a network of its own with canaries on them: none is hit (F46)."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def namespace_command() -> list[str]:
    """How a network of its own is had here; empty where it cannot be."""
    if not shutil.which("unshare") or not shutil.which("ip"):
        return []
    command = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    can = subprocess.run([*command, "ip", "link", "set", "lo", "up"], capture_output=True, check=False).returncode == 0
    return command if can else []


def test_it_hits_no_canary_by_any_road() -> None:
    command = namespace_command()
    if not command:
        pytest.skip("this machine gives no network namespace (unshare -n and ip are needed)")
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    done = subprocess.run(
        [*command, sys.executable, "-m", "tests.connectors.canary_namespace"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    report = json.loads(done.stdout)
    assert report["is_armed"] is True
    assert report["passed"] == []
    assert report["hits"] == 0
    assert report["tried"] > 3_000
    assert report["led"] > 1_000
