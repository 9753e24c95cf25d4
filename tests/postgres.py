"""A throwaway PostgreSQL server: made, used and removed within one run of the suite."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

START_SECONDS = 60
STOP_SECONDS = 20
USER = "standfirst"
# No data of this server outlives the run: nothing needs to reach the disk.
SPEED = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


class PostgresError(Exception):
    """PostgreSQL is there but does not start; the text holds its own words."""


def find_programs() -> Path | None:
    """Return the folder that holds ``initdb`` and ``postgres`` of one version, the newest one; else None."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_of, reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        folders.insert(0, Path(on_path).resolve().parent)
    for folder in folders:
        if os.access(folder / "initdb", os.X_OK) and os.access(folder / "postgres", os.X_OK):
            return folder
    return None


def _version_of(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


def _another_user() -> dict[str, Any]:
    """Return the options of ``subprocess`` that run a program as another user when this one is root.

    PostgreSQL refuses to run as root.
    """
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise PostgresError("This is root, and there is no other user that PostgreSQL could run as.")


@contextmanager
def throwaway_server(programs: Path, *, is_durable: bool = False) -> Iterator[str]:
    """Start a server on a socket in a temporary folder, stop it at the end; yield its DATABASE_URL.

    ``programs`` is what ``find_programs`` returned. Only if it ``is_durable`` is what it commits on the disk
    then. Raises ``PostgresError`` when it does not start.
    """
    user = _another_user()
    # Not TMPDIR: the path of a socket may have 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="standfirst-pg-", dir="/tmp"))
    if user:
        os.chown(folder, user["user"], user["group"])
    try:
        data = folder / "data"
        command = [str(programs / "initdb"), "--pgdata", str(data), "--username", USER, "--auth", "trust"]
        command += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
        made = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, **user)
        if made.returncode:
            raise PostgresError(f"initdb failed: {made.stderr.strip()}")
        with (folder / "log").open("w+") as log:
            command = [str(programs / "postgres"), "-D", str(data), "-k", str(folder)]
            command += ["-c", "listen_addresses=", *(() if is_durable else SPEED)]
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **user)
            try:
                _wait_for(server, folder, log.name)
                # No host, and a path that starts with a slash: the socket's folder, then the database's name.
                yield f"postgres://{USER}@/{folder}/postgres"
            finally:
                _stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(server: "subprocess.Popen[bytes]", folder: Path, log: str) -> None:
    """Return once the server takes connections; raise ``PostgresError`` when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg.connect(host=str(folder), user=USER, dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.2)
        else:
            return
    raise PostgresError(f"PostgreSQL does not start: {Path(log).read_text(errors='replace').strip()}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    """Stop the server, with open connections if need be."""
    server.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown.
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
