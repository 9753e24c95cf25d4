"""A front-end cache that stands in for a site's: it keeps what it was told to forget."""

from typing import Any, ClassVar

import pytest
from django.apps import apps
from wagtail.contrib.frontend_cache.backends import BaseBackend


class FakeBackend(BaseBackend):
    """Keeps the addresses call by call, each call's in order."""

    batches: ClassVar[list[list[str]]] = []
    is_broken: ClassVar[bool] = False

    def purge_batch(self, urls: list[str]) -> None:
        if self.is_broken:
            raise RuntimeError("The cache does not answer.")
        self.batches.append(sorted(urls))


def use_fake_backend(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Have the site purge the fake; return the batches, which grow."""
    settings.WAGTAILFRONTENDCACHE = {"fake": {"BACKEND": f"{__name__}.FakeBackend"}}
    monkeypatch.setattr(FakeBackend, "batches", [])
    monkeypatch.setattr(FakeBackend, "is_broken", False)
    is_installed = apps.is_installed
    monkeypatch.setattr(
        apps, "is_installed", lambda name: name == "wagtail.contrib.frontend_cache" or is_installed(name)
    )
    return FakeBackend.batches
