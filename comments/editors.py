"""Whether the author of a comment may use the admin, as part of the query for the comment."""

from functools import lru_cache
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.db import connections
from django.db.models import BooleanField, F, Func


class IsEditor(Func):
    """The condition that a foreign key names an account that may use the admin now.

    Django's own query for such accounts is long, and always the same: building it anew for each list of
    comments took longer than reading the comments.
    """

    output_field = BooleanField()

    def __init__(self, field: str) -> None:
        super().__init__(F(field))

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        """Return the condition. Databases look the one account up, as in a correlated subquery."""
        account, account_params = compiler.compile(self.get_source_expressions()[0])
        editors, editors_params = _select_editors(connection.alias, get_user_model())
        key = connection.ops.quote_name("editor_id")
        sql = f"EXISTS(SELECT 1 FROM ({editors}) editors WHERE editors.{key} = {account})"  # noqa: S608
        return sql, (*editors_params, *account_params)


@lru_cache(maxsize=8)
def _select_editors(using: str, user_model: Any) -> tuple[str, tuple[Any, ...]]:
    """Return the statement that selects the keys of all editors, with its parameters."""
    editors = ModelBackend().with_perm("wagtailadmin.access_admin").using(using)
    keys = editors.order_by().annotate(editor_id=F("pk")).values("editor_id")
    sql, params = keys.query.get_compiler(using, connection=connections[using]).as_sql()
    return sql, tuple(params)
