"""Telling an outage from a fault of ours."""

import errno
import sqlite3
from pathlib import Path

import psycopg
import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)

from standfirst.outages import is_outage


def caused(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


def sqlite_error(database: Path, *statements: str) -> sqlite3.Error:
    connection = sqlite3.connect(database, isolation_level=None, timeout=0)
    try:
        for statement in statements:
            connection.execute(statement)
    except sqlite3.Error as error:
        return error
    finally:
        connection.close()
    raise AssertionError("Nothing failed.")


def test_sqlite_full(tmp_path: Path) -> None:
    fill = "INSERT INTO a SELECT zeroblob(100000)"
    error = sqlite_error(tmp_path / "a", "CREATE TABLE a (b)", "PRAGMA max_page_count = 3", fill)
    assert is_outage(caused(OperationalError(), error))


def test_sqlite_read_only(tmp_path: Path) -> None:
    error = sqlite_error(tmp_path / "a", "PRAGMA query_only = 1", "CREATE TABLE a (b)")
    assert is_outage(caused(OperationalError(), error))


def test_sqlite_gone(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(tmp_path / "no-folder" / "a")
    assert is_outage(caused(OperationalError(), caught.value))


def test_sqlite_locked(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "a", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    error = sqlite_error(tmp_path / "a", "CREATE TABLE a (b)")
    other.close()
    assert is_outage(caused(OperationalError(), error))


def test_sqlite_not_a_database(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"This is no database. " * 500)
    error = sqlite_error(tmp_path / "a", "SELECT * FROM b")
    assert type(error) is sqlite3.DatabaseError
    assert is_outage(caused(DatabaseError(), error))


def test_sqlite_damaged(tmp_path: Path) -> None:
    rows = "INSERT INTO a SELECT zeroblob(100000)"
    connection = sqlite3.connect(tmp_path / "a", isolation_level=None)
    connection.execute("CREATE TABLE a (b)")
    connection.execute(rows)
    connection.close()
    whole = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    error = sqlite_error(tmp_path / "a", "SELECT * FROM a")
    assert type(error) is sqlite3.DatabaseError
    assert is_outage(caused(DatabaseError(), error))


def test_a_broken_rule_of_sqlite_is_a_fault_of_ours(tmp_path: Path) -> None:
    error = sqlite_error(tmp_path / "a", "CREATE TABLE a (b UNIQUE)", "INSERT INTO a VALUES (1), (1)")
    assert not is_outage(caused(IntegrityError(), error))


def test_a_missing_table_is_a_fault_of_ours(tmp_path: Path) -> None:
    error = sqlite_error(tmp_path / "a", "SELECT * FROM nowhere")
    assert not is_outage(caused(OperationalError(), error))


@pytest.mark.parametrize(
    ("error", "cause", "expected"),
    [
        (OperationalError(), psycopg.OperationalError("connection refused"), True),
        (OperationalError(), psycopg.errors.AdminShutdown(), True),
        (OperationalError(), psycopg.errors.DiskFull(), True),
        (OperationalError(), psycopg.errors.TooManyConnections(), True),
        (OperationalError(), psycopg.errors.CannotConnectNow(), True),
        (OperationalError(), psycopg.errors.IoError(), True),
        (OperationalError(), psycopg.errors.ProgramLimitExceeded(), False),
        (InternalError(), psycopg.errors.DataCorrupted(), True),
        (InternalError(), psycopg.errors.IndexCorrupted(), True),
        (InternalError(), psycopg.errors.IdleInTransactionSessionTimeout(), True),
        (InterfaceError(), psycopg.InterfaceError("the connection is closed"), True),
        (InternalError(), psycopg.errors.ReadOnlySqlTransaction(), True),
        (InternalError(), psycopg.errors.InFailedSqlTransaction(), False),
        (ProgrammingError(), psycopg.errors.UndefinedTable(), False),
    ],
)
def test_postgres(error: Exception, cause: Exception, expected: bool) -> None:
    assert is_outage(caused(error, cause)) is expected


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.ENOSPC, True), (errno.EROFS, True), (errno.ENOENT, False)]
)
def test_the_disk(number: int, expected: bool) -> None:
    assert is_outage(OSError(number, "")) is expected


def test_what_caused_an_error_counts() -> None:
    assert is_outage(caused(RuntimeError(), OSError(errno.ENOSPC, "")))
    assert not is_outage(RuntimeError())
    assert not is_outage(None)
