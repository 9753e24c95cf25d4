"""What all triggers of ours have in common: where they can be made, and how."""

from typing import Any, Final

from django.db import connections

TRIGGER_VENDORS: Final = ("sqlite", "postgresql")


def has_triggers(using: str) -> bool:
    """Return whether we make triggers on a database."""
    return connections[using].vendor in TRIGGER_VENDORS


def execute(connection: Any, statement: str) -> None:
    """Run a statement without parameters: one that makes a trigger may hold a per cent sign."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
