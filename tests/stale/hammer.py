"""Asks for addresses one after another, conditionally if it can, and writes down what came when.

Its input is a list of addresses a line, each of which replaces the one before; it ends with its input. Each
line of its file is one answer: when it was asked for, when it had come, host, path and digest.
"""

import json
import random
import select
import sys
import time

from tests.stale.asking import Address, Connection


def hammer(port: int, file_name: str, seed: int) -> None:
    """Ask until the input ends."""
    chance = random.Random(seed)  # noqa: S311 - the order of requests, no secret
    connection = Connection(port)
    known: dict[Address, dict[str, str]] = {}
    addresses: list[Address] = []
    with open(file_name, "w", encoding="utf-8") as file:
        while True:
            if not addresses or select.select([sys.stdin], [], [], 0)[0]:
                line = sys.stdin.readline()
                if not line:
                    return
                addresses = [Address(host=host, path=path) for host, path in json.loads(line)]
                continue
            address = chance.choice(addresses)
            digests = known.setdefault(address, {})
            etag = next(reversed(digests), "") if chance.random() < 0.5 else ""
            if chance.random() < 0.2:
                connection.close()  # The next one may be taken by another of the server's processes.
            began = time.monotonic()
            answer = connection.ask(address, etag=etag)
            ended = time.monotonic()
            digest = digests[etag] if answer.status == 304 else answer.digest
            if answer.etag and answer.status == 200:
                digests.pop(answer.etag, None)
                digests[answer.etag] = digest
            file.write(json.dumps([began, ended, address.host, address.path, digest]) + "\n")


if __name__ == "__main__":
    hammer(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
