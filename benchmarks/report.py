"""The report: what was measured, in words and tables."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.addresses import FIGURES, GAUGE_ELSEWHERE, PAGE_SIZE, WHOLE_DISCUSSION, Figure
from benchmarks.load import CONCURRENCY
from benchmarks.machine import describe_machine, describe_versions
from benchmarks.rounds import Gauge, Plan, Result, Series
from benchmarks.seeds import Seeds
from benchmarks.site import WORKERS

# The load average, in processes, from which a machine is not idle.
BUSY = 0.7
TEMPLATE = Path(__file__).with_name("template.md")


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """Everything that a run found."""

    day: date
    load_before: float
    seeds: Seeds
    plan: Plan
    results: Sequence[Result]
    gauges: Sequence[Gauge]

    def result_of(self, name: str) -> Result:
        """Return the result of an address by its name."""
        return next(result for result in self.results if result.address.name == name)


def format_terminal(measurement: Measurement) -> str:
    """Return the results as lines for the person at the terminal."""
    width = max(len(result.address.title) for result in measurement.results)
    lines = [f"{'':{width}}  {'site/s':>8} {'bare/s':>8} {'ratio':>7} {'queries':>7}"]
    lines += [
        f"{result.address.title:{width}}  {_number(result.site.median):>8} {_number(result.bare.median):>8} "
        f"{result.ratio:>7.1f} {result.queries:>7}"
        for result in measurement.results
    ]
    lines += [
        f"{gauge.address.title:{width}}  {_number(gauge.series.median):>8}" for gauge in measurement.gauges
    ]
    lines += ["", *(f"{figure.title}: {_judge(figure, measurement)}" for figure in FIGURES)]
    return "\n".join(lines)


def format_document(measurement: Measurement) -> str:
    """Return the report as Markdown."""
    seeds, plan = measurement.seeds, measurement.plan
    return TEMPLATE.read_text(encoding="utf-8").format(
        day=f"{measurement.day:%-d %B %Y}",
        results=_tabulate_results(measurement),
        gauges=_tabulate_gauges(measurement),
        goals=_tabulate_goals(measurement),
        verdict=_judge_all(measurement),
        warning=_warn(measurement),
        machine=_table(("", ""), [*describe_machine().items(), *describe_versions().items()]),
        gauge=_number(measurement.gauges[0].series.median),
        gauge_elsewhere=_number(GAUGE_ELSEWHERE),
        articles=seeds.articles,
        words=seeds.words,
        comments=seeds.comments,
        rounds=_count(plan.rounds, "round"),
        rounds_capitalised=_count(plan.rounds, "round").capitalize(),
        seconds=_count(plan.seconds, "second"),
        bare_seconds=_count(plan.bare_seconds, "second"),
        page_size=PAGE_SIZE,
        whole=WHOLE_DISCUSSION,
        workers=WORKERS,
        concurrency=CONCURRENCY,
    )


def _warn(measurement: Measurement) -> str:
    if measurement.load_before < BUSY:
        return ""
    return (
        textwrap.fill(
            "**The machine had other work to do: its load average was "
            f"{measurement.load_before:.1f} before the run, so these figures are too low.**",
            110,
        )
        + "\n\n"
    )


def _tabulate_results(measurement: Measurement) -> str:
    header = ("What is asked for", "Answer", "Queries", "Site, requests/s", "Bare view, requests/s", "Ratio")
    rows = [
        (
            result.address.title,
            f"{result.size / 1000:.1f} kB" if result.size else "no body",
            str(result.queries),
            _spread(result.site),
            _spread(result.bare),
            f"{result.ratio:.1f}",
        )
        for result in measurement.results
    ]
    return _table(header, rows, numbers=5)


def _tabulate_gauges(measurement: Measurement) -> str:
    rows = [(gauge.address.title, _spread(gauge.series)) for gauge in measurement.gauges]
    return _table(("To compare machines", "Requests/s"), rows, numbers=1)


def _tabulate_goals(measurement: Measurement) -> str:
    rows = [
        (
            figure.title,
            figure.shown,
            measurement.result_of(figure.address).address.title,
            _number(measurement.result_of(figure.address).site.median),
            "met" if _is_met(figure, measurement) else "**not yet met**",
        )
        for figure in FIGURES
    ]
    return _table(("Elsewhere", "Requests/s there", "Here", "Requests/s here", "Goal"), rows)


def _judge_all(measurement: Measurement) -> str:
    missing = [figure.title for figure in FIGURES if not _is_met(figure, measurement)]
    if not missing:
        return "All of these goals are met."
    return textwrap.fill(f"Not yet met: {'; '.join(missing)}.", 110)


def _is_met(figure: Figure, measurement: Measurement) -> bool:
    return measurement.result_of(figure.address).site.median >= figure.requests_per_second


def _judge(figure: Figure, measurement: Measurement) -> str:
    here = _number(measurement.result_of(figure.address).site.median)
    verdict = "met" if _is_met(figure, measurement) else "not yet met"
    return f"{figure.shown} requests/s elsewhere, {here} here: {verdict}"


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
