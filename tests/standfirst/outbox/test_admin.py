"""The report on outgoing messages: who sees what, and what they can do."""

import html
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import ModelLogEntry

from standfirst.outbox import enqueue, kinds
from standfirst.outbox.models import OutboxMessage, State
from tests.standfirst.outbox.conftest import insert, reload, state

Write = Callable[..., OutboxMessage]
INDEX = "/admin/standfirst/outbox/"
BODY = "What only moderators may read"


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def client_of(*permissions: str) -> Client:
    """Return the browser of somebody who may enter the admin, and has these permissions of the core."""
    user = get_user_model().objects.create_user("-".join(permissions) or "nobody")
    user.groups.add(Group.objects.get(name="Editors"))
    for codename in permissions:
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label="standfirst", codename=codename)
        )
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def viewer(db: None) -> Client:
    return client_of("view_outboxmessage")


@pytest.fixture
def manager(db: None) -> Client:
    return client_of("manage_outboxmessage")


@pytest.fixture
def dead(write: Write) -> OutboxMessage:
    """Return a message that was given up."""
    return write(
        BODY, state=State.DEAD, attempts=3, last_error="550 no such person", finished_at=timezone.now()
    )


def act(client: Client, message: OutboxMessage, action: str, **data: str) -> Any:
    return client.post(f"{INDEX}act/{message.pk}/", {"action": action, **data})


class TestPermission:
    def test_nobody_else_sees_anything(self, client: Client, dead: OutboxMessage) -> None:
        for browser in (client, client_of()):
            for address in (INDEX, f"{INDEX}results/", f"{INDEX}inspect/{dead.pk}/"):
                response = browser.get(address)
                assert response.status_code == 302
                assert response["Location"].startswith("/admin/")
            for action in ("retry", "discard"):
                assert act(browser, dead, action).status_code == 302
        assert state(dead) == State.DEAD
        assert not ModelLogEntry.objects.filter(action__startswith="standfirst.").exists()

    def test_to_see_is_not_to_read_or_act(self, viewer: Client, dead: OutboxMessage) -> None:
        for address in (INDEX, f"{INDEX}results/", f"{INDEX}inspect/{dead.pk}/"):
            shown = text_of(viewer.get(address))
            assert "550 no such person" in shown
            assert BODY not in shown
            assert f"{INDEX}act/" not in shown
        for action in ("retry", "discard"):
            assert act(viewer, dead, action).status_code == 302
        assert state(dead) == State.DEAD

    def test_who_manages_reads_and_acts(self, manager: Client, dead: OutboxMessage) -> None:
        assert BODY not in text_of(manager.get(INDEX))
        shown = text_of(manager.get(f"{INDEX}inspect/{dead.pk}/"))
        assert BODY in shown
        assert f'action="{INDEX}act/{dead.pk}/"' in shown

    def test_the_menu(self, viewer: Client, manager: Client, db: None) -> None:
        for browser in (viewer, manager):
            assert '"label": "Outgoing messages"' in text_of(browser.get("/admin/"))
        assert '"label": "Outgoing messages"' not in text_of(client_of().get("/admin/"))

    def test_both_can_be_granted(self, admin_client: Client) -> None:
        group = Group.objects.get(name="Editors")
        shown = text_of(admin_client.get(f"/admin/groups/edit/{group.pk}/"))
        assert "retry and discard outgoing messages" in shown

    def test_links_from_the_site_history(self, dead: OutboxMessage, viewer: Client) -> None:
        users = get_user_model().objects
        assert AdminURLFinder(users.get(username="view_outboxmessage")).get_edit_url(dead) == (
            f"{INDEX}inspect/{dead.pk}/"
        )
        assert AdminURLFinder(users.create_user("x")).get_edit_url(dead) is None


class TestList:
    def test_what_was_given_up_comes_first(self, viewer: Client, write: Write, dead: OutboxMessage) -> None:
        now = timezone.now()
        done = write(state=State.DELIVERED, finished_at=now)
        waiting = write()
        leased = write(state=State.LEASED, lease="x")
        assert list(viewer.get(INDEX).context["object_list"]) == [dead, leased, waiting, done]

    def test_filters_and_order(self, viewer: Client, write: Write, dead: OutboxMessage) -> None:
        mail = {"to": "ada@example.org", "subject": "x", "text": ""}
        letter = OutboxMessage.objects.get(uid=enqueue(kind="mail", payload=mail))
        for query, expected in [
            ("state=dead", [dead]),
            ("state=waiting&state=leased", [letter]),
            ("kind=mail", [letter]),
            ("kind=nonsense", [dead, letter]),
            ("ordering=attempts", [letter, dead]),
            ("ordering=-attempts", [dead, letter]),
            ("ordering=nonsense", [dead, letter]),
        ]:
            assert list(viewer.get(f"{INDEX}?{query}").context["object_list"]) == expected, query

    def test_next_attempt_is_only_of_what_waits(
        self, viewer: Client, write: Write, dead: OutboxMessage
    ) -> None:
        table = viewer.get(f"{INDEX}?state=dead").context["table"]
        (column,) = [column for name, column in table.columns.items() if name == "due_at"]
        assert column.get_value(dead) == ""
        assert column.get_value(write(due_at=datetime(2031, 5, 4, 12, 30, tzinfo=UTC))) == (
            "not before 04/05/2031 12:30 p.m."
        )

    def test_what_tells_one_from_another(self, viewer: Client, manager: Client, dead: OutboxMessage) -> None:
        """Those who may read the messages see whom each is for, in the list; nobody sees the text there."""
        enqueue(kind="mail", payload={"to": "ada@example.org", "subject": "Welcome", "text": BODY})
        assert "ada@example.org" not in text_of(viewer.get(INDEX))
        shown = text_of(manager.get(INDEX))
        assert "ada@example.org: Welcome" in shown
        assert BODY not in shown
        OutboxMessage.objects.filter(pk=dead.pk).update(kind="gone")
        assert "Given up" in text_of(manager.get(f"{INDEX}?state=dead"))

    def test_queries_do_not_grow(self, manager: Client, write: Write) -> None:
        counts = []
        insert(1, state=State.DEAD, finished_at=timezone.now())
        manager.get(INDEX)
        for more in (0, 9, 90):
            insert(more, state=State.DEAD, finished_at=timezone.now())
            with CaptureQueriesContext(connection) as queries:
                manager.get(INDEX)
            counts.append(len(queries))
        assert counts == [counts[0]] * 3


class TestMessage:
    @pytest.mark.parametrize("ending", list(State))
    def test_every_state(self, manager: Client, write: Write, ending: State) -> None:
        finished = timezone.now() if ending in {State.DELIVERED, State.DEAD} else None
        message = write(BODY, state=ending, lease="x" if ending == State.LEASED else "", finished_at=finished)
        shown = text_of(manager.get(f"{INDEX}inspect/{message.pk}/"))
        assert str(ending.label) in shown
        assert str(message.uid) in shown
        assert ("Next attempt" in shown) == (finished is None)
        assert (f'action="{INDEX}act/{message.pk}/"' in shown) == (ending == State.DEAD)

    def test_what_its_kind_cannot_say(self, manager: Client, dead: OutboxMessage) -> None:
        OutboxMessage.objects.update(payload={"text": 5})
        assert "{'text': 5}" in text_of(manager.get(f"{INDEX}inspect/{dead.pk}/"))
        del kinds._kinds["postcard"]
        assert "{'text': 5}" in text_of(manager.get(f"{INDEX}inspect/{dead.pk}/"))

    def test_it_says_that_a_message_may_have_arrived(self, manager: Client, dead: OutboxMessage) -> None:
        address = f"{INDEX}inspect/{dead.pk}/"
        assert "may have arrived" not in text_of(manager.get(address))
        OutboxMessage.objects.update(interruptions=2)
        assert "may have arrived" in text_of(manager.get(address))

    def test_one_that_is_gone(self, manager: Client) -> None:
        assert manager.get(f"{INDEX}inspect/1/").status_code == 404
        assert manager.post(f"{INDEX}act/1/", {"action": "retry"}).status_code == 404


class TestActions:
    def test_retry(
        self,
        manager: Client,
        dead: OutboxMessage,
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        started: list[bool] = []
        monkeypatch.setattr("standfirst.outbox.handling.start_delivery", lambda: started.append(True))
        address = f"{INDEX}inspect/{dead.pk}/"
        with django_capture_on_commit_callbacks(execute=True):
            response = act(manager, dead, "retry", next=address)
        assert response["Location"] == address
        assert started == [True]
        assert (reload(dead).state, reload(dead).attempts) == (State.WAITING, 0)
        (entry,) = ModelLogEntry.objects.filter(action="standfirst.retry_message")
        assert entry.user.username == "manage_outboxmessage"
        assert BODY not in entry.label
        shown = text_of(manager.get(address))
        assert "Outgoing message retried" in shown
        assert "will be tried again" in shown

    def test_discard(self, manager: Client, dead: OutboxMessage) -> None:
        response = act(manager, dead, "discard", next=f"{INDEX}inspect/{dead.pk}/")
        assert response["Location"] == INDEX
        assert not OutboxMessage.objects.exists()
        (entry,) = ModelLogEntry.objects.filter(action="standfirst.discard_message")
        assert entry.deleted
        assert entry.object_id == str(dead.pk)

    @pytest.mark.parametrize("action", ["retry", "discard"])
    def test_it_returns_to_the_filtered_list(self, manager: Client, dead: OutboxMessage, action: str) -> None:
        assert act(manager, dead, action, next=f"{INDEX}?state=dead")["Location"] == f"{INDEX}?state=dead"

    @pytest.mark.parametrize("action", ["retry", "discard"])
    def test_it_leads_nowhere_else(self, manager: Client, dead: OutboxMessage, action: str) -> None:
        assert act(manager, dead, action, next="https://evil.example/")["Location"] == INDEX

    @pytest.mark.parametrize("action", ["retry", "discard"])
    @pytest.mark.parametrize("now", [State.WAITING, State.LEASED, State.DELIVERED])
    def test_only_what_was_given_up(self, manager: Client, write: Write, action: str, now: State) -> None:
        """Somebody else may have been quicker, and it may be on its way."""
        message = write(
            state=now,
            lease="x" if now == State.LEASED else "",
            finished_at=timezone.now() if now == State.DELIVERED else None,
        )
        act(manager, message, action)
        assert state(message) == now
        assert not ModelLogEntry.objects.filter(action__startswith="standfirst.").exists()
        assert "Nothing was changed" in text_of(manager.get(INDEX))

    def test_nothing_by_get_and_nothing_unknown(self, manager: Client, dead: OutboxMessage) -> None:
        assert manager.get(f"{INDEX}act/{dead.pk}/").status_code == 405
        assert act(manager, dead, "deliver").status_code == 400
        assert state(dead) == State.DEAD


class TestWarning:
    def test_on_the_front_page_of_the_admin(self, viewer: Client, write: Write, settings: Any) -> None:
        write(due_at=timezone.now() - timedelta(minutes=14))
        assert "overdue" not in text_of(viewer.get("/admin/"))
        write(due_at=timezone.now() - timedelta(minutes=16))
        shown = text_of(viewer.get("/admin/"))
        assert "An outgoing message has been due since" in shown
        assert f"{INDEX}?state=waiting&state=leased" in shown
        settings.STANDFIRST_OUTBOX_OVERDUE_MINUTES = 10
        assert "2 outgoing messages are overdue" in text_of(viewer.get("/admin/"))
        assert "2 outgoing messages are overdue" in text_of(viewer.get(INDEX))

    def test_of_what_was_given_up(self, viewer: Client, dead: OutboxMessage) -> None:
        assert "An outgoing message was given up" in text_of(viewer.get("/admin/"))

    def test_others_see_none(self, write: Write, dead: OutboxMessage) -> None:
        write(due_at=timezone.now() - timedelta(days=1))
        shown = text_of(client_of().get("/admin/"))
        assert "outgoing message" not in shown.lower()

    def test_it_costs_one_query(self, viewer: Client, write: Write) -> None:
        nobody = client_of()
        counts = []
        for browser in (nobody, viewer):
            browser.get("/admin/")
            with CaptureQueriesContext(connection) as queries:
                browser.get("/admin/")
            counts.append(sum("outboxmessage" in query["sql"] for query in queries.captured_queries))
        assert counts == [0, 1]
