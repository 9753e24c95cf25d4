"""From the baseline to this version, in a site with data: nothing is lost, the schema is that of a new site.

``python -m tests.plugin.baseline make`` makes the baseline (``tests/plugin/baseline``). From then on its
migrations are as good as released: a change of a model is a further migration.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.plugin import baseline
from tests.plugin.bakery_site import MODERATOR, Bakeries, migrate, take_up
from tests.plugin.conftest import build_wheel
from tests.plugin.http_client import HttpClient
from tests.plugin.projects import Project, layered, served
from tests.plugin.test_new_site import approve_first, log_in
from tests.plugin.upgrading.comparing import find_losses

HERE = Path(__file__).parent
MAKE_DATA = (HERE / "upgrading" / "make_data.py").read_text(encoding="utf-8")
TAKE_SNAPSHOT = (HERE / "upgrading" / "take_snapshot.py").read_text(encoding="utf-8")
# The index, the counters, and the triggers of records.
LOOK_AFTER = """
from django.core.management import call_command
from django.db import DatabaseError, connection
call_command("standfirst_rebuild_claims", check=True)
call_command("standfirst_recount_discussions", check=True)
try:
    connection.cursor().execute("UPDATE standfirst_comments_moderationentry SET note = 'Never.'")
except DatabaseError:
    print("refused")
"""


def test_every_migration_of_the_baseline_is_still_there_and_unchanged() -> None:
    """A site that has run it never runs it again. Is this red? Then write a further migration."""
    files = baseline.read_archive()
    assert {name.partition("/")[0] for name in filter(baseline.is_migration, files)} == set(baseline.PACKAGES)
    assert list(baseline.find_changed_migrations(files, baseline.read_tree())) == []


@pytest.mark.parametrize(
    ("old", "new", "is_change"),
    [
        (b"max_length=250", b"max_length=251", True),
        (b"class Migration", b"# A comment.\n\n\nclass Migration", False),
    ],
)
def test_an_edited_migration_is_noticed(old: bytes, new: bytes, is_change: bool) -> None:
    files = baseline.read_archive()
    name = "articles/migrations/0001_initial.py"
    assert old in files[name]
    edited = {**files, name: files[name].replace(old, new)}
    expected = [f"{name} has changed: write a further migration instead."] if is_change else []
    assert list(baseline.find_changed_migrations(files, edited)) == expected


def test_a_migration_that_is_gone_is_noticed_and_a_further_one_is_not() -> None:
    files = baseline.read_archive()
    renamed = {name.replace("0001_initial", "0001_first"): content for name, content in files.items()}
    assert len(list(baseline.find_changed_migrations(files, renamed))) == len(baseline.PACKAGES)
    more = {**files, "comments/migrations/0002_more.py": b"class Migration: ..."}
    assert list(baseline.find_changed_migrations(files, more)) == []


def test_the_archive_is_the_same_for_the_same_files(tmp_path: Path) -> None:
    files = baseline.read_archive()
    baseline.write_archive(dict(reversed(files.items())), tmp_path / "again.tar.xz")
    assert baseline.read_archive(tmp_path / "again.tar.xz") == files
    assert (tmp_path / "again.tar.xz").read_bytes() == baseline.ARCHIVE.read_bytes()


BEFORE = {
    "rows": {"comment": {"1": {"id": 1, "body": "Hello"}}},
    "answers": {"/": {"items": [{"uid": "a"}], "next": None}},
    "statuses": {"/": 200},
}


@pytest.mark.parametrize(
    ("change", "losses"),
    [
        ({}, []),
        ({"rows": {"comment": {"1": {"id": 1, "body": "Hello", "new": 0}, "2": {}}, "new": {}}}, []),
        ({"rows": {}}, ["The table comment is gone."]),
        ({"rows": {"comment": {}}}, ["Row 1 of comment is gone."]),
        ({"rows": {"comment": {"1": {"id": 1}}}}, ["The column comment.body is gone."]),
        (
            {"rows": {"comment": {"1": {"id": 1, "body": ""}}}},
            ["comment.body of row 1 was 'Hello', and is ''."],
        ),
        ({"answers": {"/": {"items": [{"uid": "a", "new": 1}], "next": None, "new": 2}}}, []),
        (
            {"answers": {"/": {"items": [{"uid": "b"}], "next": None}}},
            ["answers / items 0 uid was 'a', and is 'b'."],
        ),
        ({"answers": {"/": {"next": None}}}, ["answers / has no items any more."]),
        ({"answers": {"/": {"items": [], "next": None}}}, ["answers / items was [{'uid': 'a'}], and is []."]),
        ({"statuses": {"/": 500}}, ["statuses / was 200, and is 500."]),
    ],
)
def test_a_loss_is_noticed_and_an_addition_is_none(change: dict[str, Any], losses: list[str]) -> None:
    assert list(find_losses(BEFORE, {**BEFORE, **change})) == losses


@pytest.mark.long
def test_a_site_with_data_is_upgraded(
    database: str, bakeries: Bakeries, bakery: Project, wheel: Path, tmp_path: Path
) -> None:
    """Rows, uids, bodies and answers are what they were; triggers and schema are those of a new site."""
    sources = tmp_path / "baseline"
    baseline.unpack(baseline.read_archive(), sources)
    project = layered(bakeries.copy("upgraded", database), tmp_path / "env")
    project.install(build_wheel(sources, tmp_path / "wheel"))
    take_up(project, sources / baseline.GUIDE)
    made = json.loads(project.shell(MAKE_DATA).splitlines()[-1])
    assert made["statuses"] == ["approved", "pending", "spam", "trash"]
    before = take_snapshot(project)
    assert set(before["statuses"].values()) == {200}
    assert len(before["answers"]["/api/v1/claims/"]["items"]) == 3

    project.install(wheel)
    migrate(project)
    after = take_snapshot(project)
    assert list(find_losses(before, after)) == []
    assert after["schema"] == take_snapshot(bakery)["schema"]
    assert project.shell(LOOK_AFTER).endswith("refused")

    with served(project) as site:
        reader, moderator = HttpClient(site), log_in(site, MODERATOR)
        page = reader.get("/blog/wild-yeast/")
        words = {"comment": "After the upgrade.", "name": "A reader", "email": "reader@example.org"}
        assert reader.submit(page, page.form(id="comment-form"), **words).status == 200
        for _ in range(2):  # One has waited since before.
            assert approve_first(moderator).status == 200
        shown = reader.get("/blog/wild-yeast/").text
        assert "After the upgrade." in shown
        assert "This one waits." in shown


def take_snapshot(project: Project) -> Any:
    return json.loads(project.shell(TAKE_SNAPSHOT).splitlines()[-1])
