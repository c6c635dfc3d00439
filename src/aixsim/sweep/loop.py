"""Runs a sweep: starts it, goes on with it, ends it in order."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from aixsim.analysis.allocation import Tally, allocate, is_open
from aixsim.analysis.confidence_sequence import bernoulli_sequence
from aixsim.config.sweep_study import SweepStudy, name_of
from aixsim.core.distributions import draw_all
from aixsim.core.problem import uncertainties_of
from aixsim.study.disk import checksum
from aixsim.study.ledger import NAME, Chunk, Ledger, PointRow
from aixsim.study.store import StoreError
from aixsim.sweep.chunk import PointSpec, Task
from aixsim.sweep.cost import chunk_size, measure
from aixsim.sweep.executor import Died, Executor, Finished
from aixsim.sweep.folder import OPERATING_SYSTEM, SweepFolder
from aixsim.sweep.identity import difference, identity, question
from aixsim.sweep.results import write_results
from aixsim.sweep.signals import Request, stop_requests
from aixsim.sweep.specs import goals_of, spec_of
from aixsim.sweep.status import Clock, State, Status

ATTEMPTS = 3
"""Times that a task is given to a worker before one of its replicates is given up: once, and two times more."""
QUANTUM = 50
"""Replicates that a point is given at a time once all points have theirs."""
_LOOK, _TELL = 0.2, 0.5
"""Seconds between looks at the workers, and between lines of progress."""


def default_folder(study_file: Path) -> Path:
    """Returns where the sweep of a study file goes unless the user says otherwise."""
    return Path("results") / name_of(study_file)


def forked_folder(study: SweepStudy, out: Path) -> Path:
    """Returns another folder beside ``out`` when that one holds another study: its name ends with what is different."""
    if not (out / NAME).exists():
        return out
    ledger = Ledger(out, read_only=True)
    try:
        held, points = ledger.study(), ledger.points()
    finally:
        ledger.close()
    configs = [(point.label, point.config) for point in study.points]
    if not _difference(held, identity(study), points, configs, study):
        return out
    digest = checksum(json.dumps([identity(study), sorted(config for _, config in configs)], sort_keys=True).encode())
    return out.with_name(f"{out.name}-{digest[:6]}")


@dataclass
class _Run:
    """A sweep under way."""

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


def _silent(told: object) -> None:
    pass


def sweep(
    study: SweepStudy,
    out: Path,
    start: Callable[[], Executor],
    *,
    seconds: float | None = None,
    chunk: int | None = None,
    show: Callable[[Status], object] = _silent,
    tell: Callable[[str], object] = _silent,
) -> Status:
    """Starts a sweep, or goes on with it.

    Args:
        study: from ``config.sweep_study.load_sweep``.
        out: the folder.
        start: starts the executor; called only when there is something to run.
        seconds: after which no new replicates are begun.
        chunk: replicates that are run together; by default what their cost suggests. Changes no byte of the results.
        show: is given the status now and then.
        tell: is told what is worth a line: files that were damaged, a change of what is asked.

    Returns:
        How it ended: complete, out of time, or interrupted by a signal.

    Raises:
        StoreError: the folder is busy, damaged, of another study, or the disk refuses; what was finished is kept.
    """
    specs = [spec_of(point, study) for point in study.points]
    with stop_requests() as request, SweepFolder.opened(out) as folder:
        until = None if seconds is None else monotonic() + seconds
        run = _Run(study, folder, {}, start, request, until, show, Clock(0), chunk)
        rows = _rows(run, specs)
        try:
            damaged = folder.verify()
            for name in damaged:
                tell(f"{name} was damaged; its replicates are run again")
            folder.sweep_out()
            state: State = "running"
            if not _plan(run, rows):
                state = "interrupted"
            folder.note("started", process=os.getpid(), pending=len(folder.pending()), damaged=damaged)
            while state == "running":
                state = _drain(run)
                if state == "complete" and (_more(run) or _merge(run, tell)):
                    state = "running"
            if state == "out of time":
                _merge(run, tell)
            if state in ("complete", "out of time"):
                write_results(folder, study, is_complete=state == "complete")
            return _end(run, state)
        except BaseException:
            with suppress(OSError, StoreError):
                _end(run, "failed")
            raise
        finally:
            if run.executor is not None:
                run.executor.close()


def _difference(
    held: dict[str, Any], wanted: dict[str, Any], points: list[PointRow], configs: list[tuple[str, str]], study: SweepStudy
) -> list[str]:
    lines = difference(held.get("identity", wanted), wanted, points, configs)
    asked = held.get("question", {})
    for key, now in (("replicates", study.monte_carlo.replicates),):
        if asked.get(key, 0) > now:
            lines.append(f"{key}: {asked[key]:,} in the folder, {now:,} now; it can be extended and not shortened")
    return lines


def _rows(run: _Run, specs: list[PointSpec]) -> list[PointRow]:
    """Gives every point its number; returns those that the ledger does not know.

    Raises:
        StoreError: the folder holds another study.
    """
    folder, study = run.folder, run.study
    held, points = folder.ledger.study(), folder.ledger.points()
    configs = [(point.label, point.config) for point in study.points]
    if lines := _difference(held, identity(study), points, configs, study):
        raise StoreError(
            folder.path, "foreign", "holds another study:\n  " + "\n  ".join(lines) + "\n", "--fork starts another folder beside it"
        )
    known = {point.config: point.id for point in points}
    new = []
    for point, spec in zip(study.points, specs, strict=True):
        config = point.config
        if config not in known:
            known[config] = len(known)
            new.append(PointRow(known[config], point.label, point.policy, json.dumps(point.values, ensure_ascii=False), config))
        run.specs[known[config]] = spec
    return new


def _plan(run: _Run, rows: list[PointRow]) -> bool:
    """Writes down the whole design before the first run; returns False when the user stops it."""
    folder, study = run.folder, run.study
    wanted = study.monte_carlo.replicates
    missing = {point: wanted - run_so_far for point, run_so_far in _given(run).items() if run_so_far < wanted}
    first = next(iter(run.specs.values()))
    facts = {
        "identity": identity(study),
        "question": question(study, first.problems.horizon, first.problems.population.scale, goals_of(study, first)),
    }
    if missing and run.chunk is None:
        measured = measure(run.workers(), first, lambda: run.request.made or run.is_late)
        if measured is not None:
            run.chunk = chunk_size(measured.seconds, wanted, sum(missing.values()))
    if run.request.made:
        return False
    given, turn = _given(run), _next_turn(run)
    folder.add(rows, [piece for point in missing for piece in _pieces(point, given[point], wanted, run.chunk or QUANTUM, turn)], facts)
    return True


def _given(run: _Run) -> dict[int, int]:
    given = dict.fromkeys(run.specs, 0)
    for chunk in run.folder.chunks.values():
        given[chunk.point] += chunk.n
    return given


def _next_turn(run: _Run) -> int:
    return 1 + max((chunk.turn for chunk in run.folder.chunks.values()), default=-1)


def _pieces(point: int, first: int, stop: int, chunk: int, turn: int) -> list[Chunk]:
    """Returns chunks of some replicates, one a round: a sweep that is stopped at any time has sampled the design evenly."""
    starts = range(first, stop, chunk)
    return [Chunk(point, start, min(chunk, stop - start), turn + number) for number, start in enumerate(starts)]


def _scattered(point: int) -> str:
    """Returns what points are ordered by within a round: part of a round should be part of everything, not the first policy."""
    return checksum(str(point).encode())


def _drain(run: _Run) -> State:
    """Runs everything that is pending."""
    folder = run.folder
    queue = sorted(folder.pending(), key=lambda chunk: (chunk.turn, _scattered(chunk.point), chunk.first), reverse=True)
    running = 0
    while queue or running:
        if run.request.made:
            return "interrupted"
        if run.is_late and not (running and run.workers().n_workers):  # without workers nothing that is running comes back
            return "out of time"
        executor = run.workers()
        while queue and executor.free and not run.is_late:
            chunk = queue.pop()
            executor.submit(run.specs[chunk.point], folder.task(chunk))
            running += 1
        for report in executor.wait(_LOOK):
            running -= 1
            if isinstance(report, Finished):
                folder.store(report.task, report.result)
                continue
            if isinstance(report, Died):
                _bury(run, report)
            else:
                folder.release(report.task)
            task = report.task
            inside = [folder.chunks.get((task.point, first)) for first in range(task.first, task.first + task.n)]
            queue += [chunk for chunk in inside if chunk is not None]
        _show(run)
    return "complete"


def _bury(run: _Run, report: Died) -> None:
    """Decides what becomes of a task whose worker died: again, in pieces, or without the replicate that ends its workers."""
    task, folder = report.task, run.folder
    replicate = report.replicate if report.replicate is not None or task.n > 1 else task.first
    is_last = report.overdue or folder.chunks[task.point, task.first].attempts + 1 >= ATTEMPTS
    if not is_last:
        folder.died(task, report.why, None)
    elif replicate is None:
        folder.split(task)
    else:
        folder.died(task, report.why, _given_up(run.specs[task.point], task, replicate, report))


def _given_up(spec: PointSpec, task: Task, replicate: int, report: Died) -> dict[str, Any]:
    problems = spec.problems
    return {
        "point": task.point,
        "replicate": replicate,
        "origin": OPERATING_SYSTEM,
        "error": "TimeLimit" if report.overdue else "WorkerDied",
        "message": report.why + ("" if report.overdue else f" in each of {ATTEMPTS} attempts"),
        "traceback": "",
        "drawn": draw_all(uncertainties_of(problems.settings), problems.seed, replicate),
    }


def _tallies(run: _Run) -> dict[int, Tally]:
    """Returns what is known of every point about the goal that decides."""
    goal = run.study.goals.index(run.study.goal)
    given = _given(run)
    successes, n = Counter[int](), Counter[int]()
    for chunk in run.folder.chunks.values():
        if chunk.n_done:
            successes[chunk.point] += chunk.successes[goal]
            n[chunk.point] += chunk.n_done
    return {point: Tally(successes[point], n[point], given[point]) for point in run.specs}


def _more(run: _Run) -> bool:
    """Gives more replicates to points of which the answer is not clear yet; returns whether there were any."""
    monte_carlo, level = run.study.monte_carlo, run.study.decision.probability
    tallies, confidence = _tallies(run), monte_carlo.confidence
    most = monte_carlo.most_replicates or monte_carlo.replicates
    n_open = sum(tally.given < most and is_open(tally, level, confidence) for tally in tallies.values())
    more = allocate(tallies, level, confidence, budget=QUANTUM * n_open, quantum=QUANTUM, most=most)
    turn, chunk = _next_turn(run), min(run.chunk or QUANTUM, QUANTUM)
    pieces = [piece for point, n in more.items() for piece in _pieces(point, tallies[point].given, tallies[point].given + n, chunk, turn)]
    run.folder.add([], pieces, {})
    return bool(pieces)


def _merge(run: _Run, tell: Callable[[str], object]) -> bool:
    """Merges the files of every point; returns whether some turned out to be damaged and must be made again."""
    damaged = []
    for point in run.specs:
        if run.request.made:
            break
        damaged += run.folder.merge(point)
    for name in damaged:
        tell(f"{name} was damaged; its replicates are run again")
    return bool(damaged)


def _status(run: _Run, state: State) -> Status:
    level, confidence = run.study.decision.probability, run.study.monte_carlo.confidence
    verdicts, tallies = Counter[str](), _tallies(run)
    for tally in tallies.values():
        low, high = bernoulli_sequence(tally.successes, tally.n, confidence)
        verdicts["above" if low > level else "below" if high < level else "open"] += 1
    finished = [chunk for chunk in run.folder.chunks.values() if chunk.state in ("done", "failed")]
    done = sum(chunk.n_done for chunk in finished)
    failed = sum(chunk.n for chunk in finished) - done
    wanted = sum(tally.given for tally in tallies.values())
    return run.clock.status(state, verdicts, wanted=wanted, done=done, failed=failed, level=level, goal=run.study.goal.name)


def _show(run: _Run) -> None:
    if monotonic() - run.shown < _TELL:
        return
    status = _status(run, "running")
    _write_status(run, status)
    run.show(status)
    run.shown = monotonic()


def _write_status(run: _Run, status: Status) -> None:
    aside = run.folder.path / "status.json.aside"
    aside.write_text(status.to_json(), encoding="utf-8")
    aside.replace(run.folder.path / "status.json")


def _end(run: _Run, state: State) -> Status:
    status = _status(run, state)
    _write_status(run, status)
    run.folder.note(state, done=status.done, failed=status.failed, wanted=status.wanted)
    return status
