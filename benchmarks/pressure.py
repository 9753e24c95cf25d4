"""What the origin cache does while a site is read and written at once, and what memory it takes."""

import http.client
import json
import random
import statistics
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import CONCURRENCY, apply_load
from benchmarks.seeds import Seeds
from benchmarks.site import HOST, PROXY_HEADERS, BenchmarkSite, Service, fetch

READERS = 4
MEBIBYTE = 1024 * 1024
# Small, so that twenty thousand answers don't fit.
SMALL_CACHE_BYTES = 16 * MEBIBYTE
# What CPython and the allocator keep around a cache of that size.
ALLOWANCE_BYTES = 24 * MEBIBYTE


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much of it is done. Without ``requests``, memory is not measured."""

    publishes: int
    typed: int
    addresses: int
    requests: int


FULL = Extent(publishes=20, typed=40, addresses=20_000, requests=100_000)
QUICK = Extent(publishes=2, typed=4, addresses=40, requests=400)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One figure, in words, and whether it is what is aimed at."""

    title: str
    found: str
    goal: str
    is_reached: bool


def measure_pressure(
    site: BenchmarkSite, seeds: Seeds, *, page_size: int, extent: Extent, report: Callable[[str], None]
) -> list[Finding]:
    """Serve the site with its cache, and measure; ``report`` takes a line about each measurement."""
    usual = Service(page_size=page_size, is_warm=True)
    small = Service(page_size=page_size, is_warm=True, cache_bytes=SMALL_CACHE_BYTES)
    with site.serve([usual, small]) as ports:
        report("Publishing, alone and under readers")
        publishing = _measure_publishing(site, seeds, ports[usual], extent)
        report("Typing and commenting under readers")
        hits = _measure_hits(site, seeds, ports[usual], extent)
        if not extent.requests:
            return [publishing, hits]
        report(f"Asking {extent.requests} times for {extent.addresses} addresses")
        return [publishing, hits, _measure_memory(seeds, ports[small], extent)]


def _measure_publishing(site: BenchmarkSite, seeds: Seeds, port: int, extent: Extent) -> Finding:
    words = ("press_benchmark", "publish", str(seeds.posted_to_id), f"--times={extent.publishes}")
    alone = json.loads(site.manage(*words, what="Publishing"))
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            apply_load(f"http://{HOST}:{port}{seeds.discussed_path}", seconds=1, headers=PROXY_HEADERS)

    readers = threading.Thread(target=read)
    readers.start()
    try:
        hammered = json.loads(site.manage(*words, what="Publishing"))
    finally:
        done.set()
        readers.join()
    ratio = statistics.median(hammered) / statistics.median(alone)
    return Finding(
        title=f"A publish under {CONCURRENCY} hammering readers, compared with one alone",
        found=f"{ratio:.2f} times ({_ms(alone)} alone, {_ms(hammered)} under readers)",
        goal="at most 1.3 times",
        is_reached=ratio <= 1.3,
    )


def _measure_hits(site: BenchmarkSite, seeds: Seeds, port: int, extent: Extent) -> Finding:
    paths = [seeds.discussed_path, seeds.quiet_path, "/", "/api/v1/articles/?limit=20", "/api/v1/claims/"]
    paths += [f"/api/v1/articles/{seeds.discussed_id}/", f"/api/v1/comments/?page={seeds.discussed_id}"]
    done = threading.Event()
    counts = [[0, 0] for _ in range(READERS)]

    def read(number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - the order of requests, no secret
        while not done.is_set():
            answer = fetch(port, chance.choice(paths), headers={})
            counts[number][0] += 1
            counts[number][1] += "; hit" in answer.headers.get("Cache-Status", "")

    for _ in range(8):  # So that both processes have made each of them.
        for path in paths:
            fetch(port, path, headers={})
    threads = [threading.Thread(target=read, args=[number]) for number in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        words = ("press_benchmark", "type", str(seeds.posted_to_id), f"--times={extent.typed}")
        site.manage(*words, what="Typing")
    finally:
        done.set()
        for thread in threads:
            thread.join()
    asked, hits = (sum(column) for column in zip(*counts, strict=True))
    return Finding(
        title="Answers from memory while a draft is saved every 500 ms and a comment comes in every second",
        found=f"{hits / asked:.4f} of {asked:,}",
        goal="at least 0.99",
        is_reached=hits / asked >= 0.99,
    )


def _measure_memory(seeds: Seeds, port: int, extent: Extent) -> Finding:
    """Ask for lists of claims that differ by article and length, so that each address has its own answer."""
    limits = max(1, extent.addresses // seeds.articles)
    addresses = [
        f"/api/v1/claims/?article={page_id}&limit={limit}"
        for page_id in seeds.article_ids
        for limit in range(1, limits + 1)
    ]
    chance = random.Random(0)  # noqa: S311 - the order of requests, no secret
    connection = http.client.HTTPConnection(HOST, port, timeout=60)

    def ask(paths: Sequence[str]) -> None:
        for path in paths:
            connection.request("GET", path, headers=PROXY_HEADERS)
            connection.getresponse().read()

    ask(addresses[:20] * 4)
    before = _resident_bytes(port)
    ask(addresses)
    ask([chance.choice(addresses) for _ in range(extent.requests - len(addresses))])
    grown = _resident_bytes(port) - before
    connection.close()
    return Finding(
        title=(
            f"Growth of the largest worker by {extent.requests:,} requests for {len(addresses):,} addresses, "
            f"with a cache of {SMALL_CACHE_BYTES // MEBIBYTE} MiB"
        ),
        found=f"{grown / MEBIBYTE:.1f} MiB",
        goal=f"at most {(SMALL_CACHE_BYTES + ALLOWANCE_BYTES) // MEBIBYTE} MiB",
        is_reached=grown <= SMALL_CACHE_BYTES + ALLOWANCE_BYTES,
    )


def _resident_bytes(port: int) -> int:
    """Return the memory of the largest process that serves a port, as Linux counts it."""
    sizes = [0]
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            environment = (folder / "environ").read_bytes()
            status = (folder / "status").read_text(encoding="utf-8")
        except OSError:
            continue
        if f"BENCHMARK_PORT={port}\0".encode() not in environment:
            continue
        sizes += [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:")]
    return max(sizes)


def _ms(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.0f} ms"
