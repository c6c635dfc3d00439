"""A running job: its state, and the planning of further replicates."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from time import monotonic

from aixsim.errors import StoreError
from aixsim.runs.executor import Executor
from aixsim.runs.identity import differences
from aixsim.runs.job import Job
from aixsim.runs.ledger import Chunk, PointRow
from aixsim.runs.progress import Clock, State, Status, silent
from aixsim.runs.replicates import BatchResult, PointSpec
from aixsim.runs.signals import Request
from aixsim.runs.store import Store
from aixsim.stats.allocation import Tally, allocate, is_open
from aixsim.stats.confidence_sequence import bernoulli_sequence
from aixsim.stats.intervals import wilson_half_width

QUANTUM = 50
"""Replicates that are allocated at a time after all points have theirs, and between checks of a stopping rule."""
_TELL = 0.5
"""Seconds between updates of the progress."""


@dataclass
class Session:
    """A running job.

    Attributes:
        job: the job.
        store: its store.
        start: starts the executor; called only if there are replicates to run.
        request: stop request of the user.
        until: monotonic time after which no replicate is started; None without limit.
        batch: replicates per batch; None until their cost is known. Results do not depend on it.
        show: called with the status about once a second.
        tell: called with messages for the user.
    """

    job: Job
    store: Store
    start: Callable[[], Executor]
    request: Request
    until: float | None = None
    batch: int | None = None
    show: Callable[[Status], object] = silent
    tell: Callable[[str], object] = silent
    specs: dict[int, PointSpec] = field(init=False, default_factory=dict)
    clock: Clock = field(init=False, default_factory=lambda: Clock(0))
    executor: Executor | None = field(init=False, default=None)
    stopped_at: int | None = field(init=False, default=None)
    engine: tuple[str, str | None] | None = field(init=False, default=None)
    _shown: float = field(init=False, default=-1.0)
    last: BatchResult | None = field(init=False, default=None)
    _completed: int = field(init=False, default=0)

    @property
    def is_late(self) -> bool:
        """Whether the time limit has been reached."""
        return self.until is not None and monotonic() >= self.until

    def workers(self) -> Executor:
        """Returns the executor, started when it is first needed."""
        if self.executor is None:
            self.executor = self.start()
            self.clock.workers = self.executor.n_workers
        return self.executor

    def given(self) -> dict[int, int]:
        """Returns the number of replicates allocated to every point."""
        given = dict.fromkeys(self.specs, 0)
        for chunk in self.store.chunks.values():
            given[chunk.point] += chunk.n
        return given

    def tallies(self) -> dict[int, Tally]:
        """Returns the counts of every point for the goal of the decision."""
        goal = self.job.goals.index(self.job.deciding) if self.job.deciding else None
        given = self.given()
        successes, n = Counter[int](), Counter[int]()
        for chunk in self.store.chunks.values():
            if chunk.n_done:
                successes[chunk.point] += 0 if goal is None else chunk.successes[goal]
                n[chunk.point] += chunk.n_done
        return {point: Tally(successes[point], n[point], given[point]) for point in self.specs}

    def status(self, state: State) -> Status:
        """Returns the progress."""
        verdicts, tallies = Counter[str](), self.tallies()
        if self.job.deciding is not None:
            for tally in tallies.values():
                low, high = bernoulli_sequence(tally.successes, tally.n, self.job.confidence)
                verdicts["above" if low > self.job.level else "below" if high < self.job.level else "open"] += 1
        finished = [chunk for chunk in self.store.chunks.values() if chunk.state in ("done", "failed")]
        done = sum(chunk.n_done for chunk in finished)
        failed = sum(chunk.n for chunk in finished) - done
        asked = len(self.specs) * self.job.replicates if self.stopped_at is None else 0
        wanted = max(sum(tally.given for tally in tallies.values()), asked)
        goal = self.job.deciding.name if self.job.deciding else ""
        return self.clock.status(
            state,
            self.job.kind,
            verdicts,
            len(self.specs),
            wanted=wanted,
            done=done,
            failed=failed,
            level=self.job.level,
            goal=goal,
            study=self._study,
        )

    @cached_property
    def _study(self) -> str:
        """Fingerprint of the folder; its points do not change while the job runs."""
        return self.store.ledger.fingerprint()

    def note_progress(self) -> None:
        """Shows the status, at most once per interval."""
        if monotonic() - self._shown >= _TELL:
            self._show("running")
            self._shown = monotonic()

    def end(self, state: State) -> Status:
        """Writes the final status."""
        status = self._show(state)
        self.store.note(state, done=status.done, failed=status.failed, wanted=status.wanted)
        return status

    def _show(self, state: State) -> Status:
        status = self.status(state)
        if self.store.place.path is not None:
            aside = self.store.path / "status.json.aside"
            aside.write_text(status.to_json(), encoding="utf-8")
            aside.replace(self.store.path / "status.json")
        self.show(status)
        return status

    def close(self) -> None:
        """Ends the workers."""
        if self.executor is not None:
            self.executor.close()
            self.executor = None

    # Planning of replicates

    def number_points(self) -> list[PointRow]:
        """Numbers the points; returns those that are not in the ledger.

        Raises:
            StoreError: the folder holds another study.
        """
        held, points = self.store.ledger.study(), self.store.ledger.points()
        if held and (lines := differences(held, points, self.job)):
            what = "another study" if self.job.kind == "sweep" else "a different run"
            remedy = "--fork uses a new folder next to it" if self.job.kind == "sweep" else "choose another folder with -o"
            raise StoreError(self.store.path, "foreign", f"holds {what}:\n  " + "\n  ".join(lines) + "\n", remedy)
        known = {point.config: point.id for point in points}
        new = []
        for point, spec in zip(self.job.points, self.job.specs(as_bytes=self.store.place.path is not None), strict=True):
            # In memory nobody reads it, and to write it takes as long as many a replicate.
            config = point.config if self.store.place.path is not None or len(self.job.points) > 1 else ""
            if config not in known:
                known[config] = len(known)
                new.append(PointRow(known[config], point.label, point.policy, json.dumps(point.values, ensure_ascii=False), config))
            self.specs[known[config]] = spec
        asked = held.get("question", {})
        rule = (self.job.half_width, self.job.confidence)
        if self.job.half_width is not None and (asked.get("half_width"), asked.get("confidence")) == rule:
            self.stopped_at = held.get("stopped_at")
        self._completed = held.get("completed", 0)
        return new

    def withdraw(self, wanted: int) -> None:
        """Removes pending replicates of an earlier, interrupted run that are no longer requested; finished ones stay."""
        chunks = self.store.chunks.values()
        limit = max(wanted, *(chunk.first + chunk.n for chunk in chunks if chunk.state != "pending"), 0)
        self.store.drop([chunk for chunk in chunks if chunk.state == "pending" and chunk.first >= limit])

    def plan_more(self) -> bool:
        """Allocates replicates to points with an open verdict; returns whether there were any."""
        if self.job.deciding is None:
            return False
        tallies, confidence, level, most = self.tallies(), self.job.confidence, self.job.level, self.job.most_replicates
        n_open = sum(tally.given < most and is_open(tally, level, confidence) for tally in tallies.values())
        more = allocate(tallies, level, confidence, budget=QUANTUM * n_open, quantum=QUANTUM, most=most)
        return self.give({point: tallies[point].given + n for point, n in more.items()}, min(self.batch or QUANTUM, QUANTUM))

    def give(self, stops: Mapping[int, int], n: int) -> bool:
        """Plans missing replicates, one chunk per round, so that a stopped sweep has sampled the design evenly.

        Args:
            stops: target number of replicates, by point.
            n: maximum replicates of a chunk.

        Returns:
            Whether any were missing.
        """
        given, pieces = self.given(), list[Chunk]()
        next_turn = 1 + max((chunk.turn for chunk in self.store.chunks.values()), default=-1)
        for point, stop in stops.items():
            first, turn = given[point], next_turn
            while first < stop:
                length = min(n, stop - first)
                if self.job.half_width is not None:  # a stopping rule is checked after full portions
                    length = min(length, QUANTUM - first % QUANTUM)
                pieces.append(Chunk(point, first, length, turn))
                first, turn = first + length, turn + 1
        self.store.add([], pieces, {})
        return bool(pieces)

    def is_precise_enough(self) -> bool:
        """Applies the stopping rule of a run after every ``QUANTUM`` replicates; later replicates are left out.

        Fixed-width stopping keeps the coverage of the interval if the rule uses the first replicates, and not those that finish first.
        """
        if self.job.half_width is None or self.stopped_at is not None:
            return False
        chunks = sorted(self.store.chunks.values(), key=lambda chunk: chunk.first)
        n, successes = 0, [0] * len(self.job.goals)
        for position, chunk in enumerate(chunks):
            if chunk.state not in ("done", "failed"):
                return False
            n += chunk.n_done
            successes = [a + b for a, b in zip(successes, chunk.successes or [0] * len(successes), strict=True)]
            end = chunk.first + chunk.n
            # The replicates of a finished run are never reduced.
            if end % QUANTUM or not self._completed <= end < self.job.replicates or not n:
                continue
            if all(wilson_half_width(k, n, self.job.confidence) <= self.job.half_width for k in successes):
                self.store.drop(chunks[position + 1 :])
                self.stopped_at = end
                self.store.add([], [], {"stopped_at": end})
                return True
        return False
