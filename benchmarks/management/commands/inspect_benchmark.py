import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from benchmarks.addresses import Address
from benchmarks.inspection import count_queries, profile


class Command(BaseCommand):
    """Count the queries of the addresses that standard input lists as JSON, and print the numbers by name."""

    help = "Counts the queries of measured addresses. `python -m benchmarks` runs it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--profile", type=int, default=0, metavar="LINES", help="print a profile first")

    def handle(self, *args: Any, **options: Any) -> None:
        addresses = [Address(**fields) for fields in json.load(sys.stdin)]
        if options["profile"]:
            for address in addresses:
                self.stdout.write(profile(address, lines=options["profile"]))
        self.stdout.write(json.dumps({address.name: count_queries(address) for address in addresses}))
