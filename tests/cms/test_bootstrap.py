"""What `make` says when the machine is not as it should be: a sentence, never a traceback.

The script is run as a program, the way that make runs it, mostly from a copy of the few files that it needs.
"""

import ast
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from cms import bootstrap

SOURCE = Path(bootstrap.__file__)
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a repository of the files that bootstrap reads, with locks that name nothing."""
    (tmp_path / "cms").mkdir()
    for name in ("bootstrap.py", "locked.py"):
        shutil.copy(SOURCE.with_name(name), tmp_path / "cms")
    for name in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.fixture
def run(checkout: Path) -> Run:
    """Return a function that runs a command of bootstrap in the checkout; keywords are variables."""

    def run(*words: str, python: str = sys.executable, **variables: str) -> subprocess.CompletedProcess[str]:
        kept = ("PATH", "HOME", "LANG")
        environment = {name: os.environ[name] for name in kept if name in os.environ} | variables
        return subprocess.run(
            [python, str(checkout / "cms" / "bootstrap.py"), *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=environment,
        )

    return run


def sound_venv(checkout: Path) -> Path:
    """Make a folder that bootstrap takes for a finished virtual environment; return its Python.

    Its packages are those of the environment that the tests run in.
    """
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    for kind, lock in bootstrap.LOCKS.items():
        digest = hashlib.sha256((checkout / lock.name).read_bytes()).hexdigest()
        (checkout / ".venv" / f"standfirst-{kind}.stamp").write_text(digest)
    return python


# Debian's python3 without python3-venv.
NO_ENSUREPIP = """
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "ensurepip" else real(name, *rest)
"""


def run_pretending(checkout: Path, *lines: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``bootstrap.py venv`` after lines of Python that make the machine look different."""
    script = str(checkout / "cms" / "bootstrap.py")
    program = [
        "import importlib.util, os, runpy, sys",
        *lines,
        f"sys.argv = [{script!r}, 'venv']",
        f"runpy.run_path({script!r}, run_name='__main__')",
    ]
    return subprocess.run(
        [sys.executable, "-c", "\n".join(program)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **variables},
    )


def assert_sentence(result: subprocess.CompletedProcess[str], *parts: str) -> None:
    """Check that a run failed with a sentence that holds the parts."""
    assert result.returncode == 1, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    for part in parts:
        assert part in result.stderr, result.stderr


def test_reads_on_python_3_6() -> None:
    """The whole file is syntax of Python 3.6, so that the check of the version is reached."""
    ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("version", [(3, 6), (3, 10), (3, 15)])
def test_unsuitable_python(checkout: Path, version: tuple[int, int]) -> None:
    """A Python outside the supported range is told so before anything happens."""
    result = run_pretending(checkout, f"sys.version_info = {version}")
    found = f"this is Python {version[0]}.{version[1]}"
    assert_sentence(result, found, "3.11 to 3.14 is needed", "PYTHON=")
    assert not (checkout / ".venv").exists()


def test_supported_pythons_are_those_of_the_package() -> None:
    """Bootstrap and pyproject.toml name the same range."""
    project = tomllib.loads((bootstrap.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = ".".join(map(str, bootstrap.OLDEST_PYTHON))
    after = f"{bootstrap.NEWEST_PYTHON[0]}.{bootstrap.NEWEST_PYTHON[1] + 1}"
    assert project["requires-python"] == f">={oldest},<{after}"


def test_busy_port(run: Run, checkout: Path) -> None:
    """A port that is taken is said at once, before anything is installed."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = run("demo", PORT=str(port))
    assert_sentence(result, f"Port {port} is in use", "make demo PORT=")
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_port_that_is_none(run: Run, port: str) -> None:
    """Something else than a port number is said to be so."""
    assert_sentence(run("demo", PORT=port), "a port is a number from 1 to 65535")


def test_no_network(run: Run, checkout: Path) -> None:
    """Without a package index the person is asked about the network."""
    sound_venv(checkout)
    lock = checkout / "requirements.lock"
    lock.write_text("no-such-package==1.0 --hash=sha256:" + "0" * 64 + "\n")
    with socket.socket() as closed:  # Bound, but not listening: a connection is refused.
        closed.bind(("127.0.0.1", 0))
        index = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        variables = {"PIP_INDEX_URL": index, "PIP_RETRIES": "1", "PIP_CONFIG_FILE": os.devnull}
        result = run("demo", PORT=free_port(), **variables)
    assert_sentence(result, "package index does not answer", "network connection?")
    assert not list((checkout / ".venv").glob("*.stamp"))  # It is tried again the next time.


def test_no_venv_module(checkout: Path) -> None:
    """Where Debian's Python lacks venv and this is not root, the package to install is named."""
    result = run_pretending(checkout, NO_ENSUREPIP, "os.geteuid = lambda: 1000")
    assert_sentence(result, "venv module is missing", f"apt-get install python3.{sys.version_info[1]}-venv")


def test_root_installs_venv_module(checkout: Path, tmp_path: Path) -> None:
    """Root need not be told: apt-get is run, and its failure is a sentence too."""
    apt_get = tmp_path / "bin" / "apt-get"
    apt_get.parent.mkdir()
    apt_get.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/apt.log\nexit 100\n')
    apt_get.chmod(0o755)
    path = f"{apt_get.parent}:{os.environ['PATH']}"
    result = run_pretending(checkout, NO_ENSUREPIP, "os.geteuid = lambda: 0", PATH=path)
    assert_sentence(result, "apt-get could not install")
    wanted = f"install -y -qq --no-install-recommends python3.{sys.version_info[1]}-venv"
    assert wanted in (tmp_path / "apt.log").read_text()


def test_half_made_venv_is_repaired(run: Run, checkout: Path) -> None:
    """A virtual environment that was cut short is made again; a finished one is left alone."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/nowhere/python3")
    first = run("venv")
    assert first.returncode == 0, first.stderr
    assert "Repairing the virtual environment" in first.stdout
    assert "Installing the packages" in first.stdout
    made = python.lstat().st_mtime_ns
    second = run("venv")
    assert second.stdout.splitlines() == ["==> Ready: .venv/bin/python"]
    assert python.lstat().st_mtime_ns == made


def test_changed_lock_is_installed(run: Run, checkout: Path) -> None:
    """The stamp is of the lock's content: another lock is installed, and the stamp follows it."""
    sound_venv(checkout)
    (checkout / "requirements-dev.lock").write_text("# changed\n")
    result = run("venv")
    assert result.returncode == 0, result.stderr
    assert "Installing the packages of requirements-dev.lock" in result.stdout
    assert "Installing" not in run("venv").stdout


def free_port() -> str:
    """Return a port of this machine that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


# Stands in for manage.py and its commands: it notes what it was asked; worker and scheduler wait.
MANAGE = """
import os, sys, time
with open("calls.log", "a") as log:
    log.write(" ".join(sys.argv[1:]) + " " + os.environ.get("DEMO_ADMIN_PASSWORD", "") + "\\n")
children = {"run_scheduler": "scheduler", "db_worker": "worker"}
if sys.argv[1] in children:
    open(children[sys.argv[1]] + ".pid", "w").write(str(os.getpid()))
    time.sleep(60)
"""
# Stands in for the project: the smallest application that gunicorn can serve.
WSGI = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
"""


@pytest.fixture
def site(checkout: Path) -> Path:
    """Return a checkout whose demonstration can be served."""
    sound_venv(checkout)
    (checkout / "manage.py").write_text(MANAGE)
    (checkout / "cms" / "__init__.py").write_text("")
    shutil.copy(SOURCE.with_name("server.py"), checkout / "cms" / "server.py")
    (checkout / "cms" / "wsgi.py").write_text(WSGI)
    return checkout


def start_demo(site: Path, **variables: str) -> "subprocess.Popen[str]":
    """Start the demonstration and return it once it has printed its addresses."""
    environment = {"PATH": os.environ["PATH"], "PORT": free_port(), **variables}
    demo = subprocess.Popen(
        [sys.executable, str(site / "cms" / "bootstrap.py"), "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        # Whoever started the suite in the background of a script made it, and what it starts, deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    lines = []
    for line in demo.stdout or ():
        lines.append(line)
        if "Ctrl-C stops it" in line:
            break
    demo.printed = "".join(lines)  # type: ignore[attr-defined]
    return demo


def is_running(pid: int) -> bool:
    """Return whether a process with this id is alive."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_demo_ends_its_children(site: Path, number: signal.Signals) -> None:
    """A stop ends web server, worker and scheduler, and the exit code is a success."""
    demo = start_demo(site)
    port_line = next(line for line in demo.printed.splitlines() if "Site" in line)  # type: ignore[attr-defined]
    port = int(port_line.rstrip("/").rpartition(":")[2])
    children = [int((site / f"{name}.pid").read_text()) for name in ("scheduler", "worker")]
    demo.send_signal(number)
    rest, _ = demo.communicate(timeout=30)
    assert demo.returncode == 0, rest
    assert "Traceback" not in rest
    assert not any(map(is_running, children))
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("child", ["scheduler", "worker"])
def test_demo_stops_when_a_child_ends(site: Path, child: str) -> None:
    """When the scheduler or the worker dies, that is said and the rest is stopped."""
    demo = start_demo(site)
    os.kill(int((site / f"{child}.pid").read_text()), signal.SIGKILL)
    rest, _ = demo.communicate(timeout=30)
    assert demo.returncode == 1
    assert f"The {child} ended by itself" in rest
    assert "Traceback" not in rest


def test_demo_keeps_its_secrets(site: Path) -> None:
    """The second run uses the same key and password; a chosen password is set, and printed from then on."""
    for variables in ({}, {}, {"DEMO_ADMIN_PASSWORD": "my own choice"}, {}):
        demo = start_demo(site, **variables)
        demo.terminate()
        demo.communicate(timeout=30)
    calls = [line for line in (site / "calls.log").read_text().splitlines() if "demo_content" in line]
    made_up = calls[0].removeprefix("demo_content ")
    assert len(made_up) >= 12
    assert calls == [
        f"demo_content {made_up}",
        f"demo_content {made_up}",
        "demo_content --set-password my own choice",
        "demo_content my own choice",
    ]
    for name in ("demo_admin_password", "secret_key"):
        assert (site / "var" / name).stat().st_mode & 0o077 == 0


def test_static_files_are_gathered_when_they_change(site: Path) -> None:
    """Stylesheets are gathered on the first run and after a change only."""
    style = site / "articles" / "static" / "standfirst_articles" / "articles.css"
    style.parent.mkdir(parents=True)
    style.write_text("a {}")
    for change in (None, None, "b {}"):
        if change:
            style.write_text(change)
            os.utime(style, (time.time() + 5, time.time() + 5))
        demo = start_demo(site)
        demo.terminate()
        demo.communicate(timeout=30)
    calls = (site / "calls.log").read_text()
    assert calls.count("migrate ") == 3
    assert calls.count("collectstatic ") == 2


def test_failing_step_is_named(site: Path) -> None:
    """A step that fails is named, and nothing is served."""
    (site / "manage.py").write_text("import sys; sys.exit('the disk is full')")
    environment = {"PATH": os.environ["PATH"], "PORT": free_port()}
    result = subprocess.run(
        [sys.executable, str(site / "cms" / "bootstrap.py"), "demo"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert_sentence(result, "the disk is full", "Preparing the database failed")
