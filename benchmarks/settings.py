"""The project's settings as they are measured: those of production, without the flood control."""

from cms.settings import *  # noqa: F403
from cms.settings import DATABASES, INSTALLED_APPS, env

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
ROOT_URLCONF = "benchmarks.urls"
# All requests come from one address, much faster than anybody writes.
STANDFIRST_COMMENTS_FLOOD_SECONDS = 0
STANDFIRST_COMMENTS_PAGE_SIZE = env.int("BENCHMARK_COMMENTS_PAGE_SIZE", default=50)
STANDFIRST_CACHE_ENABLED = env.bool("BENCHMARK_CACHE", default=False)
STANDFIRST_CACHE_BYTES = env.int("BENCHMARK_CACHE_BYTES", default=64 * 1024 * 1024)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    OPTIONS = DATABASES["default"]["OPTIONS"]
    SYNCHRONOUS = env.str("BENCHMARK_SYNCHRONOUS", default="FULL")
    OPTIONS["init_command"] = OPTIONS["init_command"].replace(
        "synchronous=FULL", f"synchronous={SYNCHRONOUS}"
    )
