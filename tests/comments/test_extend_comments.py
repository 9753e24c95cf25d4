"""The code of docs/how-to/extend-comments.md, in use."""

import importlib
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.test import Client

from comments.enums import Status
from comments.models import Comment, ModerationEntry
from comments.services import set_comment_status
from comments.signals import comment_status_changed
from tests.plugin.followed_docs import FileStep, read_steps

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "extend-comments.md"


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """Follow the page: its files are there, its settings set. Here the app has its short name."""
    written: dict[str, str] = {}
    for step in read_steps(PAGE):
        assert isinstance(step, FileStep)
        written[step.path] = written.get(step.path, "") + step.text.replace("standfirst.comments", "comments")
    chosen: dict[str, Any] = {}
    exec(written.pop("mysite/settings/base.py"), chosen)  # noqa: S102 - our own page
    for name in ("STANDFIRST_COMMENTS_FORM", "STANDFIRST_COMMENTS_RULES"):
        setattr(settings, name, chosen[name])
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "__init__.py").touch()
    for path, text in written.items():
        (tmp_path / path).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    connected = list(comment_status_changed.receivers)
    yield
    comment_status_changed.receivers = connected
    comment_status_changed.sender_receivers_cache.clear()
    for name in [name for name in sys.modules if name == "home" or name.startswith("home.")]:
        del sys.modules[name]


@pytest.mark.usefixtures("followed")
class TestFollowed:
    def test_the_field(
        self, post: Callable[..., Any], form_data: dict[str, str], client: Client, moderator_client: Client
    ) -> None:
        assert checks.run_checks(tags=["comments"]) == []
        refused = post({**form_data, "treated_on": "2026-03-01"})
        assert refused.status_code == 422
        assert post({**form_data, "treated_on": "2026-03-01", "role": "patient"}).status_code == 303
        comment = Comment.objects.get()
        assert comment.extra == {"role": "patient", "treated_on": "2026-03-01"}
        set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
        shown = client.get("/the-page/").content.decode()
        assert "You write as" in shown
        assert "1 Mar 2026" not in shown
        assert client.get(f"/api/comments/{comment.uid}/").json()["extra"] == {"role": "patient"}
        assert "1 Mar 2026" in moderator_client.get("/admin/standfirst/comments/").content.decode()

    @pytest.mark.parametrize(
        ("links", "status", "reason"),
        [
            (1, "pending", "premoderation"),
            (2, "pending", "links"),
            (5, "pending", "links"),
            (6, "spam", "links"),
        ],
    )
    def test_the_rules(
        self, post: Callable[..., Any], form_data: dict[str, str], links: int, status: str, reason: str
    ) -> None:
        words = " ".join(["https://example.org/"] * links)
        assert post({**form_data, "role": "patient", "comment": words}).status_code == 303
        entry = ModerationEntry.objects.get()
        assert (entry.to_status, entry.reason) == (status, reason)
        assert entry.note == ("" if links < 2 else f"{links} links")

    def test_the_refusal(
        self, post_json: Callable[..., Any], json_data: dict[str, Any], post: Callable[..., Any]
    ) -> None:
        refused = post_json({**json_data, "extra": {"role": "other"}, "comment": "QUACK!"})
        assert (refused.status_code, refused.json()["detail"]) == (403, "Please say it without that word.")

    @pytest.mark.django_db(transaction=True)
    def test_the_receiver(
        self, make_comment: Callable[..., Comment], caplog: pytest.LogCaptureFixture
    ) -> None:
        importlib.import_module("home.apps").HomeConfig("home", importlib.import_module("home")).ready()
        comment = make_comment()
        with caplog.at_level(logging.INFO, logger="home.receivers"):
            set_comment_status(uids=[comment.uid], status=Status.TRASH, actor=None)
            assert caplog.text == ""
            set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
        assert f"Comment {comment.uid} was approved by the site." in caplog.text
