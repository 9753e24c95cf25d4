"""Publishing many pages at once in the admin."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.admin.views.pages.bulk_actions import PublishBulkAction

from standfirst.publishing import StaleRevisionError


class GuardedPublishBulkAction(PublishBulkAction):
    """Wagtail's bulk publishing, which passes over aliases and stale versions and says so.

    An alias has no revision: it goes live with its original. Wagtail's own action breaks on it.
    """

    template_name = "standfirst/admin/confirm_bulk_publish.html"

    def get_actionable_objects(self) -> tuple[list[Any], dict[str, Any]]:
        """Return the pages that can be published, and beside them the aliases and what the user may not."""
        objects, others = super().get_actionable_objects()
        aliases = [page for page in objects if page.alias_of_id]
        return [page for page in objects if not page.alias_of_id], {**others, "aliases": aliases}

    def object_context(self, obj: Any) -> dict[str, Any]:
        """Return a page with the number of drafts below it that can be published with it."""
        context: dict[str, Any] = super().object_context(obj)
        context["draft_descendant_count"] = obj.get_descendants().not_live().filter(alias_of=None).count()
        return context

    def prepare_action(
        self, objects: list[Any], objects_without_access: dict[str, Any]
    ) -> HttpResponse | None:
        """Say which of the chosen pages are aliases."""
        self._refusals: list[str] = []
        if aliases := objects_without_access["aliases"]:
            messages.warning(
                self.request,
                ngettext(
                    "%(titles)s was not published: it is an alias, and goes live with its original.",
                    "%(titles)s were not published: they are aliases, and go live with their originals.",
                    len(aliases),
                )
                % {"titles": ", ".join(page.get_admin_display_title() for page in aliases)},
            )
        return None if objects else redirect(self.next_url)

    def get_execution_context(self) -> dict[str, Any]:
        """Return what ``execute_action`` is called with."""
        return {**super().get_execution_context(), "refusals": self._refusals}

    @classmethod
    def execute_action(
        cls,
        objects: Iterable[Any],
        include_descendants: bool = False,
        user: Any = None,
        refusals: list[str] | None = None,
        **kwargs: Any,
    ) -> tuple[int, int]:
        """Publish the pages' latest revisions; return how many, and how many of drafts below them."""
        refused = [] if refusals is None else refusals
        parents = children = 0
        for page in objects:
            parents += cls._publish(page, user, refused)
            if not include_descendants:
                continue
            drafts = page.get_descendants().not_live().filter(alias_of=None)
            for draft in drafts.defer_streamfields().specific().iterator():
                if user is None or draft.permissions_for_user(user).can_publish():
                    children += cls._publish(draft, user, refused)
        return parents, children

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        """Return what was published, None for nothing; what wasn't is said beside it."""
        for sentence in self._refusals:
            messages.error(self.request, sentence)
        if not num_parent_objects + num_child_objects:
            return None
        message: str = super().get_success_message(num_parent_objects, num_child_objects)
        return message

    @staticmethod
    def _publish(page: Any, user: Any, refusals: list[str]) -> bool:
        revision = page.get_latest_revision() or page.specific.save_revision(user=user)
        try:
            revision.publish(user=user)
        except StaleRevisionError as error:
            refusals.append(
                _("“%(title)s”: %(reason)s")
                % {"title": page.get_admin_display_title(), "reason": " ".join(error.messages)}
            )
            return False
        return True
