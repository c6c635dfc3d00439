"""Carries out a job: plans it, gives its batches to an executor, keeps what comes back, and ends in order."""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from shutil import disk_usage
from time import monotonic
from typing import Any

from aixsim.errors import StoreError
from aixsim.model.uncertainties import addresses_of, uncertainties_of
from aixsim.random.distributions import draw_all
from aixsim.runs.cost import WORTH_TELLING, batch_size, forecast, size
from aixsim.runs.executor import ATTEMPTS, Died, Executor, Finished, Raised, Task
from aixsim.runs.files import checksum
from aixsim.runs.identity import differences, identity, question
from aixsim.runs.job import Job
from aixsim.runs.ledger import TABLES, Chunk, PointRow
from aixsim.runs.progress import Clock, State, Status
from aixsim.runs.replicates import Batch, BatchResult, PointSpec, run_batch
from aixsim.runs.signals import Interrupted, Request
from aixsim.runs.store import OPERATING_SYSTEM, SHARDS, Store
from aixsim.stats.allocation import Tally, allocate, is_open
from aixsim.stats.confidence_sequence import bernoulli_sequence
from aixsim.stats.intervals import wilson_half_width

QUANTUM = 50
"""Replicates that a point is given at a time once all points have theirs, and after which a stop rule looks."""
_LOOK = 0.2
"""Seconds between looks at the workers."""
_TELL = 0.5
"""Seconds between lines of progress."""


def silent(told: object) -> None:
    """Is told, and says nothing."""


@dataclass
class Session:
    """A job under way.

    Attributes:
        job: what is asked.
        store: where it is kept.
        start: starts the executor; called only when there is something to run.
        request: of the user to stop.
        until: monotonic time after which nothing new is begun; None: never.
        batch: replicates that are run together; None until their cost is known. Results do not depend on it.
        show: is given the status now and then.
        tell: is told what is worth a line.
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
    clock: Clock = field(init=False)
    executor: Executor | None = field(init=False, default=None)
    stopped_at: int | None = field(init=False, default=None)
    engine: tuple[str, str | None] | None = field(init=False, default=None)
    _shown: float = field(init=False, default=-1.0)
    _last: BatchResult | None = field(init=False, default=None)
    _completed: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        """Starts the clock."""
        self.clock = Clock(0)

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
        for chunk in self.store.chunks.values():
            given[chunk.point] += chunk.n
        return given

    def tallies(self) -> dict[int, Tally]:
        """Returns what is known of every point about the goal that decides."""
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
            state, self.job.kind, verdicts, len(self.specs), wanted=wanted, done=done, failed=failed, level=self.job.level, goal=goal
        )

    def note_progress(self) -> None:
        """Shows the status, unless that was done a moment ago."""
        if monotonic() - self._shown < _TELL:
            return
        status = self.status("running")
        self._write(status)
        self.show(status)
        self._shown = monotonic()

    def end(self, state: State) -> Status:
        """Writes down how it ended."""
        status = self.status(state)
        self._write(status)
        self.show(status)
        self.store.note(state, done=status.done, failed=status.failed, wanted=status.wanted)
        return status

    def _write(self, status: Status) -> None:
        if self.store.place.path is not None:
            aside = self.store.path / "status.json.aside"
            aside.write_text(status.to_json(), encoding="utf-8")
            aside.replace(self.store.path / "status.json")

    # Planning

    def number_points(self) -> list[PointRow]:
        """Gives every point its number; returns those that the ledger does not know.

        Raises:
            StoreError: the folder holds another study.
        """
        held, points = self.store.ledger.study(), self.store.ledger.points()
        if held and (lines := differences(held, points, self.job)):
            what = "another study" if self.job.kind == "sweep" else "a different run"
            remedy = "--fork starts another folder beside it" if self.job.kind == "sweep" else "choose another folder with -o"
            raise StoreError(self.store.path, "foreign", f"holds {what}:\n  " + "\n  ".join(lines) + "\n", remedy)
        known = {point.config: point.id for point in points}
        new = []
        for point, spec in zip(self.job.points, self.job.specs(as_bytes=self.store.place.path is not None), strict=True):
            config = point.config
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

    def plan(self, rows: list[PointRow]) -> State | None:
        """Writes down the whole design before the first run; returns how it ended when it did.

        What a replicate costs is measured on the first ones, which count.
        """
        wanted = self.job.replicates
        # In memory nothing looks at what is asked, and hashing the inputs takes longer than a replicate.
        facts: dict[str, Any] = {"stopped_at": self.stopped_at}
        if self.store.place.path is not None:
            facts |= {"identity": identity(self.job), "question": question(self.job)}
        if self.job.kind == "run":
            self._withdraw(wanted)
        missing = {point: wanted - given for point, given in self.given().items() if given < wanted} if self.stopped_at is None else {}
        self.store.add(rows, [], facts)
        total = sum(missing.values())
        if missing and self.batch is None:
            point = next(iter(missing))
            # The first loads or compiles what is needed, and says little about the others.
            for n in (1, 5):
                n = min(n, missing.get(point, 0))  # noqa: PLW2901 - as many as there are
                if not n:
                    break
                self.store.add([], [Chunk(point, self.given()[point], n, 0)], {})
                missing[point] -= n
                state = self._drain()
                if state != "complete":
                    return state
            if self._last is not None:
                self._announce(self._last, total)
        given, turn = self.given(), self._next_turn()
        n = self.batch or QUANTUM
        self.store.add([], [piece for point in missing for piece in self._pieces(point, given[point], wanted, n, turn)], {})
        return None

    def _withdraw(self, wanted: int) -> None:
        """Takes back what an earlier, interrupted run was to do beyond what is wanted now; what is finished stays."""
        chunks = self.store.chunks.values()
        limit = max(wanted, *(chunk.first + chunk.n for chunk in chunks if chunk.state != "pending"), 0)
        self.store.drop([chunk for chunk in chunks if chunk.state == "pending" and chunk.first >= limit])

    def plan_more(self) -> bool:
        """Gives more replicates to points of which the answer is not clear yet; returns whether there were any."""
        if self.job.deciding is None:
            return False
        tallies, confidence, level, most = self.tallies(), self.job.confidence, self.job.level, self.job.most_replicates
        n_open = sum(tally.given < most and is_open(tally, level, confidence) for tally in tallies.values())
        more = allocate(tallies, level, confidence, budget=QUANTUM * n_open, quantum=QUANTUM, most=most)
        turn, batch = self._next_turn(), min(self.batch or QUANTUM, QUANTUM)
        given = {point: tallies[point].given for point in more}
        pieces = [piece for point, n in more.items() for piece in self._pieces(point, given[point], given[point] + n, batch, turn)]
        self.store.add([], pieces, {})
        return bool(pieces)

    def _announce(self, last: BatchResult, total: int) -> None:
        """Fixes the size of batches, says what a long job will cost, and refuses one that does not fit on the disk."""
        seconds, n_bytes = last.seconds / max(last.n_done, 1), last.n_bytes / max(last.n_done, 1)
        self.batch = batch_size(seconds, self.job.replicates, total)
        place = self.store.place.path
        if place is not None and (free := disk_usage(place).free) < 2 * n_bytes * total:
            message = f"the rest needs {size(2 * n_bytes * total)}, and {size(free)} are free"
            raise StoreError(place, "storage", message, "free space, choose another folder with -o, or run fewer replicates")
        workers = max(self.workers().n_workers, 1)
        if self.job.kind == "run" and seconds * total / workers > WORTH_TELLING:
            self.tell(forecast(seconds, n_bytes, points=1, replicates=total, workers=workers).splitlines()[1])

    def _next_turn(self) -> int:
        return 1 + max((chunk.turn for chunk in self.store.chunks.values()), default=-1)

    def _pieces(self, point: int, first: int, stop: int, n: int, turn: int) -> list[Chunk]:
        """Returns chunks of some replicates, one a round: a sweep that is stopped at any time has sampled the design evenly."""
        pieces: list[Chunk] = []
        while first < stop:
            length = min(n, stop - first)
            if self.job.half_width is not None:  # a stop rule looks after whole portions
                length = min(length, QUANTUM - first % QUANTUM)
            pieces.append(Chunk(point, first, length, turn + len(pieces)))
            first += length
        return pieces

    # Running

    def run(self, rows: list[PointRow]) -> State:
        """Runs everything that is missing, and more where the answer is open; ``rows`` are points that the ledger does not know."""
        state = self.plan(rows)
        while state is None:
            ended = self._drain()
            if ended == "complete" and self.plan_more():
                continue
            state = ended
        return state

    def _drain(self) -> State:
        store = self.store
        queue = sorted(store.pending(), key=lambda chunk: (chunk.turn, _scattered(chunk.point), chunk.first), reverse=True)
        running = 0
        while queue or running:
            if self.request.made:
                return "interrupted"
            if self._is_precise_enough():
                self.close()
                return "complete"
            if self.is_late and not (running and self.workers().n_workers):  # without workers nothing that is running comes back
                return "out of time"
            executor = self.workers()
            while queue and executor.free and not self.is_late:
                batch = store.batch(queue.pop())
                executor.submit(Task(batch, run_batch, (self.specs[batch.point], batch), is_timed=True))
                running += 1
            try:
                reports = executor.wait(_LOOK)
            except Interrupted:
                self.request.made = True
                return "interrupted"
            for report in reports:
                running -= 1
                batch = report.key
                if isinstance(report, Finished):
                    store.store(batch, report.result)
                    self._last = report.result
                    if self.engine is None and report.result.engine is not None:
                        self.engine = report.result.engine
                        self._tell_engine(*self.engine)
                    continue
                if isinstance(report, Raised):
                    raise report.error
                if isinstance(report, Died):
                    self._handle_death(batch, report)
                else:
                    store.release(batch)
                inside = [store.chunks.get((batch.point, first)) for first in range(batch.first, batch.first + batch.n)]
                queue += [chunk for chunk in inside if chunk is not None]
            self.note_progress()
        return "complete"

    def _tell_engine(self, name: str, reason: str | None) -> None:
        """Says which engine runs the laws of plugins: one that cannot be compiled makes a run a thousand times as slow."""
        study = self.job.study
        laws = [key for plugin in study.registry.used(study.settings) for key in plugin.keys if key.startswith("mechanisms.")]
        if laws:
            self.tell(f"{', '.join(laws)}: runs on the engine {name}" + (f" alone, which is slow: {reason}" if reason else ""))

    def _handle_death(self, batch: Batch, report: Died) -> None:
        """Gives a batch whose worker died out again, in pieces, or without the replicate that ends its workers."""
        replicate = report.part if report.part is not None or batch.n > 1 else batch.first
        is_last = report.overdue or self.store.chunks[batch.point, batch.first].attempts + 1 >= ATTEMPTS
        if not is_last:
            self.store.died(batch, report.why, None)
        elif replicate is None:
            self.store.split(batch)
        else:
            self.store.died(batch, report.why, self._given_up(batch, replicate, report))

    def _given_up(self, batch: Batch, replicate: int, report: Died) -> dict[str, Any]:
        settings, seed = self.specs[batch.point].problems.settings, self.specs[batch.point].problems.seed
        return {
            "point": batch.point,
            "replicate": replicate,
            "origin": OPERATING_SYSTEM,
            "error": "TimeLimit" if report.overdue else "WorkerDied",
            "message": report.why + ("" if report.overdue else f" in each of {ATTEMPTS} attempts"),
            "traceback": "",
            "drawn": draw_all(uncertainties_of(settings), seed, replicate, addresses_of(settings)),
        }

    def _is_precise_enough(self) -> bool:
        """Asks the stop rule of a run after every ``QUANTUM`` first replicates; what ran beyond is left out.

        Fixed-width stopping keeps the coverage of the interval, as long as the rule looks at the first replicates and not at the quick
        ones.
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
            # What a finished run holds is never made fewer.
            if end % QUANTUM or not self._completed <= end < self.job.replicates or not n:
                continue
            if all(wilson_half_width(k, n, self.job.confidence) <= self.job.half_width for k in successes):
                self.store.drop(chunks[position + 1 :])
                self.stopped_at = end
                self.store.add([], [], {"stopped_at": end})
                return True
        return False

    # Ending

    def close(self) -> None:
        """Ends the workers."""
        if self.executor is not None:
            self.executor.close()
            self.executor = None

    def merge(self) -> bool:
        """Merges the files of every point; returns whether some turned out to be damaged and must be made again."""
        home = TABLES if self.job.kind == "sweep" else SHARDS
        damaged = []
        for point in self.specs:
            if self.request.made and self.job.kind == "sweep":
                break
            damaged += self.store.merge(point, home)
        for name in damaged:
            self.tell(f"{name} was damaged; its replicates are run again")
        return bool(damaged)


def carry_out(session: Session) -> Status:
    """Runs a job, or goes on with it.

    Returns:
        How it ended: complete, out of time, or interrupted. What is finished is merged, but in a sweep that was interrupted.

    Raises:
        StoreError: the folder is of another study, damaged, or the disk refuses; what was finished is kept.
    """
    store = session.store
    rows = session.number_points()
    try:
        damaged = store.verify()
        for name in damaged:
            session.tell(f"{name} was damaged; its replicates are run again")
        store.sweep_out()
        store.note("started", process=os.getpid(), pending=len(store.pending()), damaged=damaged)
        state = session.run(rows)
        while state == "complete" and session.merge():
            state = session.run([])
        session.close()
        if state == "out of time" or (state == "interrupted" and session.job.kind == "run"):
            session.merge()
        if state == "complete":
            store.compact(session.given())
        return session.end(state)
    except BaseException:
        with suppress(OSError, StoreError):
            session.end("failed")
        raise
    finally:
        session.close()


def _scattered(point: int) -> str:
    """Returns what points are ordered by within a round: part of a round should be part of everything, not the first policy."""
    return checksum(str(point).encode())


def workers_for(replicates: int, workers: int) -> int:
    """Returns how many processes so many replicates are worth; few are done sooner than another process has started."""
    return min(workers, math.ceil(replicates / 25))
