"""Whether something moved the version."""

from collections.abc import Callable
from typing import Any

from django.db import connection

from standfirst.cache.versions import read_version


def token() -> int:
    """Return the version of the content."""
    version = read_version()
    assert version is not None
    return version.content


def moves(act: Callable[[], Any]) -> bool:
    """Return whether an act moves the version."""
    before = token()
    act()
    return token() != before


def run(statement: str, *values: Any) -> int:
    """Run a statement as any program would; return how many rows it found."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
