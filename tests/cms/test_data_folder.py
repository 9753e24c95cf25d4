"""Nobody else on the machine reads the site's data."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from cms.privacy import make_private_database, make_private_folder
from tests.cms.serving import environment_of, manage


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("before", [None, 0o755, 0o777, 0o750])
def test_the_folder_is_its_owners_alone(tmp_path: Path, before: int | None) -> None:
    folder = tmp_path / "a" / "var"
    if before is not None:
        folder.mkdir(parents=True)
        folder.chmod(before)
    make_private_folder(folder)
    assert rights(folder) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to any group")
def test_a_folder_of_the_web_servers_group_may_be_passed_through(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    os.chown(folder, -1, 65534)
    folder.chmod(0o2755)
    make_private_folder(folder)
    assert rights(folder) == 0o2710


@pytest.mark.parametrize("exists", [False, True])
def test_the_database_and_its_companions_are_their_owners_alone(tmp_path: Path, exists: bool) -> None:
    file = tmp_path / "a.sqlite3"
    if exists:
        for name in ("a.sqlite3", "a.sqlite3-wal", "a.sqlite3-shm"):
            (tmp_path / name).touch()
            (tmp_path / name).chmod(0o644)
    make_private_database(file)
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE a (b)")
    found = {path.name: rights(path) for path in tmp_path.iterdir()}
    connection.close()
    assert found == dict.fromkeys(("a.sqlite3", "a.sqlite3-wal", "a.sqlite3-shm"), 0o600)


def test_the_project_keeps_its_data_private(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    manage(environment_of(folder), "check")
    assert rights(folder) == 0o700
    assert rights(folder / "standfirst.sqlite3") == 0o600


def test_a_commit_of_sqlite_reaches_the_disk(tmp_path: Path) -> None:
    """2 is FULL (https://sqlite.org/pragma.html#pragma_synchronous)."""
    script = (
        "from django.db import connection as c; print(c.cursor().execute('PRAGMA synchronous').fetchone())"
    )
    assert "(2,)" in manage(environment_of(tmp_path), "shell", "--no-imports", "-c", script)
