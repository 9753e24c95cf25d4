"""``manage.py standfirst_recount_discussions``: prove or set right the counters of discussions."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...services import recount_discussions


class Command(BaseCommand):
    """Set wrong counters right, or with --check only report them."""

    help = "Set the counters of all discussions right, as after SQL or a restored backup."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Write nothing; exit with 1 if any counter is wrong."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wrong, total = recount_discussions(check_only=options["check"])
        for discussion in wrong:
            self.stdout.write(f"Page {discussion.page_id}: the counters of its discussion are wrong.")
        if options["check"] and wrong:
            raise CommandError(
                f"{len(wrong)} of {total} discussions have wrong counters. "
                "Run recount_discussions without --check."
            )
        result = "wrong" if options["check"] else "set right"
        self.stdout.write(f"{total} discussions counted, {len(wrong)} of them {result}.")
