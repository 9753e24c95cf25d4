"""Wagtail's publish action, in one transaction with everything that follows from it."""

from typing import Any

from django.db import transaction
from wagtail.actions import PublishPageRevisionAction


class AtomicPublishPageRevisionAction(PublishPageRevisionAction):
    """Publishes a page's revision completely or not at all.

    Wagtail's action writes the page, its aliases, its schedule and its log one after the other; a crash in
    between would leave only some of them. ``ArticleMixin.publish`` covers callers of the page's method,
    this covers callers of the registered action, such as Wagtail's API.
    """

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            return super().execute(*args, **kwargs)
