"""Worker processes of this machine, each looked after: one that dies or hangs is noticed and replaced.

A pool of the standard library breaks as a whole when one process dies, and cannot say which task it was at.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any, Literal

from aixsim.runs.chunk import ChunkResult, PointSpec, Task, run_chunk
from aixsim.runs.executor import Died, Finished, Report, Returned

START_UP = 180.0
"""Seconds that a new process may take beside its first replicate: to load, to compile, to build firms and ties."""
AHEAD = 2
"""Tasks a worker has at a time: the next one waits in its pipe, so that it is never idle while a result is stored."""


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    tasks: deque[Task] = field(default_factory=deque)
    replicate: int | None = None
    since: float = 0.0
    is_warm: bool = False


class LocalProcesses:
    """An executor of processes. What it runs must not take longer than ``seconds_per_replicate`` once it has begun."""

    def __init__(self, n_workers: int, seconds_per_replicate: float, method: Literal["spawn", "forkserver", "fork"] = "spawn") -> None:
        """Starts the workers; ``fork`` is the quickest way, and safe only where no threads run."""
        self._limit, self._context = seconds_per_replicate, get_context(method)
        self._workers = [self._start() for _ in range(n_workers)]

    @property
    def n_workers(self) -> int:
        """Number of processes."""
        return len(self._workers)

    @property
    def processes(self) -> list[int]:
        """Numbers of the processes."""
        return [worker.process.pid or 0 for worker in self._workers]

    @property
    def free(self) -> int:
        """Number of tasks that can be given now."""
        return sum(AHEAD - len(worker.tasks) for worker in self._workers)

    def submit(self, spec: PointSpec, task: Task) -> None:
        """Gives a task to the worker with the fewest."""
        worker = min(self._workers, key=lambda worker: len(worker.tasks))
        worker.tasks.append(task)
        if len(worker.tasks) == 1:
            worker.replicate, worker.since = None, monotonic()
        with suppress(OSError):  # it has died; wait() finds its tasks and says so
            worker.pipe.send_bytes(pickle.dumps((spec, task)))

    def wait(self, seconds: float) -> list[Report]:
        """Returns what has happened, after at most so many seconds; empty when nothing has."""
        ready = set(connection.wait([item for worker in self._workers for item in (worker.pipe, worker.process.sentinel)], seconds))
        reports: list[Report] = []
        for position, worker in enumerate(self._workers):
            alive = self._read(worker, reports) if worker.pipe in ready else True
            if not alive or worker.process.sentinel in ready:
                self._read(worker, reports)  # what it sent before it died counts
                worker.process.join()
                reports += self._bury(worker, _how(worker.process.exitcode), overdue=False)
                self._workers[position] = self._start()
            elif worker.replicate is not None and monotonic() - worker.since > self._limit + (0.0 if worker.is_warm else START_UP):
                worker.process.kill()
                worker.process.join()
                reports += self._bury(worker, f"took longer than {self._limit:g} s", overdue=True)
                self._workers[position] = self._start()
        return reports

    def close(self) -> None:
        """Ends all workers at once, whatever they are doing."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.pipe.close()

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process: Any = self._context.Process(target=_serve, args=(theirs,), daemon=True)  # type: ignore[attr-defined]  # both have it
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _read(self, worker: _Worker, reports: list[Report]) -> bool:
        """Takes in what a worker has sent; returns False when it has gone."""
        try:
            while worker.pipe.poll():
                message: int | ChunkResult | None = pickle.loads(worker.pipe.recv_bytes())  # noqa: S301 - from a process of our own
                worker.since = monotonic()
                worker.is_warm |= worker.replicate is not None
                worker.replicate = message if isinstance(message, int) else None
                if isinstance(message, ChunkResult):
                    reports.append(Finished(worker.tasks.popleft(), message))
        except (EOFError, OSError):
            return False
        return True

    def _bury(self, worker: _Worker, why: str, *, overdue: bool) -> list[Report]:
        worker.pipe.close()
        if not worker.tasks:
            return []
        first, *others = worker.tasks
        return [Died(first, worker.replicate, why, overdue), *map(Returned, others)]


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        return f"killed by signal {-code}" + (" (out of memory?)" if code == -signal.SIGKILL else "")
    return f"ended with code {code}"


def _serve(pipe: Connection) -> None:
    """Runs tasks until the parent has gone."""
    # Ctrl-C reaches the whole process group; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            spec, task = pickle.loads(pipe.recv_bytes())  # noqa: S301 - from the parent
            result = run_chunk(spec, task, lambda replicate: pipe.send_bytes(pickle.dumps(replicate)))
            pipe.send_bytes(pickle.dumps(result))
        except (EOFError, OSError):
            return


def _end_with_parent() -> None:
    """Ends this process when the parent has, however that happened: nobody else would."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
