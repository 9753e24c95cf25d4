"""Saving in Wagtail's editor, which undoes nothing that others did to the page meanwhile.

A draft is saved twice a second while somebody types, and whoever publishes, moves or unpublishes the page in
these milliseconds must not find it undone.
"""

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from wagtail.admin.viewsets.pages import page_viewset_registry
from wagtail.models import Revision

from standfirst.page_rows import PageRow, bring_up_to_date, lock_page, renew, written_as
from standfirst.write_lock import writing


class GuardedEditMixin:
    """A view of ``wagtail.admin.views.pages.edit.EditView`` that writes the page's row as it is now.

    What an editor typed is kept as a draft in any case, except where Wagtail itself refuses to save: when an
    autosave, or the overwriting of one, would hide a newer draft of somebody else.
    """

    def form_valid(self, form: Any) -> Any:
        """Do what the editor asked for; the form is saved by ``_save_form``."""
        form.save = partial(self._save_form, form, form.save)
        return super().form_valid(form)  # type: ignore[misc]

    def publish_action(self) -> Any:
        """Publish in one transaction, so that nobody else publishes between the check and the publication."""
        with writing():
            lock_page(self.page.pk)  # type: ignore[attr-defined]
            return super().publish_action()  # type: ignore[misc]

    def _save_form(self, form: Any, save: Any, commit: bool = True) -> Any:
        """Save the form as ``save`` does, but leave the content of a page alone that is live by now.

        Raises ``Http404`` for a page that was deleted meanwhile, ``PermissionDenied`` for a save that would
        hide a newer draft.
        """
        with writing():
            row = bring_up_to_date(form.instance)
            if row is None:
                raise Http404
            if self.action_name == "save":  # type: ignore[attr-defined]
                self._spare_versions_of_others(row)
            with written_as(form.instance, row):
                return save(commit=commit and not form.instance.live)

    def _spare_versions_of_others(self, row: PageRow) -> None:
        request: Any = self.request  # type: ignore[attr-defined]
        overwritten = request.POST.get("overwrite_revision_id", "")
        if overwritten and not overwritten.isdecimal():
            raise PermissionDenied(_("Cannot overwrite a revision that does not exist."))
        if row.has_newer_version and row.latest_revision_id != row.live_revision_id:
            if overwritten or self.expects_json_response:  # type: ignore[attr-defined]
                raise PermissionDenied(_("Saving will overwrite a newer version."))
        elif overwritten and (row.has_newer_version or _is_published(overwritten, row)):
            # What is live, or will be, stays as it was published; the draft becomes a version of its own.
            request.POST = request.POST.copy()
            del request.POST["overwrite_revision_id"]


class GuardedUnpublishMixin:
    """A view of ``wagtail.admin.views.pages.unpublish.UnpublishView`` that loses no draft."""

    def unpublish(self) -> Any:
        """Unpublish in one transaction. A draft that was saved meanwhile stays the latest version."""
        with writing():
            for page in self.objects_to_unpublish:  # type: ignore[attr-defined]
                renew(page)
            return super().unpublish()  # type: ignore[misc]


def guard_editing() -> None:
    """Guard the views of all page types, a site's own included, once their viewsets are registered."""
    registry = page_viewset_registry
    for viewset in {*registry.values_by_class.values(), *registry.values_by_exact_class.values()}:
        for name, mixin in (
            ("edit_view_class", GuardedEditMixin),
            ("revisions_revert_view_class", GuardedEditMixin),
            ("unpublish_view_class", GuardedUnpublishMixin),
        ):
            view = getattr(viewset, name)
            if not issubclass(view, mixin):
                setattr(viewset, name, type(view.__name__, (mixin, view), {"__module__": view.__module__}))


def _is_published(revision_id: str, row: PageRow) -> bool:
    """Return whether a revision is live or on the schedule. Takes a number in digits."""
    if revision_id == str(row.live_revision_id):
        return True
    return Revision.page_revisions.filter(pk=revision_id, approved_go_live_at__isnull=False).exists()
