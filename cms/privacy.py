"""Who may read what the site keeps in its data folder."""

import contextlib
import os
import stat
from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make a folder, or narrow the rights of one that is there: its owner's alone.

    A folder that was given to another group than this process's own, as that of a web server, may still be
    passed through by it, but not listed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    rights = folder.stat()
    mode = stat.S_IMODE(rights.st_mode)
    allowed = 0o7700 if rights.st_gid in {os.getgid(), os.getegid()} else 0o7710
    _narrow(folder, mode, allowed)


def make_private_database(file: Path) -> None:
    """Make SQLite's file, and those beside it, readable by their owner alone.

    A missing one is made, empty, which is a new one to SQLite. Left to itself, SQLite makes it readable by
    everybody; the companions get the rights of the file itself.
    """
    with contextlib.suppress(FileExistsError, OSError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    for path in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))):
        with contextlib.suppress(FileNotFoundError):
            _narrow(path, stat.S_IMODE(path.stat().st_mode), 0o600)


def _narrow(path: Path, mode: int, allowed: int) -> None:
    if mode & ~allowed:
        # On a disk that is read-only, or with a folder of somebody else's, the site runs all the same.
        with contextlib.suppress(OSError):
            path.chmod(mode & allowed)
