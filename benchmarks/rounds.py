"""Measures in rounds: each address together with its bare view, repeatedly, so that noise affects both."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from benchmarks.addresses import GAUGE, GAUGE_BYTES, Address
from benchmarks.bare import BARE_PREFIX, record
from benchmarks.load import apply_load
from benchmarks.site import HOST, PROXY_HEADERS, WORKERS, Answer, BenchmarkSite, Ports, Service, fetch
from cms.bootstrap import StopError


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How long to measure, in seconds; bare views are so much faster that less time is enough."""

    rounds: int
    seconds: int
    bare_seconds: int


@dataclass(kw_only=True)
class Series:
    """Requests a second in each round."""

    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def lowest(self) -> float:
        return min(self.values)

    @property
    def highest(self) -> float:
        return max(self.values)


@dataclass(kw_only=True)
class Result:
    """What was measured for an address: made anew each time, from the origin cache, and as a bare view."""

    address: Address
    size: int
    queries: int
    cold: Series = field(default_factory=Series)
    warm: Series = field(default_factory=Series)
    bare: Series = field(default_factory=Series)

    @property
    def cold_share(self) -> float:
        """Return how fast the site is as a share of the bare view: the median of the rounds' own ratios."""
        return self._share(self.cold)

    @property
    def warm_share(self) -> float | None:
        """Return the same for the origin cache, None for what it doesn't keep."""
        return self._share(self.warm) if self.warm.values else None

    def _share(self, series: Series) -> float:
        pairs = zip(series.values, self.bare.values, strict=True)
        return statistics.median(site / bare for site, bare in pairs)


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """The bare view with a fixed number of bytes."""

    address: Address
    series: Series = field(default_factory=Series)


def record_answers(
    site: BenchmarkSite, addresses: Iterable[Address], ports: Ports
) -> dict[str, tuple[Address, Answer]]:
    """Ask for every address once, and have the bare views give the same answers.

    Returns addresses, conditional ones with their ETag, and answers by name. Raises ``StopError`` if an
    answer is not as expected, or the bare view's differs from it.
    """
    found: dict[str, tuple[Address, Answer]] = {}
    for address in addresses:
        port = ports[service_of(address)]
        headers = dict(address.headers)
        if address.is_conditional:
            headers["If-None-Match"] = fetch(port, address.path, headers=headers).headers.get("ETag", "")
        answer = fetch(port, address.path, method=address.method, headers=headers, content=address.content)
        if answer.status != address.status:
            raise StopError(f"{address.path} answered {answer.status}, but {address.status} was expected.")
        record(
            site.folder, address.name, status=answer.status, headers=answer.headers, content=answer.content
        )
        bare = fetch(port, address.bare_path, method=address.method, headers=headers, content=address.content)
        if bare != answer:
            raise StopError(f"The bare view does not give the answer of {address.path}.")
        found[address.name] = (replace(address, headers=headers), answer)
    gauge_headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(GAUGE_BYTES)}
    record(site.folder, GAUGE, status=200, headers=gauge_headers, content=b"." * GAUGE_BYTES)
    return found


def list_services(addresses: Iterable[Address]) -> list[Service]:
    """Return the ways of serving the site that the addresses need."""
    needed: dict[Service, None] = {}
    for address in addresses:
        needed[service_of(address)] = None
        if address.is_cacheable:
            needed[service_of(address, is_warm=True)] = None
    return list(needed)


def service_of(address: Address, *, is_warm: bool = False) -> Service:
    return Service(page_size=address.page_size, is_warm=is_warm, synchronous=address.synchronous)


def measure(
    results: Sequence[Result],
    gauges: Sequence[Gauge],
    ports: Ports,
    *,
    plan: Plan,
    report: Callable[[str], None],
) -> None:
    """Add the rounds of the plan to the results. ``report`` takes a line about each round."""
    report("Warming up")
    for result in results:
        for is_warm in (False, True) if result.address.is_cacheable else (False,):
            _apply(result.address, ports, path=result.address.path, seconds=1, run="warm", is_warm=is_warm)
    for number in range(1, plan.rounds + 1):
        report(f"Round {number} of {plan.rounds}")
        for gauge in gauges:
            speed = _apply(gauge.address, ports, path=gauge.address.path, seconds=plan.bare_seconds)
            gauge.series.values.append(speed)
        for result in results:
            address = result.address
            run = f"round-{number}"
            result.bare.values.append(
                _apply(address, ports, path=address.bare_path, seconds=plan.bare_seconds, run=run)
            )
            result.cold.values.append(
                _apply(address, ports, path=address.path, seconds=plan.seconds, run=run)
            )
            if address.is_cacheable:
                result.warm.values.append(
                    _apply(
                        address, ports, path=address.path, seconds=plan.bare_seconds, run=run, is_warm=True
                    )
                )


def _apply(
    address: Address, ports: Ports, *, path: str, seconds: int, run: str = "", is_warm: bool = False
) -> float:
    """Return the requests a second that a path of an address's server answered; wait until it is idle."""
    port = ports[service_of(address, is_warm=is_warm)]
    speed = apply_load(
        f"http://{HOST}:{port}{path}",
        seconds=seconds,
        headers={**PROXY_HEADERS, **address.headers},
        posts_to=address.posts_to,
        # Another word for each address: comments with the same words are refused.
        run=f"{address.name}-{run}",
    )
    # When the time is up wrk stops, while its last requests are still being answered. This request is
    # answered after all of those have begun; after the time of one more answer, they are done.
    fetch(port, f"{BARE_PREFIX}{GAUGE}/", headers={})
    time.sleep(WORKERS / speed)
    return speed
