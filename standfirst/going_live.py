"""Tells the apps, in the transaction that saves a page, that it was published or is shown no more.

A page goes live in many ways: its publish action, the scheduler, a workflow, a copy of a live page, an alias
that becomes a page of its own, a script that saves a live page. Only some of them send ``page_published``,
and the editor doesn't ask Wagtail's registry of actions; but all of them save the page, and Wagtail saves a
page in a transaction.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models.signals import post_save, pre_delete, pre_save
from wagtail.log_actions import LogContext, get_active_log_context
from wagtail.models import AbstractPage, Revision

from standfirst.aliases import page_model

# Saves that write none of these, nor a field that a follower named, change nothing that readers see. Saving a
# draft is such a save: the instance then holds the draft's content. After each, its names in `update_fields`.
_STATE = {
    "live": {"live"},
    "live_revision_id": {"live_revision", "live_revision_id"},
    "last_published_at": {"last_published_at"},
    "alias_of_id": {"alias_of", "alias_of_id"},
}
_IDENTITY = {"translation_key", "locale", "locale_id"}
_BEFORE = "_standfirst_before_save"
_FOLLOWED = "_standfirst_followed_without_revision"
_HOLDING = "_standfirst_holds_new_page_back"


class AfterPublishing(Protocol):
    """Called once each time a page was published, or saved while it is live.

    ``page`` is of its own class. Its row is saved, its child objects, such as bylines, are not yet: read them
    from the page, not from the database. ``revision`` is the one that went live, None if a script saved the
    page. ``user`` is who did it, None if nobody is known, as for the scheduler.
    """

    def __call__(self, *, page: Any, revision: Revision | None, user: Any) -> None: ...


class AfterUnpublishing(Protocol):
    """Called once when a page that was live no longer is, or is about to be deleted, or became an alias."""

    def __call__(self, *, page: Any, user: Any) -> None: ...


class AfterShowing(Protocol):
    """Called when a page is live that Wagtail has yet to make a revision for: a copy, or a converted alias.

    ``AfterPublishing`` follows as soon as there is one. These steps are not always in one transaction, so
    what is derived from the page alone has to be written here.
    """

    def __call__(self, *, page: Any) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Follower:
    """What an app does when pages are published or shown no more. An exception undoes the page's saving."""

    published: AfterPublishing
    unpublished: AfterUnpublishing
    shown: AfterShowing
    # Fields that a script may save alone, in which case the page counts as published.
    content_fields: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class _State:
    live: bool
    live_revision_id: int | None
    last_published_at: Any
    alias_of_id: int | None

    @property
    def is_shown(self) -> bool:
        # An alias has nothing of its own: what concerns its original concerns it.
        return self.live and self.alias_of_id is None


followers: list[Follower] = []


def follow_pages(follower: Follower) -> None:
    """Have an app told of all pages; it picks those that it is for. Call this in ``AppConfig.ready``."""
    followers.append(follower)


@contextmanager
def acting(user: Any) -> Iterator[None]:
    """Have what is published within count as the doing of ``user``; None leaves it as it is.

    Wagtail's admin says the same of its requests, through the context of its log.
    """
    active = get_active_log_context()
    if user is None or active.user == user:
        yield
        return
    context = LogContext(user=user, generate_uuid=False)
    context.uuid = active.uuid
    with context:
        yield


def hold_new_page_back(parent: Any) -> None:
    """Have the page that is added to this instance of its parent saved as a draft until it is published.

    Wagtail's editor saves a new page live first, without a revision and before its privacy is set.
    """
    parent.__dict__[_HOLDING] = True


def note_state_before_save(instance: Any, *, raw: bool = False, **kwargs: Any) -> None:
    """Before a page is saved: note what the database says of it, for ``follow_saved_page``."""
    if raw or not isinstance(instance, AbstractPage):
        return
    parent = getattr(instance, "_cached_parent_obj", None) if instance._state.adding else None
    if parent is not None and parent.__dict__.pop(_HOLDING, False):
        instance.live = False
    if not _is_telling(kwargs.get("update_fields")):
        return
    instance.__dict__[_BEFORE] = _read_state(instance.pk)


def follow_saved_page(instance: Any, *, raw: bool = False, created: bool = False, **kwargs: Any) -> None:
    """After a page was saved: tell the followers, but not of fixtures (``raw``), loaded in any order."""
    if raw or not isinstance(instance, AbstractPage):
        return
    before: _State | None = instance.__dict__.pop(_BEFORE, None)
    written: Iterable[str] | None = kwargs.get("update_fields")
    if not _is_telling(written):
        return
    after = _state_after(instance, before, written)
    was_shown = before is not None and before.is_shown
    if not after.is_shown:
        if was_shown:
            _unpublish(instance)
    elif not was_shown and _is_anothers(after.live_revision_id, instance):
        for follower in followers:
            follower.shown(page=_as_specific(instance))
    else:
        _publish_saved(instance, before, after, written)


def follow_deleted_page(instance: Any, **kwargs: Any) -> None:
    """Before a page is deleted: tell the followers, if readers could see it."""
    # Django deletes a row for each class of a page, and Wagtail's own handler has unpublished the instance.
    if not isinstance(instance, AbstractPage) or type(instance) is not instance.specific_class:
        return
    state = _read_state(instance.pk)
    if state is not None and state.is_shown:
        _unpublish(instance)


def connect() -> None:
    """Connect the handlers of this module."""
    pre_save.connect(note_state_before_save, dispatch_uid="standfirst.note_state_before_save")
    post_save.connect(follow_saved_page, dispatch_uid="standfirst.follow_saved_page")
    pre_delete.connect(follow_deleted_page, dispatch_uid="standfirst.follow_deleted_page")


def _publish_saved(
    instance: Any, before: _State | None, after: _State, written: Iterable[str] | None
) -> None:
    moved = before is None or (
        (before.live_revision_id, before.last_published_at)
        != (after.live_revision_id, after.last_published_at)
    )
    revision = instance.live_revision if moved and after.live_revision_id is not None else None
    user = get_active_log_context().user
    if revision is None:
        # Nothing of a page's content changes when it is saved as its base class, as Wagtail does to move it.
        if type(instance) is instance.specific_class or before is None or not before.is_shown:
            instance.__dict__[_FOLLOWED] = True
            _publish(instance, revision=None, user=user)
        return
    if written is not None:
        # Wagtail gives a revision to a page that is live already: whoever made it made the page.
        user = user or revision.user
        if instance.__dict__.pop(_FOLLOWED, False):
            return
    _publish(instance, revision=revision, user=user)


def _publish(instance: Any, *, revision: Revision | None, user: Any) -> None:
    page = _as_specific(instance)
    for follower in followers:
        follower.published(page=page, revision=revision, user=user)


def _unpublish(instance: Any) -> None:
    user = get_active_log_context().user
    page = _as_specific(instance)
    for follower in followers:
        follower.unpublished(page=page, user=user)


def _is_telling(written: Iterable[str] | None) -> bool:
    if not followers:
        return False
    if written is None:
        return True
    telling = _IDENTITY.union(*_STATE.values(), *(follower.content_fields for follower in followers))
    return not telling.isdisjoint(written)


def _read_state(page_id: Any) -> _State | None:
    if page_id is None:
        return None
    row = page_model()._base_manager.filter(pk=page_id).order_by().values(*_STATE).first()
    return _State(**row) if row else None


def _state_after(instance: Any, before: _State | None, written: Iterable[str] | None) -> _State:
    """Return what the database says now: of a field that was not written, the instance may say otherwise."""
    fields = set(_STATE if before is None or written is None else ())
    fields |= {name for name, names in _STATE.items() if not names.isdisjoint(written or ())}
    return _State(**{name: getattr(instance if name in fields else before, name) for name in _STATE})


def _is_anothers(revision_id: int | None, page: Any) -> bool:
    """Return whether a revision is of another page: a copy and an alias are saved with their original's."""
    if revision_id is None:
        return False
    return Revision.objects.filter(pk=revision_id).exclude(object_id=str(page.pk)).exists()


def _as_specific(instance: Any) -> Any:
    """Return a page as its own class; as it is if its class is gone."""
    model = instance.specific_class
    if model is None or isinstance(instance, model):
        return instance
    return model._default_manager.filter(pk=instance.pk).first() or instance
