"""The editing of sources and people in the Wagtail admin."""

from typing import Any

from django.utils.safestring import SafeString
from wagtail.admin import messages
from wagtail.locks import BaseLock
from wagtail.snippets.views.snippets import EditView

from .refusals import describe_refused_change


class ShownOnPagesLock(BaseLock):
    """Keeps a row as it is for a user who may not publish all live pages that show it."""

    def __init__(self, instance: Any, pages: list[Any]) -> None:
        super().__init__(instance)
        self._pages = pages

    def for_user(self, user: Any) -> bool:
        return True

    def get_message(self, user: Any, *, was_tried: bool = False) -> SafeString:
        return describe_refused_change(self.object, pages=self._pages, user=user, was_tried=was_tried)


class ShownOnPagesEditView(EditView):
    """An editor that can be read but not written by those whom the permission policy refuses the change.

    Wagtail's own view asks only about the model, not about the row.
    """

    locked_for_user: bool

    def get_lock(self) -> BaseLock | None:
        pages = list(self.permission_policy.find_pages_out_of_reach(self.request.user, self.object))
        return ShownOnPagesLock(self.object, pages) if pages else None

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        if self.locked_for_user and not form.is_bound:
            for field in form.fields.values():
                field.disabled = True
        return form

    def get_lock_context(self) -> dict[str, Any]:
        if self.lock and self.request.method == "GET":
            messages.warning(self.request, self.lock.get_message(self.request.user), extra_tags="lock")
        return {**super().get_lock_context(), "locked_for_user": self.locked_for_user}

    def is_valid(self, form: Any) -> bool:
        if self.locked_for_user:
            self.produced_error_code = "locked"
            self.produced_error_message = self.lock.get_message(self.request.user, was_tried=True)
            # The form comes back with what was typed, and a way to try again.
            self.locked_for_user = False
            return False
        return super().is_valid(form)
