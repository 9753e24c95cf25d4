"""Screens of Wagtail's admin for rows that nobody types in."""

from typing import Any

from django.utils.functional import cached_property
from wagtail.admin.viewsets.model import ModelViewSet


class FormlessViewSet(ModelViewSet):
    """Lists and shows rows without a form to add, edit or delete them: what is done to them is an act."""

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Return the arguments of all views, without the addresses of views that don't exist."""
        unused = dict.fromkeys(
            ("add_url_name", "edit_url_name", "delete_url_name", "history_url_name", "usage_url_name")
        )
        result: dict[str, Any] = super().get_common_view_kwargs(**{**unused, **kwargs})
        return result

    @cached_property
    def _edit_handler(self) -> None:
        return None
