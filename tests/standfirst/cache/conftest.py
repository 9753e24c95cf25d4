"""What the tests of the origin cache share."""

import pytest

from standfirst.cache import middleware
from tests.standfirst.cache.origin import SmallSite, Versions


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> Versions:
    """Return versions that a test moves, in place of those in the database."""
    versions = Versions()
    monkeypatch.setattr(middleware, "read_version", versions.read)
    return versions


@pytest.fixture
def small_site(versions: Versions) -> SmallSite:
    """Return a small site behind the cache."""
    return SmallSite()
