"""Worker processes of this machine. A process that dies or hangs is detected and replaced."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, BinaryIO, Protocol

from aixsim.runs.executor import Died, Finished, Raised, Report, Returned, Task, WorkerError
from aixsim.runs.worker import READY, receive, send

START_UP = 180.0
"""Extra seconds for the first part of the first task of a process: to load, to compile, to build firms and ties."""
AHEAD = 2
"""Tasks per worker: one waits in its pipe, so that the worker is not idle while a result is stored."""
_START = "import sys; sys.path[:] = sys.argv[1:]; from aixsim.runs.worker import serve; serve()"


class Process(Protocol):
    """A running worker, with the interface of ``subprocess.Popen``."""

    stdin: Any
    stdout: Any

    def kill(self) -> None:
        """Ends it at once."""

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end and returns its exit code, or the negative number of the signal that ended it.

        Raises:
            subprocess.TimeoutExpired: it does not end in time.
        """


def new_interpreter() -> Process:
    """Starts a worker in a new session, so that Ctrl-C reaches only the parent.

    Raises:
        WorkerError: no interpreter can be started.
    """
    if not sys.executable:
        raise WorkerError("worker processes need a Python interpreter, and this program has none; use workers = 1")
    try:
        process: Process = subprocess.Popen(  # noqa: S603 - this interpreter
            [sys.executable, "-c", _START, *sys.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
    except OSError as error:
        raise WorkerError(f"a worker process cannot be started ({error.strerror or error}); try fewer --workers") from error
    return process


@dataclass(eq=False)
class _Worker:
    process: Process
    tasks: deque[Task] = field(default_factory=deque)
    part: int | None = None
    since: float = 0.0
    is_ready: bool = False
    is_warm: bool = False


class LocalProcesses:
    """An executor on processes of this machine. Each part of a task has a time limit of ``seconds_per_part``."""

    def __init__(self, n_workers: int, seconds_per_part: float = float("inf"), start: Callable[[], Process] = new_interpreter) -> None:
        """Starts the workers.

        Args:
            n_workers: number of processes.
            seconds_per_part: see ``Task.is_timed``.
            start: function that starts a worker; by default a new interpreter.
        """
        self._limit, self._launch = seconds_per_part, start
        self._messages: queue.SimpleQueue[tuple[_Worker, Any]] = queue.SimpleQueue()
        self._workers = [self._start() for _ in range(n_workers)]

    @property
    def n_workers(self) -> int:
        """Number of processes."""
        return len(self._workers)

    @property
    def free(self) -> int:
        """Number of tasks that can be submitted now."""
        return sum(AHEAD - len(worker.tasks) for worker in self._workers)

    def submit(self, task: Task) -> None:
        """Submits a task to the worker with the fewest tasks."""
        worker = min(self._workers, key=lambda worker: len(worker.tasks))
        worker.tasks.append(task)
        if len(worker.tasks) == 1:
            worker.part, worker.since = None, monotonic()
        with suppress(OSError, ValueError):  # it has died; wait() reports its tasks
            send(worker.process.stdin, task)

    def wait(self, seconds: float) -> list[Report]:
        """Returns new reports, after at most ``seconds``; empty if there are none.

        Raises:
            WorkerError: a process ended during its start.
        """
        reports: list[Report] = []
        with suppress(queue.Empty):
            self._take(*self._messages.get(timeout=seconds), reports)
            while True:
                self._take(*self._messages.get_nowait(), reports)
        for worker in list(self._workers):
            if worker.part is not None and monotonic() - worker.since > self._limit + (0.0 if worker.is_warm else START_UP):
                worker.process.kill()
                self._replace(worker, f"took longer than {self._limit:g} s", reports, overdue=True)
        return reports

    def close(self) -> None:
        """Ends all workers at once, including running tasks."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            _end(worker.process)

    def _start(self) -> _Worker:
        worker = _Worker(self._launch())
        threading.Thread(target=_listen, args=(worker, worker.process.stdout, self._messages), daemon=True).start()
        return worker

    def _take(self, worker: _Worker, message: Any, reports: list[Report]) -> None:
        if worker not in self._workers:
            return  # a late message of a process that was replaced
        worker.since = monotonic()
        if message is None:
            if not worker.is_ready:
                code = _end(worker.process)
                raise WorkerError(f"a worker process ended while it started ({_how(code)}); use --workers 1, or see its output above")
            self._replace(worker, "", reports, overdue=False)
        elif message == READY:
            worker.is_ready = True
        else:
            kind, content = message
            worker.is_warm |= worker.part is not None
            worker.part = content if kind == "at" else None
            if kind == "finished":
                reports.append(Finished(worker.tasks.popleft().key, content))
            elif kind == "raised":
                reports.append(Raised(worker.tasks.popleft().key, content))

    def _replace(self, worker: _Worker, why: str, reports: list[Report], *, overdue: bool) -> None:
        code = _end(worker.process)
        if worker.tasks:
            first, *others = worker.tasks
            reports.append(Died(first.key, worker.part, why or _how(code), overdue))
            reports.extend(Returned(task.key) for task in others)
        self._workers[self._workers.index(worker)] = self._start()


def _end(process: Process) -> int:
    with suppress(OSError):
        process.stdin.close()  # this ends a running process
    try:
        code = process.wait(timeout=5.0)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    process.stdout.close()
    return code


def _listen(worker: _Worker, stream: BinaryIO, messages: queue.SimpleQueue[tuple[_Worker, Any]]) -> None:
    """Queues the messages of a worker, and None when it has ended."""
    try:
        while True:
            messages.put((worker, receive(stream)))
    except Exception:  # noqa: BLE001 - it has ended, or sent an invalid message
        messages.put((worker, None))


def _how(code: int) -> str:
    if code < 0:
        return f"killed by signal {-code}" + (" (out of memory?)" if code == -signal.SIGKILL else "")
    return f"ended with code {code}"
