"""Who may change what live pages show.

A source or a person has no draft: what is saved stands in every published article at once. So whoever changes
one publishes, and must be allowed to publish each of these pages.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet
from wagtail.models import GroupPagePermission
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.permissions import policy_registry, register_permission_policy

from .models import Person, Source


class ShownOnPagesPermissionPolicy(ModelPermissionPolicy):
    """The model's permissions, and for ``change`` the right to publish every live page that shows the row.

    For a model whose rows are ``ProtectedWhereUsed``. Deleting needs no such right: nobody deletes what is
    used.
    """

    def find_pages_out_of_reach(self, user: Any, instance: Any) -> QuerySet[Any]:
        """Return the live pages that show the row and that the user may not publish, by title."""
        showing = self.model.objects.filter(pk=instance.pk).find_showing_pages()
        pages = PagePermissionPolicy()
        publishable = pages.instances_user_has_permission_for(user, "publish")
        found = pages.model._default_manager.filter(pk__in=showing.get(instance.pk, ()))
        return found.exclude(pk__in=publishable.values("pk")).order_by("title", "pk")

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        if not super().user_has_permission_for_instance(user, action, instance):
            return False
        return action != "change" or not self.find_pages_out_of_reach(user, instance).exists()

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[Any]:
        actions = set(actions)
        rows: QuerySet[Any] = super().instances_user_has_any_permission_for(user, actions)
        if "change" not in actions or self.user_has_any_permission(user, actions - {"change"}):
            return rows
        showing = rows.find_showing_pages()  # type: ignore[attr-defined]
        publishable = set(
            PagePermissionPolicy()
            .instances_user_has_permission_for(user, "publish")
            .filter(pk__in=set().union(*showing.values()))
            .values_list("pk", flat=True)
        )
        return rows.exclude(pk__in=[pk for pk, pages in showing.items() if not pages <= publishable])

    def users_with_any_permission_for_instance(self, actions: Iterable[str], instance: Any) -> QuerySet[Any]:
        actions = set(actions)
        users: QuerySet[Any] = self.users_with_any_permission(actions)
        if "change" not in actions:
            return users
        others = self.users_with_any_permission(actions - {"change"}).values("pk")
        publishers = self._find_publishers(instance, users.exclude(pk__in=others))
        return users.filter(pk__in=publishers) | users.filter(pk__in=others)

    def _find_publishers(self, instance: Any, users: QuerySet[Any]) -> Collection[int]:
        """Return those of the users who may publish every live page that shows the row."""
        showing = self.model.objects.filter(pk=instance.pk).find_showing_pages()
        page_ids = showing.get(instance.pk, set())
        paths = (
            PagePermissionPolicy()
            .model._default_manager.filter(pk__in=page_ids)
            .values_list("path", flat=True)
        )
        rights: dict[int, list[str]] = {}
        granted = GroupPagePermission.objects.filter(
            permission__codename="publish_page", group__user__in=users
        )
        for user_id, path in granted.values_list("group__user", "page__path"):
            rights.setdefault(user_id, []).append(path)
        paths = list(paths)
        return [
            user.pk
            for user in users
            if user.is_superuser or all(path.startswith(tuple(rights.get(user.pk, ()))) for path in paths)
        ]


def register_policies() -> None:
    """Have Wagtail ask these policies about sources and people. Does nothing the second time."""
    for model in (Source, Person):
        if policy_registry.get_by_type(model, fallback=False) is None:
            register_permission_policy(model, ShownOnPagesPermissionPolicy(model))
