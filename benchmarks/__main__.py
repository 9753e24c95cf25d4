"""Measures the site's performance: ``python -m benchmarks``, or ``make bench``.

A throwaway site is made, filled and served; every address is measured in turn with a bare Django view that
gives the same bytes, and the report is written.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.addresses import WHOLE_DISCUSSION, Address, gauge_addresses, list_addresses
from benchmarks.load import ensure_wrk
from benchmarks.report import Measurement, format_document, format_terminal
from benchmarks.rounds import Gauge, Plan, Result, measure, record_answers
from benchmarks.seeds import Seeds
from benchmarks.site import BenchmarkSite, throwaway_site
from cms.bootstrap import ROOT, StopError, say

REPORT = ROOT / "docs" / "explanation" / "performance.md"
FULL = Plan(rounds=5, seconds=3, bare_seconds=1)
QUICK = Plan(rounds=1, seconds=1, bare_seconds=1)
ARTICLES = 200
QUICK_ARTICLES = 24  # The list of 20 needs as many.


def main(words: Sequence[str]) -> int:
    """Measure what the arguments ask for; return the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure how fast the site answers.")
    parser.add_argument("--quick", action="store_true", help="a short try; its figures mean little")
    parser.add_argument("--report", type=Path, help=f"the file to write (without --quick: {REPORT.name})")
    parser.add_argument("--profile", action="store_true", help="print where the time goes; measure nothing")
    options = parser.parse_args(words)
    started, load_before = time.monotonic(), os.getloadavg()[0]
    try:
        if not options.profile:
            ensure_wrk()
        with throwaway_site() as site:
            articles = QUICK_ARTICLES if options.quick else ARTICLES
            seeds = seed(site, articles=articles)
            addresses = list_addresses(seeds)
            if options.profile:
                print(inspect(site, addresses, "--profile=25"))
                return 0
            measurement = run(
                site, seeds, addresses, plan=QUICK if options.quick else FULL, load_before=load_before
            )
    except StopError as stop:
        print(f"\nStandfirst: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    print(f"\n{format_terminal(measurement)}\n")
    report = options.report or (None if options.quick else REPORT)
    if report:
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(format_document(measurement), encoding="utf-8")
        say(f"Wrote {report.name}")
    say(f"Done in {time.monotonic() - started:.0f} s")
    return 0


def seed(site: BenchmarkSite, *, articles: int) -> Seeds:
    """Fill the site and return what it holds."""
    say(f"Publishing {articles} articles, one with {WHOLE_DISCUSSION} comments")
    numbers = (f"--articles={articles}", f"--comments={WHOLE_DISCUSSION}")
    return Seeds(**json.loads(site.manage("seed_benchmark", *numbers, what="Filling the site")))


def inspect(site: BenchmarkSite, addresses: Sequence[Address], *options: str) -> str:
    """Return what the inspection of the addresses prints; its last line is JSON, the queries by name."""
    listed = json.dumps([asdict(address) for address in addresses])
    return site.manage("inspect_benchmark", *options, what="Counting queries", text=listed)


def run(
    site: BenchmarkSite, seeds: Seeds, addresses: Sequence[Address], *, plan: Plan, load_before: float
) -> Measurement:
    """Serve the site and measure it as planned. ``load_before`` is the machine's load average so far."""
    say("Counting queries")
    queries = json.loads(inspect(site, addresses))
    gauges = [Gauge(address=address) for address in gauge_addresses()]
    with site.serve(sorted({address.page_size for address in addresses})) as ports:
        found = record_answers(site, addresses, ports)
        results = [
            Result(address=address, size=len(answer.content), queries=queries[name])
            for name, (address, answer) in found.items()
        ]
        measure(results, gauges, ports, plan=plan, report=say)
    return Measurement(
        day=datetime.now(tz=UTC).date(),
        load_before=load_before,
        seeds=seeds,
        plan=plan,
        results=results,
        gauges=gauges,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
