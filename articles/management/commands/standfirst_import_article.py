"""``manage.py standfirst_import_article``: reads an article from a file and makes or updates its page."""

import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import NoReverseMatch, reverse

from ...importing import UnreadableArticleError
from ...services import ImportRefusedError, ImportReport, Outcome, import_article

_NOUNS = (
    ("heading", "heading", "headings"),
    ("paragraph", "paragraph", "paragraphs"),
    ("list", "list", "lists"),
    ("quote", "quote", "quotes"),
    ("table", "table", "tables"),
)


class Command(BaseCommand):
    help = (
        "Reads an article from a plain text, Markdown or HTML file and makes a page of it. Run again with a "
        "later version of the file it updates that page; what editors added or changed there stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The article: .txt, .md or .html.")
        parser.add_argument(
            "--parent",
            default="",
            metavar="SLUG",
            help="The slug of the page to put it under; by default the only article index.",
        )
        parser.add_argument("--publish", action="store_true", help="Publish the page.")
        parser.add_argument(
            "--encoding", default="", help="The text's encoding, if it is not UTF-8 and the file doesn't say."
        )

    def handle(
        self, *args: Any, file: Path, parent: str, publish: bool, encoding: str, **options: Any
    ) -> None:
        try:
            from ...importing.files import read_file
        except ImportError as error:
            raise CommandError(
                "Reading articles needs some more libraries. Install them with: "
                "pip install 'wagtail-standfirst[import]'"
            ) from error
        data = _read(file)
        try:
            article = read_file(data, file.name, encoding=encoding)
        except UnreadableArticleError as error:
            raise CommandError(f"{file.name}: {error}") from error
        try:
            report = import_article(article=article, parent_slug=parent, publish=publish, file_name=file.name)
        except ImportRefusedError as error:
            raise CommandError(str(error)) from error
        self._tell(report)

    def _tell(self, report: ImportReport) -> None:
        page = report.page
        verb = {
            Outcome.CREATED: "Made",
            Outcome.UPDATED: "Updated",
            Outcome.UNCHANGED: "Nothing new for",
        }[report.outcome]
        state = (
            "published" if report.is_published else "live, changes not published" if page.live else "draft"
        )
        if report.outcome is Outcome.UNCHANGED and page.live and not page.has_unpublished_changes:
            state = "published"
        self.stdout.write(self.style.SUCCESS(f"{verb} “{page.title}” (page {page.pk}, {state})."))
        counts = [
            f"{report.counts[kind]} {one if report.counts[kind] == 1 else many}"
            for kind, one, many in _NOUNS
            if report.counts[kind]
        ]
        self.stdout.write(f"The file holds {', '.join(counts)}.")
        with suppress(NoReverseMatch):  # A site may have no admin.
            self.stdout.write(f"Edit it at {reverse('wagtailadmin_pages:edit', args=[page.pk])}")
        for note in report.notes:
            self.stdout.write(f"- {note}")


def _read(file: Path) -> bytes:
    from ...importing.files import MAX_BYTES, too_large

    try:
        status = file.stat()
        size = status.st_size
        if stat.S_ISDIR(status.st_mode):
            raise CommandError(f"{file} is a folder, not a file.")
        if not stat.S_ISREG(status.st_mode):
            # Opening a pipe waits until somebody writes to it.
            raise CommandError(f"{file} is a pipe or a device, not a file.")
        if size > MAX_BYTES:
            raise CommandError(f"{file.name}: {too_large(size)}")
        with file.open("rb") as opened:
            # One byte more than allowed, for files that grow or don't report their size.
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{file} could not be read: {error.strerror or error}.") from error
