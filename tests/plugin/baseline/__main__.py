"""Writes the archive of the baseline."""

import argparse
import sys

from tests.plugin.baseline import ARCHIVE, INPUT, ROOT, read_commit, read_tree, write_archive


def main(words: list[str]) -> None:
    """Do what the words say."""
    parser = argparse.ArgumentParser(prog="python -m tests.plugin.baseline", description=__doc__)
    parser.add_argument("command", choices=["make"])
    parser.add_argument("commit", nargs="?", help="a commit; the files as they lie here, if it is left out")
    options = parser.parse_args(words)
    files = read_commit(options.commit) if options.commit else read_tree()
    missing = [name for name in INPUT if not any(path.startswith(name) for path in files)]
    if missing:
        sys.exit(f"There is no {missing[0]} to put into the archive.")
    write_archive(files)
    sys.stdout.write(f"{ARCHIVE.relative_to(ROOT)}: {len(files)} files, {ARCHIVE.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
