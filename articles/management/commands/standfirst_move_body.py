"""``manage.py standfirst_move_body``: copies a body that a page type has had into the body of articles."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...body.streams import find_stream_names
from ...models import ArticleMixin
from ...services.body_move import BodyMoveRefusedError, find_movable_fields, move_body


class Command(BaseCommand):
    help = "Copies a field of a page type, in pages and revisions, into its body of articles."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("model", help="The page type, such as home.BlogPage.")
        parser.add_argument("field", help="The field to copy: a StreamField or a text.")
        parser.add_argument("--to", default="", metavar="FIELD", help="The stream to copy into.")
        parser.add_argument(
            "--rename",
            action="append",
            default=[],
            metavar="OLD=NEW",
            help="What a block is called in the new stream; may be given again.",
        )
        parser.add_argument("--check", action="store_true", help="Write nothing; say what would be done.")

    def handle(
        self, *args: Any, model: str, field: str, to: str, rename: list[str], check: bool, **options: Any
    ) -> None:
        page_model = self._find_model(model)
        target = to or page_model.article_body
        if field == target or field not in find_movable_fields(page_model):
            raise CommandError(f"{model} has no other stream or text field “{field}”.")
        if target not in find_stream_names(page_model):
            raise CommandError(f"{model} has no StreamField “{target}”.")
        if not all("=" in pair for pair in rename):
            raise CommandError("Write --rename OLD=NEW.")
        names = dict(pair.split("=", 1) for pair in rename)
        try:
            report = move_body(model=page_model, source=field, target=target, names=names, check=check)
        except BodyMoveRefusedError as error:
            lines = "\n".join(f"- {problem}: {count}" for problem, count in error.problems.most_common())
            raise CommandError(f"Nothing was copied. These can't be:\n{lines}") from error
        done = "would be copied" if check else "were copied"
        self.stdout.write(
            self.style.SUCCESS(
                f"{report.blocks} blocks of {report.pages} pages, and {report.revisions} revisions, {done}."
            )
        )
        if report.skipped:
            self.stdout.write(
                f"{report.skipped} pages have something in “{target}” already: left as they are."
            )

    def _find_model(self, label: str) -> Any:
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError) as error:
            raise CommandError(f"There is no model “{label}”.") from error
        if not issubclass(model, ArticleMixin):
            raise CommandError(f"{label} is no page type with ArticleMixin.")
        return model
