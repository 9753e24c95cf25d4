"""What the tests of the project share."""

import pytest
from wagtail.models import Site

from cms.models import HomePage


@pytest.fixture
def home(db: None) -> HomePage:
    """Return a published front page at the root of the default site."""
    site = Site.objects.get(is_default_site=True)
    page = HomePage(title="Home", slug="front", headline="Claims that stand up")
    site.root_page.get_root().add_child(instance=page)
    site.root_page = page
    site.save()
    Site.clear_site_root_paths_cache()
    page.save_revision().publish()
    return page
