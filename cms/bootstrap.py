#!/usr/bin/env python3
"""What ``make`` runs: from a fresh checkout to the demonstration site or the test suite.

Only the standard library, because it runs before anything is installed. The syntax stays that of Python 3.6,
and the version is looked at before the first function, so that an older Python prints a sentence, not a
traceback.
"""

import argparse
import errno
import hashlib
import importlib.util
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 14)

if not OLDEST_PYTHON <= tuple(sys.version_info[:2]) <= NEWEST_PYTHON:
    advice = (
        "Install one of them (Debian 12 and later have it) and name it: make demo PYTHON=/path/to/python3"
    )
    for minor in range(NEWEST_PYTHON[1], OLDEST_PYTHON[1] - 1, -1):
        name = "python3.%d" % minor
        # A version manager's shim may be on the PATH and not start.
        if shutil.which(name) and subprocess.call([name, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            advice = "Name the other one that is installed here: make demo PYTHON=" + name
            break
    version = "%d.%d (%s)" % (sys.version_info[0], sys.version_info[1], sys.executable)
    sys.exit("Standfirst: this is Python " + version + ", but Python 3.11 to 3.14 is needed. " + advice)

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("STANDFIRST_VENV") or ROOT / ".venv").resolve()
PYTHON = VENV / "bin" / "python"
DATA_DIR = Path(os.environ.get("STANDFIRST_DATA_DIR") or ROOT / "var").resolve()
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
# The extras of pyproject.toml that a lock is made for.
EXTRAS = {"run": ("project", "postgres"), "dev": ("dev",)}
# Names of the packages that came from a lock: what a later lock no longer names is uninstalled.
INSTALLED = VENV / "standfirst-packages.txt"
DEFAULT_PORT = 8000
START_SECONDS = 60
STOP_SECONDS = 15
# How pip begins with a package: one of an index, one that is there, one that lies in a folder.
PACKAGE = re.compile(
    r"(?:Collecting|Requirement already satisfied:) (?P<pinned>[^\s;]+==[^\s;]+)"
    r"|Processing \S*?(?P<name>[^/\s-]+)-(?P<version>[^/\s-]+)(?:-[^/\s]+\.whl|\.tar\.gz)"
)
NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|Temporary failure in name resolution|ConnectTimeoutError"
    r"|Network is unreachable|Connection refused|ReadTimeoutError|ProxyError|Max retries exceeded"
)


class StopError(Exception):
    """The work can't go on; the text is a sentence for the person at the terminal."""


def say(text: str) -> None:
    """Print a step of the work at once, also into a pipe."""
    print("==> " + text, flush=True)


def run(command: list[str], what: str, **environment: str) -> None:
    """Run a command in the repository; raise ``StopError`` naming ``what`` when it fails."""
    code = subprocess.call(command, cwd=str(ROOT), env=dict(os.environ, **environment))
    if code:
        raise StopError(f"{what} failed; its own words are above.")


# --- The virtual environment --------------------------------------------------------------------------------


def install_debian_package(name: str, purpose: str) -> None:
    """Install a Debian package when root can; raise ``StopError`` saying what to install otherwise."""
    apt_get = shutil.which("apt-get")
    if os.geteuid() != 0 or not apt_get:
        advice = f"Install it, on Debian and Ubuntu with: apt-get install {name}"
        raise StopError(f"{purpose} is missing. {advice}")
    say(f"Installing Debian's package {name}")
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.call([apt_get, "update", "-qq"], env=quiet)
    command = [apt_get, "install", "-y", "-qq", "--no-install-recommends", name]
    if subprocess.call(command, env=quiet):
        raise StopError(f"{purpose} is missing, and apt-get could not install the package {name}.")


def venv_is_sound() -> bool:
    """Return whether the virtual environment has a suitable Python and a pip that starts."""
    check = f"import pip, sys; sys.exit(not {OLDEST_PYTHON!r} <= sys.version_info[:2] <= {NEWEST_PYTHON!r})"
    try:
        return subprocess.call([str(PYTHON), "-c", check], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def make_venv() -> None:
    """Make the virtual environment, or make it again if an earlier run was interrupted."""
    if venv_is_sound():
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        install_debian_package(f"python3.{sys.version_info[1]}-venv", "Python's venv module")
    repair = VENV.exists() or VENV.is_symlink()
    say(f"{'Repairing' if repair else 'Making'} the virtual environment in {shown(VENV)}")
    run([sys.executable, "-m", "venv", "--clear", str(VENV)], "Making the virtual environment")


def stamp_of(kind: str) -> str:
    """Return the text that the stamp file holds when the packages of a lock are installed."""
    return hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest()


def install_packages(kind: str, check: bool = True) -> None:
    """Install the packages of the ``run`` or the ``dev`` lock, unless the stamp says that they are there.

    The dev lock holds everything that the other one holds, in the same versions. Without ``check`` a
    lock that is incomplete is let pass, and installed again the next time.
    """
    stamps = {name: VENV / (f"standfirst-{name}.stamp") for name in LOCKS}
    make_venv()
    if stamps[kind].is_file() and stamps[kind].read_text() == stamp_of(kind):
        return
    for stamp in stamps.values():
        if stamp.exists():
            stamp.unlink()
    say(f"Installing the packages of {LOCKS[kind].name}")
    wanted = [line.partition("==")[0] for line in about_lock("wanted", LOCKS[kind])]
    before = set(INSTALLED.read_text().split()) if INSTALLED.is_file() else set()
    INSTALLED.write_text("\n".join(sorted(before.union(wanted))) + "\n")
    pip_install(LOCKS[kind], len(wanted))
    remove_packages(before.difference(wanted, *(named_in(lock) for lock in LOCKS.values())))
    if not check:
        return
    faults = about_lock("faults", LOCKS[kind], *EXTRAS[kind])
    if faults:
        raise StopError(
            f"The packages of {LOCKS[kind].name} don't fit together:\n    " + "\n    ".join(faults) + "\n"
            "If pyproject.toml was changed, make lock writes the locks anew; else please report this."
        )
    stamps[kind].write_text(stamp_of(kind))
    if kind == "dev":
        stamps["run"].write_text(stamp_of("run"))


def about_lock(question: str, lock: Path, *extras: str) -> list[str]:
    """Return the lines that locked.py answers, asked with the virtual environment's Python."""
    command = [str(PYTHON), "-P", str(ROOT / "cms" / "locked.py"), question, str(lock), *extras]
    answer = subprocess.run(command, stdout=subprocess.PIPE, universal_newlines=True)
    if answer.returncode:
        raise StopError(f"{lock.name} could not be read; the reason is above.")
    return answer.stdout.splitlines()


def named_in(lock: Path) -> set[str]:
    """Return the names of all packages of a lock, those for other Pythons included."""
    return set(re.findall(r"^([a-z0-9][a-z0-9-]*)==", lock.read_text(encoding="utf-8"), flags=re.MULTILINE))


def remove_packages(names: set[str]) -> None:
    """Uninstall what an earlier lock brought and no lock names any more; what people added stays."""
    if names:
        say("Removing what is no longer locked: " + ", ".join(sorted(names)))
        command = [str(PYTHON), "-m", "pip", "uninstall", "--quiet", "--yes", "--disable-pip-version-check"]
        run([*command, *sorted(names)], "Removing packages")
    INSTALLED.write_text("\n".join(sorted(set(INSTALLED.read_text().split()) - names)) + "\n")


def pip_install(lock: Path, total: int) -> None:
    """Have pip install a lock, showing a line for each of the ``total`` packages.

    The lock is complete, so pip need not resolve anything (``--no-deps``). Up to version 23 it could not:
    it forgets the pin of a package that another one wants with an extra, as soon as there is a newer release.
    Raises ``StopError`` if pip fails.
    """
    command = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar=off", "--no-deps", "--require-hashes", "-r", str(lock)]
    pip = subprocess.Popen(
        command, cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    output = []
    seen = 0
    for line in pip.stdout or ():
        output.append(line)
        found = PACKAGE.match(line)
        if found:
            seen += 1
            name = found["pinned"] or found["name"].replace("_", "-") + "==" + found["version"]
            show_progress(f"    {seen:3} of {total}: {name}", last=seen == total)
        elif line.startswith("Installing collected packages"):
            show_progress("    Unpacking them", last=True)
        elif "WARNING: Retrying" in line:
            show_progress("    The package index does not answer; trying again", last=True)
    if pip.wait() == 0:
        return
    text = "".join(output)
    if NO_NETWORK.search(text):
        raise StopError(
            "The packages could not be fetched: the package index does not answer. "
            "Is there a network connection? Run the same command again once there is."
        )
    print("".join(output[-15:]), file=sys.stderr)
    raise StopError(f"pip could not install the packages of {lock.name}; its last words are above.")


def show_progress(text: str, last: bool = False) -> None:
    """Print a line of progress: over the one before on a terminal, below it elsewhere."""
    if not sys.stdout.isatty():
        print(text, flush=True)
        return
    width = shutil.get_terminal_size().columns - 1
    print("\r" + text[:width].ljust(width), end="\n" if last else "", flush=True)


def shown(path: Path) -> str:
    """Return a path as people write it: from the repository where it is inside."""
    return str(path.relative_to(ROOT)) if ROOT in path.parents else str(path)


# --- make demo ----------------------------------------------------------------------------------------------


def read_port() -> int:
    """Return the port to serve on; raise ``StopError`` when PORT is no port or the port is taken."""
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise StopError(f"PORT is {text!r}, but a port is a number from 1 to 65535. Try: make demo PORT=8001")
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((demo_host(), port))
        except PermissionError:
            raise StopError(f"Port {port} is reserved for root. Try: make demo PORT=8001") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise StopError(f"{demo_host()}:{port} can't be listened on: {error.strerror}.") from None
            other = port + 1 if port < 65535 else DEFAULT_PORT
            advice = f"Stop it, or choose another port: make demo PORT={other}"
            raise StopError(f"Port {port} is in use by another program. {advice}") from None
    return port


def demo_host() -> str:
    """Return the address to listen on: this machine only, unless DEMO_HOST says otherwise."""
    return os.environ.get("DEMO_HOST") or "127.0.0.1"


def kept_secret(name: str, length: int, chosen: str = "") -> str:
    """Return a secret from the data folder, made up or ``chosen``, and readable by its owner only.

    One that is chosen takes the place of the one that was kept: the next run has to know it.
    """
    path = DATA_DIR / name
    if not chosen and path.is_file() and path.read_text(encoding="utf-8").strip():
        return path.read_text(encoding="utf-8").strip()
    value = chosen or secrets.token_urlsafe(length)
    descriptor = os.open(str(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value + "\n")
    return value


def static_stamp() -> str:
    """Return a text that changes when a stylesheet, a script or a package may have."""
    digest = hashlib.sha256(stamp_of("run").encode())
    for app in ("standfirst", "articles", "comments", "cms"):
        for path in sorted((ROOT / app).glob("**/*")):
            if {"static", "assets"} & set(path.parts) and path.is_file():
                status = path.stat()
                digest.update(f"{path} {status.st_mtime_ns} {status.st_size}\n".encode())
    return digest.hexdigest()


def prepare_site(environment: dict[str, str], set_password: bool) -> None:
    """Bring database, demonstration content and static files up to date; what was added stays."""
    manage = [str(PYTHON), "manage.py"]
    say("Preparing the database")
    run([*manage, "migrate", "--noinput", "--verbosity=0"], "Preparing the database", **environment)
    say("Preparing the demonstration content")
    content = [*manage, "demo_content", *(["--set-password"] if set_password else [])]
    run(content, "Preparing the demonstration content", **environment)
    stamp = DATA_DIR / "static.stamp"
    if not stamp.is_file() or stamp.read_text() != static_stamp():
        say("Gathering stylesheets and scripts")
        run([*manage, "collectstatic", "--noinput", "--verbosity=0"], "Gathering static files", **environment)
        stamp.write_text(static_stamp())


def demo(arguments: list[str]) -> int:
    """Serve the demonstration site until it is stopped; return the exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    port = read_port()
    install_packages("run")
    try:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StopError(f"The data folder {DATA_DIR} can't be made: {error.strerror}.") from None
    if not os.environ.get("STANDFIRST_SECRET_KEY"):
        kept_secret("secret_key", 50)  # The settings read this file.
    chosen = os.environ.get("DEMO_ADMIN_PASSWORD", "")
    password = kept_secret("demo_admin_password", 12, chosen)
    site = f"http://localhost:{port}"
    defaults = {
        "STANDFIRST_DATA_DIR": str(DATA_DIR),
        "STANDFIRST_SERVE_MEDIA": "true",
        "STANDFIRST_BASE_URL": site,
    }
    environment = {name: os.environ.get(name) or value for name, value in defaults.items()}
    prepare_site(dict(environment, DEMO_ADMIN_PASSWORD=password), set_password=bool(chosen))
    read_port()  # Another program may have taken it meanwhile.
    return serve(port, site, password, environment)


def _interrupt(signal_number: int, frame: object) -> None:
    raise KeyboardInterrupt


def serve(port: int, site: str, password: str, environment: dict[str, str]) -> int:
    """Run web server, worker and scheduler until a signal comes or one of them ends; return the exit code."""
    gunicorn = [str(PYTHON), "-m", "gunicorn", "--config", "python:cms.server"]
    gunicorn += ["--bind", f"{demo_host()}:{port}"]
    worker = [str(PYTHON), "manage.py", "db_worker", "--backend=outbox", "--no-reload", "--verbosity=0"]
    commands = {
        "web server": gunicorn,
        "worker": worker,
        "scheduler": [str(PYTHON), "manage.py", "run_scheduler"],
    }
    children: dict[str, subprocess.Popen[bytes]] = {}
    say("Starting the web server, the worker and the scheduler")
    try:
        for name, command in commands.items():
            # A session of its own: Ctrl-C reaches this process alone, which then ends its children in order.
            children[name] = subprocess.Popen(
                command, cwd=str(ROOT), env=dict(os.environ, **environment), start_new_session=True
            )
        wait_until_served(port, children)
        print(
            f"\n    Site       {site}/\n    Admin      {site}/admin/   (user: admin, password: {password})"
            f"\n    API docs   {site}/api/v1/docs/"
            f"\n\n    Ctrl-C stops it. What you add is kept in {shown(DATA_DIR)}.\n",
            flush=True,
        )
        while True:
            fail_if_one_ended(children)
            time.sleep(0.5)
    except KeyboardInterrupt:
        print("", flush=True)
        say("Stopping")
        return 0
    finally:
        end(children)


def wait_until_served(port: int, children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Return once the site answers; raise ``StopError`` when a child ends or nothing answers in time."""
    host = "127.0.0.1" if demo_host() == "0.0.0.0" else demo_host()  # noqa: S104
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        fail_if_one_ended(children)
        try:
            direct.open(f"http://{host}:{port}/api/v1/openapi.json", timeout=10).close()
            return
        except urllib.error.HTTPError:
            return  # It answers; what it answers is not for us to judge.
        except OSError:
            time.sleep(0.2)
    raise StopError(f"The web server did not answer within {START_SECONDS} seconds.")


def fail_if_one_ended(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Raise ``StopError`` when a child process has ended by itself."""
    for name, child in children.items():
        if child.poll() is not None:
            raise StopError(f"The {name} ended by itself (exit code {child.returncode}); stopping.")


def end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """End the child processes, each by its own process id: first with SIGTERM, later with SIGKILL."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # A second Ctrl-C must not leave one of them behind.
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


# --- The other commands -------------------------------------------------------------------------------------


def venv(arguments: list[str]) -> int:
    """Make the developer's virtual environment; return the exit code."""
    install_packages("dev")
    say(f"Ready: {shown(PYTHON)}")
    return 0


def test(arguments: list[str]) -> int:
    """Run the suite; the arguments go to tests/run.py. Return its exit code."""
    install_packages("dev")
    os.chdir(str(ROOT))
    os.execv(str(PYTHON), [str(PYTHON), "-m", "tests.run", *arguments])  # noqa: S606


def test_all(arguments: list[str]) -> int:
    """Run the suite with its long tests; return its exit code."""
    return test(["--long", *arguments])


def lock(arguments: list[str]) -> int:
    """Write both lock files anew from pyproject.toml, keeping versions unless given ``--upgrade``."""
    install_packages("dev", check=False)  # It is to be mended.
    command = [str(PYTHON), "-m", "uv", "pip", "compile", "pyproject.toml", "--universal", "--quiet"]
    oldest = ".".join(map(str, OLDEST_PYTHON))
    command += ["--python-version", oldest, "--generate-hashes", "--no-header", "--no-annotate"]
    command += ["--no-emit-index-url", *arguments]
    extras = {kind: [f"--extra={extra}" for extra in names] for kind, names in EXTRAS.items()}
    project = [*extras["run"], "--output-file", LOCKS["run"].name]
    run(command + project, "Locking what the project needs")
    develop = [*extras["dev"], "--constraint", LOCKS["run"].name, "--output-file", LOCKS["dev"].name]
    run(command + develop, "Locking what developers need")
    say(f"Wrote {LOCKS['run'].name} and {LOCKS['dev'].name}")
    return 0


COMMANDS = {"demo": demo, "venv": venv, "test": test, "test-all": test_all, "lock": lock}


def main(words: list[str]) -> int:
    """Run the command that the arguments name; return the exit code."""
    parser = argparse.ArgumentParser(prog="bootstrap.py", description="What make runs.")
    parser.add_argument("command", choices=sorted(COMMANDS))
    chosen, rest = parser.parse_known_args(words)
    try:
        return COMMANDS[chosen.command](rest)
    except StopError as stop:
        print(f"\nStandfirst: {stop}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr, flush=True)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
