import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cms.demo.accounts import ADMIN, ensure_admin, has_admin
from cms.demo.build import build_demo

PASSWORD_VARIABLE = "DEMO_ADMIN_PASSWORD"  # noqa: S105 - a variable's name


class Command(BaseCommand):
    """Make the demonstration site: pages, pictures, sources, comments and accounts."""

    help = "Makes what is missing of the demonstration site. What is there, edited or added, stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the administrator's password, which is safer in the environment."""
        parser.add_argument(
            "--admin-password",
            default="",
            help=f"The password of the new superuser “{ADMIN}”. By default {PASSWORD_VARIABLE} is read.",
        )
        parser.add_argument(
            "--set-password",
            action="store_true",
            help=f"Give the password to the superuser “{ADMIN}” also where it exists already.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._verbosity = options["verbosity"]
        self._prepare_admin(
            password=options["admin_password"] or os.environ.get(PASSWORD_VARIABLE, ""),
            replace_password=options["set_password"],
        )
        made = build_demo(report=self._say)
        if not made:
            self._say("The demonstration is complete: nothing was changed")

    def _prepare_admin(self, *, password: str, replace_password: bool) -> None:
        if password:
            if ensure_admin(password=password, replace_password=replace_password):
                self._say(f"Made the account “{ADMIN}”")
        elif not has_admin():
            self._say(f"No account “{ADMIN}” was made: {PASSWORD_VARIABLE} is not set")

    def _say(self, line: str) -> None:
        if self._verbosity:
            self.stdout.write(f"  {line}")
