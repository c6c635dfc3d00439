"""Runs many replicates in processes; any number of workers and any order give the same slots."""

from __future__ import annotations

import pickle
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tqdm import tqdm

from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import History
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.runs.scratch import DONE, FAILED, Layout, Scratch

Engine = Callable[[Problem, Scenario], History]
ProblemOf = Callable[[int], Problem]
"""Gives the problem of a replicate: always the same one, or a population of its own for each."""

MAX_POOLS = 3
"""Pools that are started before replicates whose workers keep being killed are given up."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A replicate that did not finish: what an analyst or a developer needs to find out why."""

    replicate: int
    origin: str
    error: str
    message: str
    traceback: str
    drawn: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Finished:
    """How a run ended.

    Attributes:
        failures: replicates that failed, ascending.
        interrupted: stopped by the user before all were done.
        stopped_at: number of replicates after which the stop rule ended the run; None without.
    """

    failures: list[Failure]
    interrupted: bool = False
    stopped_at: int | None = None


def run_replicates(
    problem_of: ProblemOf,
    engine: Engine,
    layout: Layout,
    *,
    workers: int,
    enough: Callable[[Scratch, int], bool] | None = None,
    stop_every: int = 50,
) -> Finished:
    """Runs replicates ``0 … n_replicates - 1`` and fills the scratch files.

    Args:
        problem_of: picklable.
        engine: picklable, a function of a module.
        layout: of the scratch files, which this function creates.
        workers: number of processes; 1 runs in this process.
        enough: stop rule, asked with the first n replicates after every ``stop_every`` of them; what ran beyond is left out.
        stop_every: replicates between two questions.

    Returns:
        How it ended. A failed replicate never ends a run; an interrupt keeps what is finished.
    """
    scratch = Scratch(layout, create=True)
    end = Finished(failures=[])
    judged = 0
    results = _in_processes if workers > 1 else _here
    with tqdm(total=layout.n_replicates, unit="replicate", desc="simulating", disable=None, leave=False) as bar:
        try:
            for failure in results(problem_of, engine, layout, workers):
                bar.update()
                if failure is not None:
                    scratch.state[failure.replicate] = FAILED
                    end.failures.append(failure)
                while enough and judged + stop_every < layout.n_replicates and scratch.state[judged : judged + stop_every].all():
                    judged += stop_every
                    if enough(scratch, judged):
                        end.stopped_at = judged
                        break
                if end.stopped_at is not None:
                    break
        except KeyboardInterrupt:
            end.interrupted = True
    if end.stopped_at is not None:
        scratch.state[end.stopped_at :] = 0
        end.failures = [failure for failure in end.failures if failure.replicate < (end.stopped_at or 0)]
    end.failures.sort(key=lambda failure: failure.replicate)
    return end


def _simulate(problem_of: ProblemOf, engine: Engine, scratch: Scratch, replicate: int) -> Failure | None:
    """Runs one replicate into its slot; whatever goes wrong becomes a record."""
    scenario: Scenario | None = None
    try:
        problem = problem_of(replicate)
        scenario = draw_scenario(problem, replicate)
        scratch.write(problem, scenario, engine(problem, scenario))
    except Exception as error:  # noqa: BLE001 - a failed replicate is a record, counted beside every estimate
        origin = traceback.extract_tb(error.__traceback__)[-1]
        return Failure(
            replicate=replicate,
            origin=f"{Path(origin.filename).name}:{origin.lineno} in {origin.name}",
            error=type(error).__name__,
            message=str(error),
            traceback=traceback.format_exc(),
            drawn=scenario.drawn if scenario else {},
        )
    return None


def _here(problem_of: ProblemOf, engine: Engine, layout: Layout, workers: int) -> Iterator[Failure | None]:  # noqa: ARG001
    scratch = Scratch(layout)
    for replicate in range(layout.n_replicates):
        yield _simulate(problem_of, engine, scratch, replicate)


_worker: Any = None


def _start_worker(pickled: Path) -> None:
    # Ctrl-C reaches the whole process group; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    global _worker  # noqa: PLW0603 - what a worker process keeps between its tasks
    problem_of, engine, layout = pickle.loads(pickled.read_bytes())  # noqa: S301 - written by the parent a moment ago
    _worker = (problem_of, engine, Scratch(layout))


def _work(replicates: Sequence[int]) -> list[Failure]:
    problem_of, engine, scratch = _worker
    failures = (_simulate(problem_of, engine, scratch, replicate) for replicate in replicates)
    return [failure for failure in failures if failure is not None]


def _in_processes(problem_of: ProblemOf, engine: Engine, layout: Layout, workers: int) -> Iterator[Failure | None]:
    pickled = layout.folder / "problem.pickle"
    pickled.write_bytes(pickle.dumps((problem_of, engine, layout), protocol=pickle.HIGHEST_PROTOCOL))
    scratch = Scratch(layout)
    chunk = max(1, min(20, layout.n_replicates // (workers * 8)))
    reported: set[int] = set()
    for _ in range(MAX_POOLS):
        # What a killed worker had finished before its death is in its slots, and is neither lost nor done twice.
        for replicate in [r for r in range(layout.n_replicates) if scratch.state[r] == DONE and r not in reported]:
            reported.add(replicate)
            yield None
        todo = [replicate for replicate in range(layout.n_replicates) if replicate not in reported]
        if not todo:
            return
        pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (pickled,))
        chunks = iter([todo[i : i + chunk] for i in range(0, len(todo), chunk)])
        running: dict[Future[list[Failure]], list[int]] = {}
        try:
            while True:
                while len(running) < 2 * workers and (block := next(chunks, None)):
                    running[pool.submit(_work, block)] = block
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    failures = {failure.replicate: failure for failure in future.result()}
                    for replicate in running.pop(future):
                        reported.add(replicate)
                        yield failures.get(replicate)
        except BrokenProcessPool:
            continue
        finally:
            _end(pool)
    for replicate in range(layout.n_replicates):
        if replicate not in reported and scratch.state[replicate] != DONE:
            yield Failure(
                replicate,
                "operating system",
                "WorkerKilled",
                f"the worker process was killed in {MAX_POOLS} attempts (out of memory?); try fewer --workers",
                "",
            )


def _end(pool: ProcessPoolExecutor) -> None:
    """Ends the pool now: an interrupt must not wait for replicates under way."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
