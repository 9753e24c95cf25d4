"""Telling an outage of the database or the disk, which passes, from a fault of ours, which doesn't."""

import errno
import sqlite3

from django.db import InterfaceError, InternalError, OperationalError

# For how long a client is asked to wait before it tries again, in seconds.
RETRY_SECONDS = 30

# SQLite's primary result codes (https://sqlite.org/rescode.html). "no such table" is none of these.
_SQLITE_CODES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
    }
)
_PRIMARY_CODE = 0xFF
_READ_ONLY_TRANSACTION = "25006"
_SYSTEM_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENFILE, errno.EMFILE})


def is_outage(error: BaseException | None) -> bool:
    """Return whether an error, or what caused it, means that the database or the disk can't be used now.

    A disk that is full or read-only counts, as does a lock that was waited for in vain.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if _says_outage(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _says_outage(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in _SYSTEM_ERRORS
    cause = error.__cause__
    if isinstance(error, OperationalError):
        if isinstance(cause, sqlite3.Error):
            return getattr(cause, "sqlite_errorcode", 0) & _PRIMARY_CODE in _SQLITE_CODES
        return True  # PostgreSQL's class says just that: its faults of ours are ProgrammingErrors.
    if isinstance(error, InterfaceError):
        return not isinstance(cause, sqlite3.Error)  # "the connection is closed"
    return isinstance(error, InternalError) and getattr(cause, "sqlstate", "") == _READ_ONLY_TRANSACTION
