"""``manage.py standfirst_bump_version``: have every kept answer made anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from standfirst.cache.versions import bump_version


class Command(BaseCommand):
    """Move the version of the content by hand."""

    help = "Moves the version of the content, so that every kept answer is made anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--reason", default="", help="what standfirst_cache_versions and the log will say it was for"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            bump_version(options["reason"].strip() or "no reason given")
        except DatabaseError as error:
            raise CommandError(f"The version could not be moved. Has migrate been run? {error}") from error
        if options["verbosity"]:
            self.stdout.write("Every kept answer will be made anew.")
