"""The project's settings as they are measured: those of production, without the flood control."""

from cms.settings import *  # noqa: F403
from cms.settings import INSTALLED_APPS, env

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
ROOT_URLCONF = "benchmarks.urls"
# All requests come from one address, much faster than anybody writes.
STANDFIRST_COMMENTS_FLOOD_SECONDS = 0
STANDFIRST_COMMENTS_PAGE_SIZE = env.int("BENCHMARK_COMMENTS_PAGE_SIZE", default=50)
