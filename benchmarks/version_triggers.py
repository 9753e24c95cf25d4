"""Measures what the triggers of the content's version cost: ``python -m benchmarks.version_triggers``.

A throwaway database is migrated; articles are published and comments posted, with the triggers and without
them in turn, so that whatever else the machine does hits both alike. ``DATABASE_URL`` may name an empty
PostgreSQL database; otherwise it is SQLite.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from statistics import median
from typing import Any

ROUNDS = 12
PER_ROUND = 10
BULK_ROWS = 10_000


def main() -> int:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DJANGO_SETTINGS_MODULE"] = "cms.settings"
        os.environ["STANDFIRST_DATA_DIR"] = folder
        os.environ.setdefault("STANDFIRST_SECRET_KEY", "benchmark")
        import django

        django.setup()
        from django.conf import settings

        settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 0
        settings.ALLOWED_HOSTS = ["*"]
        run()
    return 0


def run() -> None:
    from django.core.management import call_command
    from django.db import connection

    from standfirst.cache.triggers import make_triggers, remove_triggers
    from standfirst.cache.versions import read_version

    call_command("migrate", verbosity=0)
    acts = make_acts()
    times: dict[str, dict[bool, list[float]]] = {name: {True: [], False: []} for name in acts}
    for number_of_round in range(ROUNDS):
        # Whoever comes second finds more in memory.
        for has_triggers in (True, False) if number_of_round % 2 else (False, True):
            make_triggers() if has_triggers else remove_triggers()
            for name, act in acts.items():
                act()  # What is done for the first time takes longer.
                number = 1 if name.startswith(str(BULK_ROWS)) else PER_ROUND
                for _ in range(number):
                    started = time.perf_counter()
                    act()
                    times[name][has_triggers].append((time.perf_counter() - started) * 1000)
    make_triggers()
    print(f"{connection.vendor}: milliseconds, median of {ROUNDS} rounds")
    print(f"{'':40} {'without':>9} {'with':>9} {'ratio':>7}")
    for name, found in times.items():
        without, with_triggers = median(found[False]), median(found[True])
        print(f"{name:40} {without:9.2f} {with_triggers:9.2f} {with_triggers / without:7.2f}")
    read_version()
    started = time.perf_counter()
    for _ in range(1000):
        read_version()
    print(f"read_version: {(time.perf_counter() - started):.3f} ms")


def make_acts() -> dict[str, Callable[[], Any]]:
    """Return what is measured, by name."""
    from itertools import count

    from django.test import Client
    from taggit.models import Tag
    from wagtail.models import Page, Site

    from articles.models import ArticlePage
    from articles.models import Source as Work

    home = Site.objects.get().root_page
    source = Work.objects.create(title="A study")
    citation = {"type": "item", "value": {"source": source.pk, "relation": "supports", "locator": ""}}
    claim = {"statement": "It helps.", "certainty": "low", "direction": "supports", "citations": [citation]}
    body = [{"type": "claim", "value": claim} for _ in range(3)]
    article: Any = home.add_child(instance=ArticlePage(title="An article", live=False))
    article.body = article._meta.get_field("body").to_python(body)
    article.save_revision().publish()
    numbers = count()
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})

    def publish() -> None:
        page = Page.objects.get(pk=article.pk).specific
        page.title = f"Article {next(numbers)}"
        page.save_revision().publish()

    def save_draft() -> None:
        page = Page.objects.get(pk=article.pk).specific
        page.title = f"Draft {next(numbers)}"
        page.save_revision()

    def comment() -> None:
        data = {
            "comment": f"Number {next(numbers)}",
            "name": "Ada",
            "email": "ada@example.org",
            "page": article.pk,
        }
        response = client.post("/api/v1/comments/", data, content_type="application/json")
        if response.status_code >= 300:
            sys.exit(f"The comment was refused: {response.content.decode()}")

    def save_source() -> None:
        Work.objects.filter(pk=source.pk).update(title=f"Study {next(numbers)}")

    def add_tags() -> None:
        Tag.objects.bulk_create(
            [Tag(name=f"t{(n := next(numbers))}", slug=f"t{n}") for _ in range(BULK_ROWS)]
        )
        Tag.objects.all()._raw_delete("default")

    return {
        "An article is published": publish,
        "A draft is saved": save_draft,
        "A comment is posted to the API": comment,
        "One row is changed in autocommit": save_source,
        f"{BULK_ROWS} rows are added and deleted": add_tags,
    }


if __name__ == "__main__":
    sys.exit(main())
