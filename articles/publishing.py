"""Wagtail's publish action, in one transaction with everything that follows from it."""

from typing import Any

from django.db import transaction
from wagtail.actions import PublishPageRevisionAction


class AtomicPublishPageRevisionAction(PublishPageRevisionAction):
    """Publishes a page's revision wholly or not at all.

    Wagtail's action writes the page, its aliases, its schedule and its log one after the other; a crash in
    between would leave some of them behind. ``ArticleMixin.publish`` covers callers of the page's method,
    this covers callers of the registered action, such as Wagtail's API.
    """

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Publish or schedule the revision as Wagtail does."""
        with transaction.atomic():
            return super().execute(*args, **kwargs)
