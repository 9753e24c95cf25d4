import json
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand

from articles.models import ArticlePage
from comments.services import submit_comment

AUTOSAVE_SECONDS = 0.5


class Command(BaseCommand):
    """Do what an editor and a reader do while the site is read, and print how long each act took as JSON."""

    help = "Publishes, or types and comments. `python -m benchmarks` runs it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["publish", "type"])
        parser.add_argument("page", type=int)
        parser.add_argument("--times", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        act: Callable[[int, int], None] = getattr(self, f"_{options['act']}")
        seconds = []
        for number in range(options["times"]):
            began = time.monotonic()
            act(options["page"], number)
            seconds.append(time.monotonic() - began)
            time.sleep(max(0, began + AUTOSAVE_SECONDS - time.monotonic()))
        self.stdout.write(json.dumps(seconds))

    def _publish(self, page_id: int, number: int) -> None:
        page = ArticlePage.objects.get(pk=page_id)
        page.standfirst = f"Published for the measurement, the time {number}."
        page.save_revision().publish()

    def _type(self, page_id: int, number: int) -> None:
        """Save a draft, and every second time send in a comment, so one a second."""
        page = ArticlePage.objects.get(pk=page_id)
        page.standfirst = f"Typed for the measurement, up to letter {number}."
        page.save_revision()
        if number % 2 == 0:
            submit_comment(
                page=page,
                body=f"A comment that comes in meanwhile, number {number} of {time.time()}.",
                author_name="Reader",
                author_email="reader@example.org",
                ip_address="203.0.113.1",
            )
