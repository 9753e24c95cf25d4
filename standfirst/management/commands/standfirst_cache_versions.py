"""``manage.py standfirst_cache_versions``: whether kept answers can be checked, and what makes them stale."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from standfirst.cache.moves import read_moves
from standfirst.cache.triggers import find_missing, find_unclassed, find_unwatched
from standfirst.cache.versions import content_database, read_version
from standfirst.triggers import has_triggers


class Command(BaseCommand):
    """Show the version of the content, the state of its triggers, and what has moved it how often."""

    help = "Shows the version of the content, whether its triggers are there, and which tables have moved it."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it all; end with exit code 1 if no answer is kept because of what is missing."""
        using = content_database()
        connection = connections[using]
        missing = find_missing(connection) if has_triggers(using) else []
        version = None if missing else read_version()
        self.stdout.write(f"Version of the content: {version.content if version else 'none'}")
        if has_triggers(using):
            self.stdout.write(f"Triggers missing: {len(missing)}")
        for name in missing:
            self.stdout.write(f"  {name}")
        self._list("Tables that nobody has classed, which count", find_unclassed(connection))
        self._list("Tables that can't be watched", find_unwatched(connection))
        self.stdout.write("Moved by:")
        for moves in read_moves(connection):
            last = timezone.localtime(moves.last_at).strftime("%Y-%m-%d %H:%M:%S") if moves.last_at else ""
            self.stdout.write(f"  {moves.number:>10}  {last:19}  {moves.mover}")
        if version is None:
            raise CommandError("No answer is kept: the version can't be trusted. Run migrate, and check.")

    def _list(self, heading: str, names: list[str]) -> None:
        if names:
            self.stdout.write(f"{heading}: {', '.join(names)}")
