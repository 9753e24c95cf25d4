"""The how-to page about messages of one's own, followed to the letter."""

import importlib
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import global_settings
from django.contrib.auth import get_user_model
from django.core import mail

from comments.conf import DEFAULTS
from standfirst.outbox import enqueue, kinds
from standfirst.outbox.delivering import deliver_due
from standfirst.outbox.models import OutboxMessage, State
from tests.databases import ROOT
from tests.plugin.followed_docs import FileStep, read_steps

pytestmark = pytest.mark.django_db
PAGE = ROOT / "docs" / "how-to" / "send-mail.md"


class Chat:
    """A server that notes what it is sent, and answers with ``status``."""

    def __init__(self) -> None:
        self.status = 200
        self.received: list[tuple[str, str, bytes]] = []
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                chat.received.append((self.path, self.headers["Idempotency-Key"], body))
                self.send_response(chat.status)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def chat() -> Iterator[Chat]:
    chat = Chat()
    thread = threading.Thread(target=chat.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield chat
    chat.server.shutdown()
    chat.server.server_close()
    thread.join()


@pytest.fixture
def newsroom(tmp_path: Path, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Write the files of the page, with our chat for the one on the web, and make the app ready."""
    (tmp_path / "newsroom").mkdir()
    (tmp_path / "newsroom" / "__init__.py").write_text("")
    address = f"http://127.0.0.1:{chat.server.server_address[1]}"
    for step in read_steps(PAGE):
        assert isinstance(step, FileStep)
        if step.path.startswith("newsroom/"):
            (tmp_path / step.path).write_text(step.text.replace("https://chat.example.org", address))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    package = importlib.import_module("newsroom")
    importlib.import_module("newsroom.apps").NewsroomConfig("newsroom", package).ready()
    yield package
    for name in [name for name in sys.modules if name.partition(".")[0] == "newsroom"]:
        del sys.modules[name]


def test_an_email(newsroom: Any) -> None:
    welcome = importlib.import_module("newsroom.welcome").welcome
    member = get_user_model()(username="ada", email="ada@example.org")
    welcome(member)
    welcome(member)
    deliver_due()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["ada@example.org"], "Welcome", "Hello ada!\n")


def test_a_kind(newsroom: Any, chat: Chat) -> None:
    uid = enqueue(kind="newsroom.chat", payload={"room": "desk", "text": "Hello"})
    chat.status = 503
    deliver_due()
    message = OutboxMessage.objects.get()
    assert (message.state, message.kind_label) == (State.WAITING, "Chat message")
    chat.status = 404
    OutboxMessage.objects.update(due_at=message.created_at)
    deliver_due()
    message = OutboxMessage.objects.get()
    assert (message.state, message.last_error) == (State.DEAD, "The chat answered 404.")
    assert chat.received == [("/desk", str(uid), b'{"text": "Hello"}')] * 2


def test_a_kind_that_succeeds(newsroom: Any, chat: Chat) -> None:
    enqueue(kind="newsroom.chat", payload={"room": "desk", "text": "Hello"})
    assert deliver_due().delivered == 1


def test_the_settings_are_such(settings: Any) -> None:
    """Each name in the page's settings is one of Django's, Wagtail's or ours."""
    (step,) = [step for step in read_steps(PAGE) if isinstance(step, FileStep) and "settings" in step.path]
    values: dict[str, Any] = {}
    exec(compile(step.text, step.path, "exec"), {}, values)  # noqa: S102
    known = {*dir(global_settings), *DEFAULTS, "WAGTAILADMIN_BASE_URL"}
    assert set(values) <= known
