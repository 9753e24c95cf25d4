"""The report: what was measured, in words and tables."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.addresses import FIGURES, GAUGE_ELSEWHERE, PAGE_SIZE, WHOLE_DISCUSSION, Figure
from benchmarks.load import CONCURRENCY
from benchmarks.machine import describe_machine, describe_versions
from benchmarks.pressure import Finding
from benchmarks.rounds import Gauge, Plan, Result, Series
from benchmarks.seeds import Seeds
from benchmarks.site import WORKERS

# The load average, in processes, from which a machine is not idle.
BUSY = 0.7
TEMPLATE = Path(__file__).with_name("template.md")


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """Everything that a run found with one database."""

    database: str
    seeds: Seeds
    results: Sequence[Result]
    gauges: Sequence[Gauge]
    findings: Sequence[Finding]

    def result_of(self, name: str) -> Result:
        """Return the result of an address by its name."""
        return next(result for result in self.results if result.address.name == name)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run measured, when and how; with each database in turn, the embedded one first."""

    day: date
    load_before: float
    plan: Plan
    measurements: Sequence[Measurement]


def format_terminal(run: Run) -> str:
    """Return the results as lines for the person at the terminal."""
    lines: list[str] = []
    for measurement in run.measurements:
        width = max(len(result.address.title) for result in measurement.results)
        lines += [measurement.database]
        lines += [
            f"{'':{width}}  {'bare/s':>8} {'cold/s':>8} {'share':>6} {'warm/s':>8} {'share':>6} queries"
        ]
        lines += [
            f"{result.address.title:{width}}  {_number(result.bare.median):>8} "
            f"{_number(result.cold.median):>8} {_share(result.cold_share):>6} "
            f"{_number(result.warm.median) if result.warm.values else '':>8} {_share(result.warm_share):>6} "
            f"{result.queries:>7}"
            for result in measurement.results
        ]
        lines += [
            f"{gauge.address.title:{width}}  {_number(gauge.series.median):>8}"
            for gauge in measurement.gauges
        ]
        lines += ["", _judge_goals(measurement), ""]
        lines += [f"{finding.title}: {finding.found}; {finding.goal}" for finding in measurement.findings]
        lines += [""]
    first = run.measurements[0]
    lines += [f"{figure.title}: {_judge(figure, first)}" for figure in FIGURES]
    return "\n".join(lines)


def format_document(run: Run) -> str:
    """Return the report as Markdown."""
    first, plan = run.measurements[0], run.plan
    return TEMPLATE.read_text(encoding="utf-8").format(
        day=f"{run.day:%-d %B %Y}",
        results="\n\n".join(_describe(measurement) for measurement in run.measurements),
        gauges=_tabulate_gauges(run),
        figures=_tabulate_figures(first),
        verdict=_judge_figures(first),
        warning=_warn(run),
        machine=_table(("", ""), [*describe_machine().items(), *describe_versions().items()]),
        gauge=_number(first.gauges[0].series.median),
        gauge_elsewhere=_number(GAUGE_ELSEWHERE),
        articles=first.seeds.articles,
        words=first.seeds.words,
        comments=first.seeds.comments,
        rounds=_count(plan.rounds, "round"),
        rounds_capitalised=_count(plan.rounds, "round").capitalize(),
        seconds=_count(plan.seconds, "second"),
        bare_seconds=_count(plan.bare_seconds, "second"),
        page_size=PAGE_SIZE,
        whole=WHOLE_DISCUSSION,
        workers=WORKERS,
        concurrency=CONCURRENCY,
    )


def _warn(run: Run) -> str:
    if run.load_before < BUSY:
        return ""
    return (
        textwrap.fill(
            "**The machine had other work to do: its load average was "
            f"{run.load_before:.1f} before the run, so these figures are too low.**",
            110,
        )
        + "\n\n"
    )


def _describe(measurement: Measurement) -> str:
    parts = [
        f"### On {measurement.database}",
        _tabulate_results(measurement),
        _judge_goals(measurement),
        _tabulate_findings(measurement),
    ]
    return "\n\n".join(parts)


def _tabulate_results(measurement: Measurement) -> str:
    header = ("What is asked for", "Answer", "Queries", "Bare view", "Cold", "Share", "Warm", "Share")
    rows = [
        (
            result.address.title,
            f"{result.size / 1000:.1f} kB" if result.size else "no body",
            str(result.queries),
            _spread(result.bare),
            _spread(result.cold),
            _share(result.cold_share),
            _spread(result.warm) if result.warm.values else "",
            _share(result.warm_share),
        )
        for result in measurement.results
    ]
    return _table(header, rows, numbers=7)


def _tabulate_findings(measurement: Measurement) -> str:
    rows = [
        (finding.title, finding.found, finding.goal, "reached" if finding.is_reached else "**not reached**")
        for finding in measurement.findings
    ]
    return _table(("With the origin cache", "Found", "Aimed at", ""), rows)


def _judge_goals(measurement: Measurement) -> str:
    """Say which of the shares that were aimed at are not reached."""
    missed: list[str] = []
    for result in measurement.results:
        goal = result.address.goal
        for word, wanted, found in (
            ("cold", goal.cold, result.cold_share),
            ("warm", goal.warm, result.warm_share),
        ):
            if wanted is not None and found is not None and found < wanted:
                missed.append(f"{result.address.title}, {word}: {_share(found)} of {_share(wanted)}")
    if not missed:
        return "All shares that are aimed at are reached."
    return textwrap.fill(f"Not reached: {'; '.join(missed)}.", 110)


def _tabulate_gauges(run: Run) -> str:
    rows = [
        (f"{gauge.address.title}, {measurement.database}", _spread(gauge.series))
        for measurement in run.measurements
        for gauge in measurement.gauges
    ]
    return _table(("To compare machines", "Requests/s"), rows, numbers=1)


def _tabulate_figures(measurement: Measurement) -> str:
    rows = [
        (
            figure.title,
            figure.shown,
            measurement.result_of(figure.address).address.title,
            _number(measurement.result_of(figure.address).cold.median),
            "reached" if _is_reached(figure, measurement) else "**not reached**",
        )
        for figure in FIGURES
    ]
    return _table(("Elsewhere", "Requests/s there", "Here", "Requests/s here, cold", ""), rows)


def _judge_figures(measurement: Measurement) -> str:
    missing = [figure.title for figure in FIGURES if not _is_reached(figure, measurement)]
    if not missing:
        return "All of these figures are reached."
    return textwrap.fill(f"Not reached: {'; '.join(missing)}.", 110)


def _is_reached(figure: Figure, measurement: Measurement) -> bool:
    return measurement.result_of(figure.address).cold.median >= figure.requests_per_second


def _judge(figure: Figure, measurement: Measurement) -> str:
    here = _number(measurement.result_of(figure.address).cold.median)
    verdict = "reached" if _is_reached(figure, measurement) else "not reached"
    return f"{figure.shown} requests/s elsewhere, {here} here: {verdict}"


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.2g}" if share < 0.1 else f"{share:.2f}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: int = 0) -> str:
    """Return a Markdown table whose last ``numbers`` columns are aligned on the right."""
    rules = ["---"] * (len(header) - numbers) + ["---:"] * numbers
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, rules, *rows])


def _spread(series: Series) -> str:
    return f"{_number(series.median)} ({_number(series.lowest)} to {_number(series.highest)})"


def _number(value: float) -> str:
    """Return a number of requests with its significant digits only."""
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def _count(number: int, unit: str) -> str:
    return f"one {unit}" if number == 1 else f"{number} {unit}s"
