import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from benchmarks.seeding import seed_site


class Command(BaseCommand):
    """Fill the throwaway site of the benchmark, and print what was made as JSON."""

    help = "Fills an empty site with articles and comments to measure. `python -m benchmarks` runs it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--articles", type=int, required=True)
        parser.add_argument("--comments", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        seeds = seed_site(articles=options["articles"], comments=options["comments"])
        self.stdout.write(json.dumps(asdict(seeds)))
