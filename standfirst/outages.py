"""Telling an outage of the database or the disk from a fault of ours."""

import errno
import sqlite3

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError

# For how long a client is asked to wait before it tries again, in seconds.
RETRY_SECONDS = 30

# SQLite's primary result codes (https://sqlite.org/rescode.html). "no such table" is none of these.
_SQLITE_CODES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
_PRIMARY_CODE = 0xFF
# PostgreSQL's codes among the InternalErrors (its manual's appendix "Error Codes"): a server that takes no
# writes, a transaction that it ended for idling too long, and corrupt data or indexes.
_POSTGRES_STATES = frozenset({"25006", "25P03", "25P04", "XX001", "XX002"})
# OperationalErrors all the same, but trying again doesn't help: a statement or a value is too large.
_PROGRAM_LIMITS = "54"
_SYSTEM_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENFILE, errno.EMFILE})


def is_outage(error: BaseException | None) -> bool:
    """Return whether an error, or what caused it, means that the database or the disk can't be used now.

    A disk that is full or read-only counts, as do a lock that was waited for in vain and a database file that
    is damaged: until somebody has put it right, nothing can be read or kept.
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
    if isinstance(cause, sqlite3.Error):
        # Not by Django's class: a damaged file is a bare DatabaseError.
        code = getattr(cause, "sqlite_errorcode", 0)
        return isinstance(error, DatabaseError) and code & _PRIMARY_CODE in _SQLITE_CODES
    state = getattr(cause, "sqlstate", None) or ""
    if isinstance(error, OperationalError):
        # PostgreSQL's class says just that (53, 57, 58, connections): our faults have others.
        return not state.startswith(_PROGRAM_LIMITS)
    if isinstance(error, InterfaceError):
        return True  # "the connection is closed"
    return isinstance(error, InternalError) and state in _POSTGRES_STATES
