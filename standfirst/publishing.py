"""Publishing that replaces nobody's version unawares, in one transaction with everything that follows."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from wagtail.actions import (
    ConvertAliasPageAction,
    CopyPageAction,
    DeletePageAction,
    EditPageAction,
    PublishPageRevisionAction,
    UnpublishPageAction,
)
from wagtail.models import Revision

from standfirst.aliases import page_model
from standfirst.going_live import acting
from standfirst.page_rows import bring_up_to_date, lock_page, renew, written_as
from standfirst.write_lock import writing

logger = logging.getLogger(__name__)

# What Wagtail's scheduler, `publish_scheduled`, writes into the log. It has no other mark.
_SCHEDULED = "wagtail.publish.scheduled"


class StaleRevisionError(ValidationError, PermissionDenied):
    """A revision isn't published, because what is live now was published behind its back.

    To Wagtail's API it is a validation error (422). It is a denial, too, because the admin's own views handle
    those: a workflow's last approval must not end in an error page.
    """

    def __init__(self, live: Revision) -> None:
        super().__init__(describe_overtaking(live), code="stale_revision")
        self.live = live


def find_overtaking_revision(revision: Revision) -> Revision | None:
    """Return the live revision of the page if ``revision`` was not made from it, else None.

    A revision holds which revisions were live and latest when its page was loaded, so its line of ancestors
    can be followed. Whoever made it saw what stands in that line or was live when one of it was made.
    """
    live_id = (
        page_model()
        ._base_manager.filter(pk=revision.object_id)
        .values_list("live_revision_id", flat=True)
        .first()
    )
    if live_id is None or live_id == revision.pk:
        return None
    revisions = Revision.page_revisions.filter(object_id=revision.object_id)
    seen = {revision.pk}
    was_live, parent = revision.content.get("live_revision"), revision.content.get("latest_revision")
    while live_id not in (was_live, parent):
        # Ids only grow, so that nothing further back can come from the live revision.
        if parent is None or parent in seen or parent < live_id:
            return revisions.select_related("user").get(pk=live_id)
        seen.add(parent)
        row = revisions.filter(pk=parent).values_list("content__live_revision", "content__latest_revision")
        was_live, parent = row.first() or (None, None)
    return None


def may_publish(revision: Revision, *, log_action: Any = True, previous_revision: Any = None) -> bool:
    """Return whether a revision is to be published now. Call this first in the transaction that publishes.

    Locks the page. Raises ``StaleRevisionError`` if another revision was published since ``revision`` was
    begun; a reversal, which has a ``previous_revision``, means to replace what is live.

    The scheduler must not be stopped by one page: for it the answer is False, and the revision is taken off
    the schedule. It is False, too, for a schedule that somebody cancelled while the scheduler was at work.
    """
    if not lock_page(revision.object_id):
        return True  # Wagtail says what is wrong with a page that is gone.
    # The page as it was loaded with the revision may have been moved or got a newer draft since.
    revision._state.fields_cache.pop("content_object", None)
    if previous_revision is not None:
        return True
    live = find_overtaking_revision(revision)
    if log_action != _SCHEDULED:
        if live is not None:
            raise StaleRevisionError(live)
        return True
    waiting = Revision.objects.filter(pk=revision.pk, approved_go_live_at__isnull=False)
    if live is None and waiting.exists():
        return True
    waiting.update(approved_go_live_at=None)
    revision.approved_go_live_at = None
    logger.warning(
        "Revision %s of page %s was scheduled, but is not published: another one was published since.",
        revision.pk,
        revision.object_id,
    )
    return False


def describe_overtaking(live: Revision) -> str:
    """Return the sentence that says who published what is live now, and when."""
    page = live.content_object
    published_at = page.last_published_at or live.created_at
    return _(
        "This version was not published: since it was begun, %(name)s published another one (%(date)s), "
        "and publishing yours would have replaced it."
    ) % {
        "name": (live.user.get_full_name() or live.user.get_username()) if live.user else _("somebody"),
        "date": date_format(localtime(published_at), "DATETIME_FORMAT"),
    }


@contextmanager
def publishing(
    revision: Revision, *, user: Any = None, log_action: Any = True, previous_revision: Any = None
) -> Iterator[bool]:
    """Publish in one transaction, in the name of ``user``. Yields and raises what ``may_publish`` does."""
    with writing(), acting(user):
        yield may_publish(revision, log_action=log_action, previous_revision=previous_revision)


class GuardedPublishPageRevisionAction(PublishPageRevisionAction):
    """Publishes a page's revision wholly or not at all, and never one that is stale.

    Wagtail's action writes the page, its aliases, its schedule and its log one after the other; a crash in
    between would leave some of them behind. ``ArticleMixin.publish`` covers callers of the page's method,
    this covers callers of the registered action, such as Wagtail's API.
    """

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Publish or schedule the revision as Wagtail does. Raises ``StaleRevisionError``."""
        with publishing(
            self.revision,
            user=self.user,
            log_action=self.log_action,
            previous_revision=self.previous_revision,
        ) as is_due:
            self.object = self.revision.as_object()
            return super().execute(*args, **kwargs) if is_due else None


class GuardedEditPageAction(EditPageAction):
    """Saves a page as Wagtail's API does, and undoes nothing that was done since the page was loaded.

    A page that went live meanwhile stays as it is, and what was written becomes a draft. To publish it is
    refused then.
    """

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Save and, if asked to, publish. Raises ``StaleRevisionError``, ``Http404`` if the page is gone."""
        with writing(), acting(self.user):
            row = bring_up_to_date(self.instance)
            if row is None:
                raise Http404
            if self.publish and row.was_published:
                raise StaleRevisionError(Revision.page_revisions.get(pk=row.live_revision_id))
            self._row = row
            return super().execute(*args, **kwargs)

    def _save_instance(self) -> None:
        with written_as(self.instance, self._row):
            super()._save_instance()


class _Whole:
    """An action of Wagtail's that is done wholly or not at all, in the name of its user."""

    user: Any

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        with writing(), acting(self.user):
            return super().execute(*args, **kwargs)  # type: ignore[misc]


class WholeUnpublishPageAction(_Whole, UnpublishPageAction):
    """Takes a page, its schedule and its aliases offline. The newest draft stays its latest version."""

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        with writing():
            renew(self.object)
            return super().execute(*args, **kwargs)


class WholeDeletePageAction(_Whole, DeletePageAction):
    """Deletes a page and those below it."""


class WholeCopyPageAction(_Whole, CopyPageAction):
    """Copies a page, its revisions and, if asked to, the pages below it."""


class WholeConvertAliasPageAction(_Whole, ConvertAliasPageAction):
    """Makes an alias a page of its own, with its first revision."""


ACTIONS = (
    GuardedPublishPageRevisionAction,
    GuardedEditPageAction,
    WholeUnpublishPageAction,
    WholeDeletePageAction,
    WholeCopyPageAction,
    WholeConvertAliasPageAction,
)
