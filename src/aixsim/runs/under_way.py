"""A sweep under way: what is known of it, and what is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from aixsim.config.sweep_study import SweepStudy
from aixsim.runs.chunk import PointSpec
from aixsim.runs.executor import Executor
from aixsim.runs.folder import SweepFolder
from aixsim.runs.progress import Clock, State, Status
from aixsim.runs.signals import Request
from aixsim.stats.allocation import Tally
from aixsim.stats.confidence_sequence import bernoulli_sequence

_TELL = 0.5
"""Seconds between lines of progress."""


@dataclass
class UnderWay:
    """A sweep under way.

    Attributes:
        study: what is asked.
        folder: where it is kept.
        specs: what workers need to know of each point, by its number.
        start: starts the executor.
        request: of the user to stop.
        until: monotonic time after which nothing new is begun; None: never.
        show: is given the status now and then.
        clock: measures the rate.
        chunk: replicates that are run together; None until their cost is known.
    """

    study: SweepStudy
    folder: SweepFolder
    specs: dict[int, PointSpec]
    start: Callable[[], Executor]
    request: Request
    until: float | None
    show: Callable[[Status], object]
    clock: Clock
    chunk: int | None
    executor: Executor | None = None
    shown: float = field(default=-1.0)

    @property
    def is_late(self) -> bool:
        """Whether the time that was asked for has passed."""
        return self.until is not None and monotonic() >= self.until

    def workers(self) -> Executor:
        """Returns the executor, started when it is first needed."""
        if self.executor is None:
            self.executor = self.start()
            self.clock.workers = self.executor.n_workers
        return self.executor

    def given(self) -> dict[int, int]:
        """Returns how many replicates every point has been given."""
        given = dict.fromkeys(self.specs, 0)
        for chunk in self.folder.chunks.values():
            given[chunk.point] += chunk.n
        return given

    def tallies(self) -> dict[int, Tally]:
        """Returns what is known of every point about the goal that decides."""
        goal = self.study.goals.index(self.study.goal)
        given = self.given()
        successes, n = Counter[int](), Counter[int]()
        for chunk in self.folder.chunks.values():
            if chunk.n_done:
                successes[chunk.point] += chunk.successes[goal]
                n[chunk.point] += chunk.n_done
        return {point: Tally(successes[point], n[point], given[point]) for point in self.specs}

    def status(self, state: State) -> Status:
        """Returns how it stands."""
        level, confidence = self.study.decision.probability, self.study.monte_carlo.confidence
        verdicts, tallies = Counter[str](), self.tallies()
        for tally in tallies.values():
            low, high = bernoulli_sequence(tally.successes, tally.n, confidence)
            verdicts["above" if low > level else "below" if high < level else "open"] += 1
        finished = [chunk for chunk in self.folder.chunks.values() if chunk.state in ("done", "failed")]
        done = sum(chunk.n_done for chunk in finished)
        failed = sum(chunk.n for chunk in finished) - done
        wanted = sum(tally.given for tally in tallies.values())
        return self.clock.status(state, verdicts, wanted=wanted, done=done, failed=failed, level=level, goal=self.study.goal.name)

    def tell(self) -> None:
        """Shows the status, unless that was done a moment ago."""
        if monotonic() - self.shown < _TELL:
            return
        status = self.status("running")
        self._write(status)
        self.show(status)
        self.shown = monotonic()

    def end(self, state: State) -> Status:
        """Writes down how it ended."""
        status = self.status(state)
        self._write(status)
        self.folder.note(state, done=status.done, failed=status.failed, wanted=status.wanted)
        return status

    def _write(self, status: Status) -> None:
        aside = self.folder.path / "status.json.aside"
        aside.write_text(status.to_json(), encoding="utf-8")
        aside.replace(self.folder.path / "status.json")
