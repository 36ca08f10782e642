"""The server the store's tests run on."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests import postgres_server

pytestmark = pytest.mark.postgres


def test_it_starts_an_empty_server_on_this_machine_only(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute("select current_setting('listen_addresses'), version()").fetchone()
    assert row is not None
    assert row[0] == "127.0.0.1"
    assert row[1].startswith("PostgreSQL")


def test_it_gives_the_command_its_address_and_hands_back_its_exit_code(project_root: Path) -> None:
    asked = "import os, sys; sys.exit(7 if os.environ['FULLCIRCLE_DATABASE_URL'].startswith('postgresql://') else 1)"
    done = subprocess.run(
        [sys.executable, "-m", "tests.postgres_server", "--", sys.executable, "-c", asked],
        cwd=project_root,
        check=False,
    )
    assert done.returncode == 7


def test_it_stops_the_server_and_removes_its_folder() -> None:
    before = set(Path("/tmp").glob("fullcircle-postgres-*"))
    with postgres_server.running() as url:
        during = set(Path("/tmp").glob("fullcircle-postgres-*")) - before
        assert during
    assert not any(folder.exists() for folder in during)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=3)
