"""``manage.py rebuild_claims``: makes the index of claims anew from the published pages."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.services import rebuild_claims


class Command(BaseCommand):
    """Rebuild the index of claims, or prove that it is right."""

    help = "Makes the index of claims say what the published pages say."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the option."""
        parser.add_argument(
            "--check", action="store_true", help="Write nothing; fail if the index differs from the pages."
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Rebuild or check; a check that finds a difference raises ``CommandError``."""
        report = rebuild_claims(check=check)
        found = f"{report.added} missing, {report.changed} out of date, {report.removed} too many"
        if report.is_clean:
            self.stdout.write(
                self.style.SUCCESS(f"The claims of {report.pages} pages are indexed as they should be.")
            )
        elif check:
            raise CommandError(f"The index of claims differs from the pages: {found}. Run rebuild_claims.")
        else:
            self.stdout.write(self.style.SUCCESS(f"The index of claims was put right: {found}."))
