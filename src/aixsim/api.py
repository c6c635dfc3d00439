"""Runs studies and sweeps, for scripts, notebooks and the command line."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from contextlib import closing, suppress
from os import PathLike
from pathlib import Path
from time import monotonic
from typing import Any, Literal

from aixsim.arguments import as_path, instance, one_of, whole_number
from aixsim.config.models import MOST_REPLICATES
from aixsim.config.study import Study
from aixsim.config.sweep_study import SweepStudy, load_sweep
from aixsim.engines import ENGINES
from aixsim.errors import StoreError, UserError
from aixsim.model.fingerprint import results_hash
from aixsim.results.publish import PROVENANCE, publish_run, publish_sweep
from aixsim.results.result import Result, open_result
from aixsim.results.run_contents import RunContents
from aixsim.results.source import FolderSource
from aixsim.results.sweep_result import Sweep, open_sweep
from aixsim.runs.default_folders import default_folder, forked_folder
from aixsim.runs.executor import Executor, InProcess
from aixsim.runs.files import write_durably
from aixsim.runs.identity import job_id
from aixsim.runs.job import Job
from aixsim.runs.ledger import NAME, TABLES, Ledger
from aixsim.runs.loop import carry_out, workers_for
from aixsim.runs.progress import Status, read_status, silent
from aixsim.runs.progress_bar import Progress, shown
from aixsim.runs.session import Session
from aixsim.runs.signals import Interrupted, stop_requests
from aixsim.runs.store import SHARDS, Store

Show = Callable[[Status], object]
Tell = Callable[[str], object]


class NothingFinished(UserError):  # noqa: N818 - the name is clear
    """Every replicate of a run failed.

    Attributes:
        failures: one record per replicate.
    """

    exit_code = 6

    def __init__(self, failures: list[dict[str, Any]], folder: Path | None) -> None:
        first = failures[0]
        place = "" if folder is None else f"; all are in {folder / 'failures.jsonl'}"
        super().__init__(f"none of {len(failures):,} replicates finished: {first['error']}: {first['message']} ({first['origin']}){place}")
        self.failures = failures


class RunInterrupted(Interrupted):
    """A run that was interrupted; what was finished is kept.

    Attributes:
        result: of the finished replicates; None when there are none.
    """

    def __init__(self, said: str, result: Result | None) -> None:
        super().__init__(said)
        self.result = result


def run(
    study: Study,
    replicates: int | None = None,
    *,
    workers: int = 1,
    out: str | PathLike[str] | None = None,
    engine: Literal["kernel", "mesa"] = "kernel",
    progress: Progress = None,
    tell: Tell | None = None,
) -> Result:
    """Runs a study.

    Args:
        study: as from ``aixsim.load``.
        replicates: number of replicates; by default that of the study.
        workers: number of processes; results do not depend on it.
        out: folder of the result. An interrupted run is resumed, and a run of fewer replicates is extended. None keeps the result in
            memory.
        engine: ``kernel`` (compiled) or ``mesa`` (reference); results do not depend on it.
        progress: true shows a bar, false nothing, None a bar in notebooks and terminals once the run has taken a second; a function is
            called about once a second with a ``Status``, which has ``done``, ``wanted``, ``failed``, ``per_second`` and ``seconds_left``.
        tell: function that is called with each message, such as the expected time of a long run.

    Returns:
        The result. It states the number of failed replicates.

    Raises:
        StoreError: the folder holds something else, is in use, damaged, or has no room.
        NothingFinished: every replicate failed.
        RunInterrupted: Ctrl-C or SIGTERM; a ``KeyboardInterrupt``, raised after finished replicates have been saved.
        ArgumentError: an argument is invalid.
    """
    instance(study, "study", Study, "a study, as from aixsim.load('korea-2030.toml')")
    workers, tell = whole_number(workers, "workers", least=1), tell or silent
    one_of(engine, "engine", ENGINES)
    folder = None if out is None else as_path(out, "out")
    if replicates is not None:
        replicates = whole_number(replicates, "replicates", least=1, most=MOST_REPLICATES)
        study = study.with_monte_carlo(study.monte_carlo.model_copy(update={"replicates": replicates}))
    seed_chosen = study.monte_carlo.seed is not None
    if not seed_chosen:
        study = study.with_seed(_held_seed(folder) if folder is not None else secrets.randbelow(2**63))
    job = Job.of_run(study, engine)
    if folder is not None and (held := _finished(folder, job)) is not None:
        n = held.provenance["replicates_done"] + held.provenance["replicates_failed"]
        more = f"; it holds {n:,} replicates, more than the {job.replicates:,} asked for" if n > job.replicates else ""
        tell(f"This run is already complete{more}.")
        return held
    n_workers = workers_for(job.replicates, workers)
    with shown(progress) as show:
        status, result = carry_out_run(job, folder, lambda: _processes(n_workers), seed_chosen=seed_chosen, show=show, tell=tell)
    if status.state == "complete" and result is not None:
        return result
    kept = f"{status.done + status.failed:,} of {status.wanted:,} replicates are finished"
    where = " and kept; the same command resumes" if folder is not None else ""
    raise RunInterrupted(f"Interrupted: {kept}{where}.", result)


def carry_out_run(
    job: Job,
    folder: Path | None,
    start: Callable[[], Executor],
    *,
    seed_chosen: bool = True,
    batch: int | None = None,
    show: Show = silent,
    tell: Tell = silent,
) -> tuple[Status, Result | None]:
    """Runs a job of one point on an executor, and writes its files; returns the final status, and the result if any replicate finished.

    Args:
        job: from ``Job.of_run``.
        folder: of the result; None keeps it in memory.
        start: starts the executor.
        seed_chosen: false when the program chose the seed.
        batch: replicates per batch; by default from their cost.
        show, tell: as in ``run``.
    """
    started = monotonic()
    with stop_requests() as request, Store.opened(folder) as store:
        session = Session(job, store, start, request, batch=batch, show=show, tell=tell)
        status = carry_out(session)
        engine = session.engine or store.ledger.study().get("engine") or (job.engine, None)
        is_whole = status.state == "complete"
        if is_whole and not status.done:
            failures = store.ledger.failures()
            if folder is not None:
                write_durably(folder / "failures.jsonl", "".join(json.dumps(record) + "\n" for record in failures).encode())
            raise NothingFinished(failures, folder)
        if not status.done:
            return status, None
        made = RunContents(store, job, seed_chosen, not is_whole, monotonic() - started, tuple(engine), session.stopped_at)
        if folder is None:
            return status, made.in_memory()
        publish_run(made)
    return status, open_result(folder)


def sweep(
    study: SweepStudy | str | PathLike[str],
    out: str | PathLike[str] | None = None,
    *,
    workers: int = 1,
    cluster: str | None = None,
    seconds: float | None = None,
    fork: bool = False,
    allow_plugins: bool = False,
    progress: Progress = None,
    tell: Tell | None = None,
) -> Sweep:
    """Runs or resumes a design over policies and factors.

    Args:
        study: study file, or the result of ``load_sweep``.
        out: folder; by default ``results/<name of the study>``.
        workers: number of processes; results do not depend on it.
        cluster: address or scheduler file of a Dask cluster, used instead of processes.
        seconds: time limit; after it no new replicate is started.
        fork: use a new folder next to ``out`` if that holds another study.
        allow_plugins: whether the Python files that the configs of a study file name may be executed.
        progress: as in ``run``.
        tell: function that is called with each message, such as on damaged files or missing workers.

    Raises:
        StoreError: as in ``run``.
        Interrupted: Ctrl-C or SIGTERM; finished replicates are kept, and the same call resumes.
    """
    workers, tell = whole_number(workers, "workers", least=1), tell or silent
    wanted = None if out is None else as_path(out, "out")
    study = study if isinstance(study, SweepStudy) else load_sweep(study, allow_plugins=allow_plugins)
    job = Job.of_sweep(study)
    folder = default_folder(study.path) if wanted is None else wanted
    if fork:
        folder = forked_folder(job, folder)
    start = executor_of(job, workers, cluster, tell)
    with shown(progress) as show:
        status = carry_out_sweep(job, folder, start, seconds=seconds, show=show, tell=tell)
    if status.state == "interrupted":
        n = status.done + status.failed
        kept = f"Interrupted: {n:,} of {status.wanted:,} replicates are kept in {folder}; the same command resumes."
        raise Interrupted(kept if n else "Interrupted before the first replicate; the same command starts again.")
    return open_sweep(folder)


def carry_out_sweep(
    job: Job,
    folder: Path,
    start: Callable[[], Executor],
    *,
    seconds: float | None = None,
    batch: int | None = None,
    show: Show = silent,
    tell: Tell = silent,
) -> Status:
    """Runs a job of many points on an executor, and writes its files unless it is interrupted; arguments as in ``carry_out_run``."""
    with stop_requests() as request, Store.opened(folder, (SHARDS, TABLES)) as store:
        until = None if seconds is None else monotonic() + seconds
        session = Session(job, store, start, request, until, batch, show, tell)
        status = carry_out(session)
        if status.state != "interrupted":
            publish_sweep(session)
    return status


def executor_of(job: Job, workers: int, cluster: str | None, tell: Tell) -> Callable[[], Executor]:
    """Returns the function that starts the executor of a job: processes of this machine, or a cluster, to which it connects at once.

    Raises:
        UserError: no scheduler answers.
    """
    if cluster is not None:
        from aixsim.runs.cluster import Cluster, connect

        client = connect(cluster)
        return lambda: Cluster(client, job.seconds_per_replicate, tell)
    return lambda: _processes(workers, job.seconds_per_replicate)


def _processes(workers: int, seconds_per_replicate: float = float("inf")) -> Executor:
    from aixsim.runs.processes import LocalProcesses

    # Only another process can enforce a time limit.
    return InProcess() if workers <= 1 and seconds_per_replicate == float("inf") else LocalProcesses(workers, seconds_per_replicate)


def _held_seed(folder: Path) -> int:
    """Returns the seed of an earlier start of the run in a folder, or a new random seed."""
    if (folder / NAME).is_file():
        with closing(Ledger(folder, read_only=True)) as ledger:
            held = ledger.study().get("identity", {}).get("seed")
        if isinstance(held, int):
            return held
    return secrets.randbelow(2**63)


def _finished(folder: Path, job: Job) -> Result | None:
    """Returns the result in a folder if it belongs to a job, has enough replicates, and no file has changed.

    Raises:
        StoreError: a file is damaged and cannot be restored from the stored replicates.
    """
    if not (folder / PROVENANCE).is_file():
        return None
    with suppress(StoreError):
        said = (result := open_result(folder)).provenance
        is_whole = said.get("run_id") == job_id(job) and not said["interrupted"] and said.get("results_sha256") == results_hash()
        n = said["replicates_done"] + said["replicates_failed"]
        is_stopped = said["stopped_at"] is not None and (said["half_width"], said["confidence"]) == (job.half_width, job.confidence)
        if is_whole and (is_stopped or n >= job.replicates) and read_status(folder) is not None:
            if isinstance(result.source, FolderSource):
                result.source.verify()
            return result
    return None
