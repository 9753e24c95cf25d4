"""Transactions that wait for SQLite's one write lock, where Django's own may fail at once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connections, transaction

# Ways of beginning a transaction that take the lock, if the site's OPTIONS say so.
_LOCKING_MODES = {"IMMEDIATE", "EXCLUSIVE"}


@contextmanager
def writing(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Open a transaction that is going to write; within one that is open already, a savepoint.

    By Django's default a transaction on SQLite takes the write lock with its first write. If it has read
    before that, and another connection has begun to write meanwhile, SQLite refuses the lock without waiting
    ("database is locked"). So this begins with a write, of nothing, which waits as long as the connection's
    ``timeout``. Use it for what reads before it writes; if nothing may be written, ``atomic()`` will do.
    """
    with transaction.atomic(using=using):
        _take_lock(using)
        yield


def begins_with_lock(database: Mapping[str, Any]) -> bool:
    """Return whether every transaction on an SQLite database with these settings takes the lock first."""
    mode = database.get("OPTIONS", {}).get("transaction_mode")
    return str(mode).upper() in _LOCKING_MODES


def _take_lock(using: str) -> None:
    connection = connections[using]
    if connection.vendor != "sqlite" or begins_with_lock(connection.settings_dict):
        return
    with connection.cursor() as cursor:
        # Any table will do: no row is touched, so that no trigger fires.
        cursor.execute(f"UPDATE {ContentType._meta.db_table} SET id = id WHERE 0")  # noqa: S608
