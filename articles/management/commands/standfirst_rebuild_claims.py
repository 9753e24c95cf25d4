"""``manage.py standfirst_rebuild_claims``: rebuilds the index of claims from the published pages."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...services import rebuild_claims


class Command(BaseCommand):
    help = "Brings the index of claims into line with the published pages."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Write nothing; fail if the index differs from the pages."
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
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
