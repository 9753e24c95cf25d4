"""Prints everything that a site holds and says, as JSON. Runs in its shell, before and after an upgrade."""

import json
import sys

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from wagtail.models import Page

# What is derived from the rest, or changes by looking.
LEFT_OUT = (
    "django_session",
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group_permissions",
    "accounts_user",  # its last login
    "sqlite_",
    "wagtailadmin_editingsession",
    "wagtailcore_referenceindex",
    "wagtailsearch_",
    "modelsearch_",
    # They move whenever anything is written.
    "standfirst_content_",
)
TRIGGERS = {
    "sqlite": "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT trigger_name, event_object_table, action_timing || ' ' || event_manipulation || ' ' || "
        "action_statement FROM information_schema.triggers WHERE trigger_schema = 'public'"
    ),
}
ADDRESSES = [
    "/",
    "/blog/",
    "/mill/",
    "/articles/",
    "/articles/salt/",
    "/articles/salt-again/",
    "/blog/wild-yeast/",
]


def read_rows(cursor):
    rows = {}
    for table in connection.introspection.table_names(cursor):
        if table.startswith(LEFT_OUT):
            continue
        key = connection.introspection.get_primary_key_column(cursor, table)
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY "{key}"')
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        rows[table] = {str(row[key]): row for row in found}
    return rows


def read_schema(cursor):
    schema = {}
    for table in connection.introspection.table_names(cursor):
        if not table.startswith(("standfirst", "blog_")):
            continue
        columns = connection.introspection.get_table_description(cursor, table)
        constraints = connection.introspection.get_constraints(cursor, table).values()
        kinds = ("columns", "primary_key", "unique", "foreign_key", "check", "index")
        schema[table] = {
            "columns": sorted([column.name, str(column.type_code), column.null_ok] for column in columns),
            "constraints": sorted(json.dumps([part[kind] for kind in kinds]) for part in constraints),
        }
    cursor.execute(TRIGGERS[connection.vendor])
    schema["triggers"] = sorted(list(row) for row in cursor.fetchall())
    return schema


def read_answers():
    client = Client(headers={"host": "localhost"})
    articles = client.get("/api/v1/articles/").json()["items"]
    pages = Page.objects.live().filter(depth__gt=1)
    addresses = ["/api/v1/articles/", "/api/v1/claims/", "/api/v1/sources/"]
    addresses += [f"/api/v1/articles/{article['id']}/" for article in articles]
    answers = {address: client.get(address).json() for address in addresses}
    for page in pages:
        answer = client.get(f"/api/v1/comments/?page={page.pk}")
        answers[f"comments on {page.slug}"] = answer.json()
    return answers


def read_statuses():
    client, owner = Client(headers={"host": "localhost"}), get_user_model().objects.get(is_superuser=True)
    statuses = {address: client.get(address).status_code for address in ADDRESSES}
    client.force_login(owner)
    screens = [
        "/admin/",
        "/admin/standfirst/comments/",
        "/admin/snippets/base/person/",
        "/admin/reports/aging-pages/",
    ]
    screens += [f"/admin/pages/{page.pk}/edit/" for page in Page.objects.filter(depth__gt=1, alias_of=None)]
    return statuses | {address: client.get(address).status_code for address in screens}


with connection.cursor() as cursor:
    snapshot = {
        "answers": read_answers(),
        "statuses": read_statuses(),
        "rows": read_rows(cursor),
        "schema": read_schema(cursor),
    }
sys.stdout.write(json.dumps(snapshot, default=str))
