"""The tests of a site of somebody else's run in a process of their own: registered kinds stay registered."""

import os

collect_ignore = [] if os.environ.get("DJANGO_SETTINGS_MODULE") == "tests.hosts.settings" else ["site"]
