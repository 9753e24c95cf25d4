"""``manage.py standfirst_render_comments``: bring the stored HTML of comments up to date."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...services import render_comments


class Command(BaseCommand):
    """Render the texts of comments whose HTML is out of date, or with --check only count them."""

    help = "Render comments again whose text was changed by SQL, or that an older version rendered."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Write nothing; exit with 1 if any comment is out of date."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        outdated, total = render_comments(check_only=options["check"])
        if options["check"] and outdated:
            raise CommandError(
                f"{outdated} of {total} comments are out of date; readers see them rendered afresh, which "
                "takes longer. Run standfirst_render_comments without --check."
            )
        result = "out of date" if options["check"] else "rendered"
        self.stdout.write(f"{total} comments looked at, {outdated} of them {result}.")
