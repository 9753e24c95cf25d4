"""``manage.py standfirst_render_articles``: renders the bodies of articles before they are asked for."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...services import render_all_bodies


class Command(BaseCommand):
    help = "Renders the bodies of published articles for the API where that is missing or out of date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Write nothing; fail if there is work to do."
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        report = render_all_bodies(check=check)
        left_out = f"; {report.left_out} can't be rendered ahead" if report.left_out else ""
        if check and report.rendered:
            raise CommandError(
                f"Of {report.pages} articles {report.rendered} are not rendered ahead{left_out}. "
                "Run standfirst_render_articles."
            )
        done = f"Of {report.pages} articles {report.rendered} were rendered{left_out}."
        self.stdout.write(self.style.SUCCESS(done))
