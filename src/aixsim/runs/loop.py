"""Runs a sweep: starts it, goes on with it, ends it in order."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic

from aixsim.config.sweep_study import SweepStudy, name_of
from aixsim.errors import StoreError
from aixsim.runs.answer import write_results
from aixsim.runs.deaths import bury
from aixsim.runs.executor import Died, Executor, Finished
from aixsim.runs.files import checksum
from aixsim.runs.folder import SweepFolder
from aixsim.runs.identity import identity
from aixsim.runs.ledger import NAME, Ledger
from aixsim.runs.plan import differences, number_points, plan, plan_more
from aixsim.runs.progress import Clock, State, Status
from aixsim.runs.signals import stop_requests
from aixsim.runs.specs import spec_of
from aixsim.runs.under_way import UnderWay

_LOOK = 0.2
"""Seconds between looks at the workers."""


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
    if not differences(held, identity(study), points, configs, study):
        return out
    digest = checksum(json.dumps([identity(study), sorted(config for _, config in configs)], sort_keys=True).encode())
    return out.with_name(f"{out.name}-{digest[:6]}")


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
        run = UnderWay(study, folder, {}, start, request, until, show, Clock(0), chunk)
        rows = number_points(run, specs)
        try:
            damaged = folder.verify()
            for name in damaged:
                tell(f"{name} was damaged; its replicates are run again")
            folder.sweep_out()
            state: State = "running"
            if not plan(run, rows):
                state = "interrupted"
            folder.note("started", process=os.getpid(), pending=len(folder.pending()), damaged=damaged)
            while state == "running":
                state = _drain(run)
                if state == "complete" and (plan_more(run) or _merge(run, tell)):
                    state = "running"
            if state == "out of time":
                _merge(run, tell)
            if state in ("complete", "out of time"):
                write_results(folder, study, is_complete=state == "complete")
            return run.end(state)
        except BaseException:
            with suppress(OSError, StoreError):
                run.end("failed")
            raise
        finally:
            if run.executor is not None:
                run.executor.close()


def _drain(run: UnderWay) -> State:
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
                bury(run, report)
            else:
                folder.release(report.task)
            task = report.task
            inside = [folder.chunks.get((task.point, first)) for first in range(task.first, task.first + task.n)]
            queue += [chunk for chunk in inside if chunk is not None]
        run.tell()
    return "complete"


def _scattered(point: int) -> str:
    """Returns what points are ordered by within a round: part of a round should be part of everything, not the first policy."""
    return checksum(str(point).encode())


def _merge(run: UnderWay, tell: Callable[[str], object]) -> bool:
    """Merges the files of every point; returns whether some turned out to be damaged and must be made again."""
    damaged = []
    for point in run.specs:
        if run.request.made:
            break
        damaged += run.folder.merge(point)
    for name in damaged:
        tell(f"{name} was damaged; its replicates are run again")
    return bool(damaged)
