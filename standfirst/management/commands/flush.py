"""Django's ``flush``, which also empties the tables of records."""

from typing import Any

from django.core.management.commands import flush

from standfirst.records.doors import open_permit


class Command(flush.Command):
    """On SQLite, flush deletes row by row, which the triggers would refuse; elsewhere it truncates."""

    def handle(self, **options: Any) -> None:
        with open_permit(options["database"]):
            super().handle(**options)
