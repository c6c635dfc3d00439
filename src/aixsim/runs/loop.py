"""Runs a job: plans batches, submits them to an executor, and stores the results."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from shutil import disk_usage
from typing import Any

from aixsim.errors import StoreError
from aixsim.model.uncertainties import addresses_of, uncertainties_of
from aixsim.random.distributions import draw_all
from aixsim.runs.cost import WORTH_TELLING, batch_size, forecast, size
from aixsim.runs.executor import ATTEMPTS, Died, Finished, Raised, Task
from aixsim.runs.files import checksum
from aixsim.runs.identity import identity, question
from aixsim.runs.ledger import TABLES, Chunk, PointRow
from aixsim.runs.progress import State, Status
from aixsim.runs.replicates import Batch, BatchResult, run_batch
from aixsim.runs.session import QUANTUM, Session
from aixsim.runs.signals import Interrupted
from aixsim.runs.store import OPERATING_SYSTEM, SHARDS

_LOOK = 0.2
"""Seconds between checks of the workers."""


def carry_out(session: Session) -> Status:
    """Runs or resumes a job.

    Returns:
        The final status: complete, out of time, or interrupted. Finished files are merged, except in an interrupted sweep.

    Raises:
        StoreError: the folder holds another study, is damaged, or cannot be written; finished replicates are kept.
    """
    store = session.store
    rows = session.number_points()
    store.place.make_folders()
    try:
        damaged = store.verify()
        for name in damaged:
            session.tell(f"{name} was damaged; its replicates are run again")
        store.sweep_out()
        store.note("started", process=os.getpid(), pending=len(store.pending()), damaged=damaged)
        state = _run(session, rows)
        while state == "complete" and _merge(session):
            state = _run(session, [])
        session.close()
        if state == "out of time" or (state == "interrupted" and session.job.kind == "run"):
            _merge(session)
        if state == "complete":
            store.compact(session.given())
        return session.end(state)
    except BaseException:
        with suppress(OSError, StoreError):
            session.end("failed")
        raise
    finally:
        session.close()


def _run(session: Session, rows: list[PointRow]) -> State:
    """Runs all missing replicates, and more at points with an open verdict; ``rows`` are points that are not yet in the ledger."""
    state = _plan(session, rows)
    while state is None:
        ended = _drain(session)
        if ended != "complete" or not session.plan_more():
            state = ended
    return state


def _plan(session: Session, rows: list[PointRow]) -> State | None:
    """Writes the whole design to the ledger and measures the cost on the first replicates; returns the status if the job ends there."""
    wanted = session.job.replicates
    # A store in memory needs no identity, and hashing the inputs takes longer than a replicate.
    facts: dict[str, Any] = {"stopped_at": session.stopped_at}
    if session.store.place.path is not None:
        facts |= {"identity": identity(session.job), "question": question(session.job)}
    if session.job.kind == "run":
        session.withdraw(wanted)
    missing = {point: wanted - given for point, given in session.given().items() if given < wanted} if session.stopped_at is None else {}
    session.store.add(rows, [], facts)
    total = sum(missing.values())
    if missing and session.batch is None:
        point, most = next(iter(missing.items()))
        # The first replicate includes the time of loading and compiling.
        for n in [n for n in (1, min(5, most - 1)) if n]:
            session.store.add([], [Chunk(point, session.given()[point], n, 0)], {})
            state = _drain(session)
            if state != "complete":
                return state
        if session.last is not None and any(given < wanted for given in session.given().values()):
            _announce(session, session.last, total)
    session.give(dict.fromkeys(missing, wanted), session.batch or QUANTUM)
    return None


def _announce(session: Session, last: BatchResult, total: int) -> None:
    """Sets the batch size, prints the cost of a long job, and checks the free disk space."""
    seconds, n_bytes = last.seconds / max(last.n_done, 1), last.n_bytes / max(last.n_done, 1)
    session.batch = batch_size(seconds, session.job.replicates, total)
    place = session.store.place.path
    if place is not None and (free := disk_usage(place).free) < 2 * n_bytes * total:
        message = f"the rest needs {size(2 * n_bytes * total)}, but only {size(free)} are free"
        raise StoreError(place, "storage", message, "free space, choose another folder with -o, or run fewer replicates")
    workers = max(session.workers().n_workers, 1)
    if session.job.kind == "run" and seconds * total / workers > WORTH_TELLING:
        session.tell(forecast(seconds, n_bytes, points=1, replicates=total, workers=workers).splitlines()[1])


def _drain(session: Session) -> State:
    store = session.store
    # The points of a round in scattered order, so that part of a round covers the whole design.
    queue = sorted(store.pending(), key=lambda chunk: (chunk.turn, checksum(str(chunk.point).encode()), chunk.first), reverse=True)
    running = 0
    while queue or running:
        if session.request.made:
            return "interrupted"
        if session.is_precise_enough():
            session.close()
            return "complete"
        if session.is_late and not (running and session.workers().n_workers):  # without workers no running task finishes
            return "out of time"
        executor = session.workers()
        while queue and executor.free and not session.is_late:
            batch = store.batch(queue.pop())
            executor.submit(Task(batch, run_batch, (session.specs[batch.point], batch), is_timed=True))
            running += 1
        try:
            reports = executor.wait(_LOOK)
        except Interrupted:
            session.request.made = True
            return "interrupted"
        for report in reports:
            running -= 1
            batch = report.key
            if isinstance(report, Finished):
                store.store(batch, report.result)
                session.last = report.result
                if session.engine is None and report.result.engine is not None:
                    session.engine = report.result.engine
                    _tell_engine(session, *session.engine)
                continue
            if isinstance(report, Raised):
                raise report.error
            if isinstance(report, Died):
                _handle_death(session, batch, report)
            else:
                store.release(batch)
            inside = [store.chunks.get((batch.point, first)) for first in range(batch.first, batch.first + batch.n)]
            queue += [chunk for chunk in inside if chunk is not None]
        session.note_progress()
    return "complete"


def _tell_engine(session: Session, name: str, reason: str | None) -> None:
    """Prints which engine runs the laws of plugins: a law that cannot be compiled makes a run much slower."""
    study = session.job.study
    laws = [key for plugin in study.registry.used(study.settings) for key in plugin.keys if key.startswith("mechanisms.")]
    if laws:
        session.tell(f"{', '.join(laws)}: runs on the engine {name}" + (f" only, which is slow: {reason}" if reason else ""))


def _handle_death(session: Session, batch: Batch, report: Died) -> None:
    """Submits a batch again whose worker died: in smaller parts, or without the replicate that ended its workers."""
    replicate = report.part if report.part is not None or batch.n > 1 else batch.first
    is_last = report.overdue or session.store.chunks[batch.point, batch.first].attempts + 1 >= ATTEMPTS
    if not is_last:
        session.store.died(batch, report.why, None)
    elif replicate is None:
        session.store.split(batch)
    else:
        session.store.died(batch, report.why, _given_up(session, batch, replicate, report))


def _given_up(session: Session, batch: Batch, replicate: int, report: Died) -> dict[str, Any]:
    settings, seed = session.specs[batch.point].problems.settings, session.specs[batch.point].problems.seed
    return {
        "point": batch.point,
        "replicate": replicate,
        "origin": OPERATING_SYSTEM,
        "error": "TimeLimit" if report.overdue else "WorkerDied",
        "message": report.why + ("" if report.overdue else f" in each of {ATTEMPTS} attempts"),
        "traceback": "",
        "drawn": draw_all(uncertainties_of(settings), seed, replicate, addresses_of(settings)),
    }


def _merge(session: Session) -> bool:
    """Merges the files of every point; returns whether some are damaged and must be run again."""
    home = TABLES if session.job.kind == "sweep" else SHARDS
    damaged = []
    for point in session.specs:
        if session.request.made and session.job.kind == "sweep":
            break
        damaged += session.store.merge(point, home)
    for name in damaged:
        session.tell(f"{name} was damaged; its replicates are run again")
    return bool(damaged)


def workers_for(replicates: int, workers: int) -> int:
    """Returns the number of processes for a number of replicates; starting a process takes longer than a few replicates."""
    return min(workers, math.ceil(replicates / 25))
