"""No public answer is older than the last act that has returned, whoever asks, however often."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgres import find_programs, throwaway_server
from tests.stale.acts import ACTS
from tests.stale.asking import Address, Answer, Connection
from tests.stale.judging import Epoch, find_stale
from tests.stale.serving import Program, Round, running, throwaway_round

pytestmark = pytest.mark.long

HAMMERS = 2
# Each is another connection, which any of the server's processes may take.
TIMES_ASKED = 2
# While answers are made anew after the first of two acts, the second one is committed.
PAIR = ("publish_a_title", "publish_a_title")
PAIRS = 5
PAIRS_TO_FIND = 40


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        yield ""
        return
    programs = find_programs()
    if programs is None:
        request.getfixturevalue("not_run")("There is no PostgreSQL on this machine.")
    assert programs is not None
    with throwaway_server(programs) as url:
        yield url


class Judge:
    """Compares what is cached with what is true, act by act, and what the hammers were told."""

    def __init__(self, site: Round, editor: Program, hammers: list[Program]) -> None:
        self._site, self._editor, self._hammers = site, editor, hammers
        self._true = Connection(site.true_port)
        self._known: set[Address] = set()
        self._kept: dict[Address, Answer] = {}
        self.epochs: list[Epoch] = []
        self.stale: list[str] = []

    def do(self, *names: str) -> bool:
        """Have acts done, ask for everything, and return whether anything that is public has changed."""
        done = self._editor.ask(list(names))
        new = {Address(host=host, path=path) for host, path in done["addresses"]}
        if new - self._known:
            self._known |= new
            for hammer in self._hammers:
                hammer.tell([[address.host, address.path] for address in sorted(self._known)])
        truth = {address: self._true.ask(address) for address in sorted(self._known)}
        before = self.epochs[-1].truth if self.epochs else {}
        self.epochs.append(
            Epoch(name=" ".join(names), began=done["began"], ended=done["ended"], truth=digests_of(truth))
        )
        for address in truth:
            self._compare(address, truth[address], " ".join(names))
        return any(digests_of(truth).get(address) != digest for address, digest in before.items())

    def close(self) -> None:
        self._true.close()

    def _compare(self, address: Address, true: Answer, name: str) -> None:
        kept = self._kept.get(address)
        for turn in range(TIMES_ASKED):
            connection = Connection(self._site.cached_port)
            etag = kept.etag if kept is not None and turn == 0 else ""
            answer = connection.ask(address, etag=etag)
            connection.close()
            is_current = (
                kept is not None and kept.digest == true.digest
                if answer.status == 304
                else answer.digest == true.digest
            )
            if not is_current:
                self.stale.append(f"after {name}: {address.host}{address.path} ({answer.status})")
            if answer.status == 200:
                self._kept[address] = answer


def digests_of(answers: dict[Address, Answer]) -> dict[Address, str]:
    return {address: answer.digest for address, answer in answers.items()}


def read_hammered(folder: Path) -> Iterator[tuple[float, float, Address, str]]:
    for path in sorted(folder.glob("hammer-*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            began, ended, host, way, digest = json.loads(line)
            yield began, ended, Address(host=host, path=way), digest


@contextmanager
def played(site: Round) -> Iterator[Judge]:
    """Have the site hammered, and yield the judge who has asked for everything once."""
    words = [
        [str(site.cached_port), str(site.folder / f"hammer-{seed}.jsonl"), str(seed)]
        for seed in range(HAMMERS)
    ]
    with (
        running(site.environment, "tests.stale.editor", [[]]) as [editor],
        running(site.environment, "tests.stale.hammer", words) as hammers,
    ):
        judge = Judge(site, editor, hammers)
        try:
            judge.do()
            yield judge
        finally:
            judge.close()


def test_no_answer_is_older_than_the_last_act(tmp_path: Path, database: str) -> None:
    with throwaway_round(tmp_path, mode="on", database=database) as site:
        with played(site) as judge:
            wrong = [act.name for act in ACTS if judge.do(act.name) != act.is_visible]
            for _ in range(PAIRS):
                judge.do(*PAIR)
        stale, judged = find_stale(judge.epochs, read_hammered(site.folder))
    assert not judge.stale + stale
    # An act that changes nothing would prove nothing, and a cache should not notice one that nobody sees.
    assert not wrong
    assert judged > 1000


def test_a_version_that_is_read_afterwards_is_found_out(tmp_path: Path) -> None:
    """The negative control: what the test above doesn't find isn't there by luck."""
    with throwaway_round(tmp_path, mode="afterwards") as site, played(site) as judge:
        for _ in range(PAIRS_TO_FIND):
            judge.do(*PAIR)
            if judge.stale:
                return
    stale, _judged = find_stale(judge.epochs, read_hammered(site.folder))
    assert stale, "Nothing was stale."
