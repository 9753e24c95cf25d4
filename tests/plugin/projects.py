"""Sites in folders of their own: running commands in them, following a how-to page, serving them."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.plugin.followed_docs import CommandStep, FileStep
from tests.plugin.http_client import HttpClient

START_SECONDS = 60
PASSWORD = "only for this test"


@dataclass(frozen=True)
class Project:
    """A Wagtail site in a folder of its own, with an environment of its own."""

    folder: Path
    python: Path
    variables: dict[str, str]

    def run(self, *command: str) -> str:
        """Run a command in the project's folder and environment; return what it printed."""
        result = subprocess.run(
            command, cwd=self.folder, env=self.variables, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout}\n{result.stderr}"
        return result.stdout.strip()

    def install(self, wheel: Path) -> None:
        """Install a wheel of ours over the one that is there, which may have the same version."""
        pip = ["install", "--quiet", "--no-deps", "--force-reinstall", str(wheel)]
        self.run("python", "-m", "pip", *pip)

    def shell(self, code: str) -> str:
        """Run Python code in the project; return what it printed."""
        return self.run("python", "manage.py", "shell", "-v0", "-c", code)


def layered(project: Project, folder: Path) -> Project:
    """Return the project with an environment on top of its own, for packages that others must not meet."""
    subprocess.run([str(project.python), "-m", "venv", "--without-pip", str(folder)], check=True)
    (upper,) = folder.glob("lib/python*/site-packages")
    (lower,) = project.python.parents[1].glob("lib/python*/site-packages")
    (upper / "below.pth").write_text(f"{lower}\n")
    python = folder / "bin" / "python"
    variables = {
        name: value
        for name, value in project.variables.items()
        if name not in ("PIP_CONSTRAINT", "VIRTUAL_ENV")
    }
    variables["PATH"] = f"{python.parent}:{variables['PATH']}"
    return replace(project, python=python, variables=variables)


def follow(step: FileStep | CommandStep, project: Project) -> None:
    """Do what one step of the how-to page says."""
    if isinstance(step, CommandStep):
        project.run(*step.line.split())
        return
    path = project.folder / step.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(step.text)


@contextmanager
def served(project: Project) -> Iterator[str]:
    """Serve a site from a process of its own, and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    log = project.folder / f"server-{address.partition(':')[2]}.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [str(project.python), "manage.py", "runserver", "--noreload", address],
            cwd=project.folder,
            env=project.variables,
            stdout=output,
            stderr=output,
        )
        try:
            _wait_for(address, server, log)
            yield f"http://{address}"
        finally:
            server.terminate()
            server.wait(30)
            sys.stdout.write(log.read_text())  # pytest shows it when the test failed.


def _wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return once the server answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            HttpClient(f"http://{address}").get("/admin/login/")
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"The new site does not start:\n{log.read_text()}")
