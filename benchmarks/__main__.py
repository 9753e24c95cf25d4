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
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import pressure
from benchmarks.addresses import PAGE_SIZE, WHOLE_DISCUSSION, Address, gauge_addresses, list_addresses
from benchmarks.load import ensure_wrk
from benchmarks.pressure import Extent, measure_pressure
from benchmarks.report import Measurement, Run, format_document, format_terminal
from benchmarks.rounds import Gauge, Plan, Result, list_services, measure, record_answers
from benchmarks.seeds import Seeds
from benchmarks.site import BenchmarkSite, throwaway_site
from cms.bootstrap import ROOT, StopError, say
from tests.postgres import PostgresError, find_programs, throwaway_server

REPORT = ROOT / "docs" / "explanation" / "performance.md"
EMBEDDED = "SQLite"
SERVER = "PostgreSQL"
FULL = Plan(rounds=3, seconds=2, bare_seconds=1)
QUICK = Plan(rounds=1, seconds=1, bare_seconds=1)
ARTICLES = 200
QUICK_ARTICLES = 24  # The list of 20 needs as many.


def main(words: Sequence[str]) -> int:
    """Measure what the arguments ask for; return the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure how fast the site answers.")
    parser.add_argument("--quick", action="store_true", help="a short try; its figures mean little")
    parser.add_argument("--report", type=Path, help=f"the file to write (without --quick: {REPORT.name})")
    parser.add_argument("--profile", action="store_true", help="print where the time goes; measure nothing")
    parser.add_argument("--sqlite-only", action="store_true", help="leave PostgreSQL out")
    options = parser.parse_args(words)
    started, load_before = time.monotonic(), os.getloadavg()[0]
    articles, plan = (QUICK_ARTICLES, QUICK) if options.quick else (ARTICLES, FULL)
    extent = pressure.QUICK if options.quick else pressure.FULL
    try:
        if options.profile:
            with throwaway_site() as site:
                print(inspect(site, list_addresses(seed(site, articles=articles)), "--profile=25"))
            return 0
        ensure_wrk()
        measurements = [run(EMBEDDED, articles=articles, plan=plan, extent=extent)]
        programs = None if options.sqlite_only else find_programs()
        if programs is not None:
            # As it is delivered: what it says is written is on the disk.
            with throwaway_server(programs, is_durable=True) as url:
                # The memory of a process is the same with any database.
                extent = replace(extent, requests=0)
                measurements.append(run(SERVER, database=url, articles=articles, plan=plan, extent=extent))
        elif not options.sqlite_only:
            say("There is no PostgreSQL on this machine, so it is left out")
    except (StopError, PostgresError) as stop:
        print(f"\nStandfirst: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    found = Run(
        day=datetime.now(tz=UTC).date(), load_before=load_before, plan=plan, measurements=measurements
    )
    print(f"\n{format_terminal(found)}\n")
    report = options.report or (None if options.quick else REPORT)
    if report:
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(format_document(found), encoding="utf-8")
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


def run(name: str, *, articles: int, plan: Plan, extent: Extent, database: str = "") -> Measurement:
    """Make a site, serve it and measure it as planned; ``database`` is that of a server, if not embedded."""
    with throwaway_site(database=database) as site:
        seeds = seed(site, articles=articles)
        addresses = list_addresses(seeds)
        say("Counting queries")
        queries = json.loads(inspect(site, addresses))
        gauges = [Gauge(address=address) for address in gauge_addresses()]
        with site.serve(list_services(addresses)) as ports:
            found = record_answers(site, addresses, ports)
            results = [
                Result(address=address, size=len(answer.content), queries=queries[name])
                for name, (address, answer) in found.items()
            ]
            measure(results, gauges, ports, plan=plan, report=say)
        findings = measure_pressure(site, seeds, page_size=PAGE_SIZE, extent=extent, report=say)
    return Measurement(database=name, seeds=seeds, results=results, gauges=gauges, findings=findings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
