"""The project's settings, with the origin cache as a test wants it (STALE_TEST_CACHE).

``on`` is the cache as it is delivered, ``off`` has none and is the truth, and ``afterwards`` reads the
version when the answer is made: the mistake that the test must be able to find.
"""

import os

from cms.settings import *  # noqa: F403
from cms.settings import INSTALLED_APPS, MIDDLEWARE

ORIGIN_CACHE = "standfirst.cache.middleware.OriginCacheMiddleware"
MODE = os.environ["STALE_TEST_CACHE"]

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
# Two sites on one server, and Django's test client.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "second.localhost", "testserver"]
STANDFIRST_COMMENTS_FLOOD_SECONDS = 0
# The acts are done one after another by one person.
AXES_ENABLED = False
if MODE == "off":
    MIDDLEWARE = [name for name in MIDDLEWARE if name != ORIGIN_CACHE]
    # Wagtail keeps the addresses of sites in Django's cache for an hour.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
elif MODE == "afterwards":
    MIDDLEWARE = [
        "tests.stale.afterwards.ReadsVersionAfterwards" if name == ORIGIN_CACHE else name
        for name in MIDDLEWARE
    ]
