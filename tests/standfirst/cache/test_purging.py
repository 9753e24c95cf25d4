"""What leaves for the caches in front of the site once something has changed."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.utils import timezone

from standfirst.cache import purging
from standfirst.cache.backends import JSONTagsBackend, SurrogateKeyBackend, load_backend
from standfirst.cache.purging import AGAIN_AFTER, purge_changed_content, purge_tags
from standfirst.outbox import TemporaryFailure
from standfirst.outbox.delivering import deliver_due
from standfirst.outbox.models import OutboxMessage, State
from tests.standfirst.cache.origin import SmallSite, Versions
from tests.standfirst.cache.purge_server import PurgeServer, purge_server

SURROGATE = "standfirst.cache.backends.SurrogateKeyBackend"


@pytest.fixture
def server() -> Any:
    """Return a cache on loopback."""
    with purge_server() as server:
        yield server


@pytest.fixture
def configured(server: PurgeServer, settings: Any) -> PurgeServer:
    """Return the one cache that the site is to purge."""
    settings.STANDFIRST_CACHE_TAG_BACKENDS = {
        "cdn": {"BACKEND": SURROGATE, "URL": server.url, "HEADERS": {"Fastly-Key": "secret"}}
    }
    return server


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> Versions:
    """Return versions that a test moves, for the purges as well."""
    versions = Versions()
    monkeypatch.setattr(purging, "read_version", versions.read)
    monkeypatch.setattr("standfirst.cache.middleware.read_version", versions.read)
    return versions


def sent() -> list[tuple[list[str], timedelta]]:
    """Return what waits in the outbox: names, and how long after it was written it is due."""
    return [
        (message.payload["tags"], message.due_at - message.created_at)
        for message in OutboxMessage.objects.order_by("pk")
    ]


class TestRequests:
    def test_as_fastly_has_it(self, server: PurgeServer) -> None:
        SurrogateKeyBackend({"URL": server.url, "HEADERS": {"Fastly-Key": "secret"}}).purge(["a", "b:1"])
        [(method, headers, body)] = server.requests
        assert (method, body) == ("POST", b"")
        assert headers["surrogate-key"] == "a b:1"
        assert headers["fastly-key"] == "secret"

    def test_as_cloudflare_has_it(self, server: PurgeServer) -> None:
        tags = [f"page:{number}" for number in range(31)]
        JSONTagsBackend({"URL": server.url, "HEADERS": {"Authorization": "Bearer x"}}).purge(tags)
        bodies = [json.loads(body) for _, _, body in server.requests]
        assert bodies == [{"tags": tags[:30]}, {"tags": tags[30:]}]
        assert server.requests[0][1]["content-type"] == "application/json"
        assert server.requests[0][1]["authorization"] == "Bearer x"

    def test_another_method(self, server: PurgeServer) -> None:
        SurrogateKeyBackend({"URL": server.url, "METHOD": "PURGE"}).purge(["a"])
        assert server.requests[0][0] == "PURGE"

    @pytest.mark.parametrize("status", [301, 302, 401, 429, 500])
    def test_refusals_are_tried_again(self, server: PurgeServer, status: int) -> None:
        server.status = status
        server.headers = {"Location": server.url}
        with pytest.raises(TemporaryFailure, match=str(status)):
            SurrogateKeyBackend({"URL": server.url}).purge(["a"])
        assert len(server.requests) == 1

    def test_a_cache_that_does_not_answer(self, server: PurgeServer) -> None:
        server.is_silent = True
        with pytest.raises(TemporaryFailure):
            SurrogateKeyBackend({"URL": server.url, "TIMEOUT": 0.2}).purge(["a"])

    def test_a_cache_that_is_not_there(self) -> None:
        with pytest.raises(TemporaryFailure, match=r"127\.0\.0\.1:9"):
            SurrogateKeyBackend({"URL": "http://127.0.0.1:9/", "TIMEOUT": 1}).purge(["a"])


@pytest.mark.django_db
class TestMessages:
    def test_are_sent_and_sent_again(self, configured: PurgeServer) -> None:
        purge_tags(["page:1", "page:1", "page:2"])
        assert [tags for tags, _ in sent()] == [["page:1", "page:2", "standfirst-many"]] * 2
        first, second = (due for _, due in sent())
        assert first < timedelta(seconds=1)
        assert timedelta(seconds=-1) < second - AGAIN_AFTER < timedelta(seconds=1)
        assert deliver_due().delivered == 1
        OutboxMessage.objects.update(due_at=timezone.now())
        deliver_due()
        assert [headers["surrogate-key"] for _, headers, _ in configured.requests] == [
            "page:1 page:2 standfirst-many"
        ] * 2

    def test_everything_needs_one_name(self, configured: PurgeServer) -> None:
        purge_tags(["page:1", "standfirst"])
        assert [tags for tags, _ in sent()] == [["standfirst"]] * 2

    def test_of_one_key_are_written_once(self, configured: PurgeServer) -> None:
        purge_tags(["page:1"], key="x")
        purge_tags(["page:1"], key="x")
        assert len(sent()) == 2

    def test_without_a_cache_there_are_none(self) -> None:
        purge_tags(["page:1"])
        assert sent() == []

    def test_leave_with_the_transaction_alone(self, configured: PurgeServer) -> None:
        with transaction.atomic():
            purge_tags(["page:1"])
            transaction.set_rollback(True)
        assert sent() == []

    def test_a_cache_that_refuses_is_told_later(self, configured: PurgeServer) -> None:
        configured.status = 500
        purge_tags(["page:1"])
        deliver_due()
        message = OutboxMessage.objects.order_by("pk")[0]
        assert (message.state, message.attempts) == (State.WAITING, 1)
        assert "secret" not in message.last_error + json.dumps(message.payload)

    def test_a_cache_that_the_site_no_longer_has_is_let_go(
        self, configured: PurgeServer, settings: Any
    ) -> None:
        purge_tags(["page:1"])
        settings.STANDFIRST_CACHE_TAG_BACKENDS = {}
        assert deliver_due().delivered == 1


@pytest.mark.django_db
class TestChangedContent:
    def test_is_purged_once_a_change(self, configured: PurgeServer, versions: Versions) -> None:
        purge_changed_content()
        purge_changed_content()
        assert len(sent()) == 2
        purging.Purged.content = None  # another process
        purge_changed_content()
        assert len(sent()) == 2
        versions.content = 2
        purge_changed_content()
        assert [tags for tags, _ in sent()] == [["standfirst"]] * 4

    def test_is_noticed_after_each_act(
        self, configured: PurgeServer, versions: Versions, small_site: SmallSite
    ) -> None:
        def publish(request: Any) -> HttpResponse:
            versions.content += 1
            return HttpResponse()

        purge_changed_content()
        small_site.get()
        small_site.view = publish
        small_site.get("/admin/", method="POST")
        assert len(sent()) == 4
        small_site.view = lambda request: HttpResponse()
        small_site.get("/admin/", method="POST")
        assert len(sent()) == 4

    def test_is_noticed_every_minute(self, configured: PurgeServer, versions: Versions) -> None:
        call_command("standfirst_deliver_outbox", stdout=StringIO())
        assert [headers["surrogate-key"] for _, headers, _ in configured.requests] == ["standfirst"]

    def test_costs_nothing_without_caches(self, versions: Versions) -> None:
        purge_changed_content()
        assert versions.reads == 0

    def test_versions_that_cannot_be_trusted_say_nothing(
        self, configured: PurgeServer, versions: Versions
    ) -> None:
        versions.can_be_trusted = False
        purge_changed_content()
        assert sent() == []

    def test_an_error_of_the_database_stops_nobody(
        self, configured: PurgeServer, versions: Versions, caplog: pytest.LogCaptureFixture
    ) -> None:
        versions.error = OperationalError("gone")
        purge_changed_content()
        assert "could not be told" in caplog.text
        versions.error = None
        purge_changed_content()
        assert len(sent()) == 2


def test_a_backend_of_ones_own(settings: Any) -> None:
    settings.STANDFIRST_CACHE_TAG_BACKENDS = {"mine": {"BACKEND": f"{__name__}.Mine", "ZONE": "z"}}
    backend = load_backend("mine")
    assert isinstance(backend, Mine)
    assert backend.zone == "z"


class Mine:
    """A backend with an option of its own."""

    def __init__(self, options: Any) -> None:
        self.zone = options["ZONE"]

    def purge(self, tags: Any) -> None:
        pass
