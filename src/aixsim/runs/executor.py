"""Executors run tasks: in this process, in worker processes of this machine, or on a Dask cluster.

A task is a function of a module with its arguments. Runs, sweeps, calibrations, backtests and figures use the same executors.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from aixsim.errors import UserError
from aixsim.runs.signals import Interrupted, Request, interruptible

ATTEMPTS = 3
"""Attempts of a task whose workers die."""


@dataclass(frozen=True, slots=True)
class Task:
    """A function call for a worker; picklable.

    Attributes:
        key: identifies the task in reports.
        function: function of a module, so that another process can import it.
        arguments: of the function.
        is_timed: whether the function takes ``at``, which it calls with a number at the start of each part of its work and with None
            at the end. A part that exceeds the time limit of the executor ends the worker.
    """

    key: Hashable
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    is_timed: bool = False

    def run(self, at: Callable[[int | None], object]) -> Any:
        """Calls the function."""
        return self.function(*self.arguments, at=at) if self.is_timed else self.function(*self.arguments)


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished task."""

    key: Any
    result: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """A task whose function raised an exception."""

    key: Any
    error: BaseException


@dataclass(frozen=True, slots=True)
class Died:
    """A task whose worker ended before the task finished.

    Attributes:
        key: of the task.
        part: last number given to ``at``; None if unknown.
        why: reason, such as ``killed by signal 9``.
        overdue: whether the worker was ended because a part exceeded the time limit.
    """

    key: Any
    part: int | None
    why: str
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """A task that was not started: its worker ended during another one."""

    key: Any


Report = Finished | Raised | Died | Returned


class Executor(Protocol):
    """Runs tasks on workers, in any order."""

    @property
    def free(self) -> int:
        """Number of tasks that can be submitted now."""

    @property
    def n_workers(self) -> int:
        """Number of workers."""

    def submit(self, task: Task) -> None:
        """Submits a task."""

    def wait(self, seconds: float) -> list[Report]:
        """Returns new reports, after at most ``seconds``; empty if there are none."""

    def close(self) -> None:
        """Ends all workers at once, including running tasks."""


class InProcess:
    """Runs tasks in this process, during ``wait``; a signal interrupts a task."""

    n_workers = 1

    def __init__(self) -> None:
        self._tasks: deque[Task] = deque()

    @property
    def free(self) -> int:
        """Number of tasks that can be submitted now."""
        return 1 - len(self._tasks)

    def submit(self, task: Task) -> None:
        """Queues a task until ``wait``."""
        self._tasks.append(task)

    def wait(self, seconds: float) -> list[Report]:  # noqa: ARG002 - ``wait`` lasts as long as the task
        """Runs the next task."""
        if not self._tasks:
            return []
        task = self._tasks.popleft()
        try:
            with interruptible():
                return [Finished(task.key, task.run(lambda _part: None))]
        except Exception as error:  # noqa: BLE001 - the submitter handles it
            return [Raised(task.key, error)]

    def close(self) -> None:
        """Discards tasks that have not been run."""
        self._tasks.clear()


class WorkerError(UserError):
    """Worker processes cannot be started, or die repeatedly at the same task."""


def run_all(executor: Executor, tasks: Iterable[Task], request: Request | None = None) -> Iterator[tuple[Any, Any]]:
    """Yields key and result of every task in order of completion; a task whose worker dies is run again.

    Args:
        executor: an idle executor.
        tasks: tasks with distinct keys.
        request: stop request of the user.

    Raises:
        Interrupted: the user stopped the program.
        WorkerError: a task ended its worker three times.
        BaseException: any exception of a task.
    """
    waiting, given, deaths = deque(tasks), dict[Any, Task](), dict[Any, int]()
    while waiting or given:
        if request is not None and request.made:
            raise Interrupted
        while waiting and executor.free:
            task = waiting.popleft()
            given[task.key] = task
            executor.submit(task)
        for report in executor.wait(0.2):
            task = given.pop(report.key)
            if isinstance(report, Finished):
                yield report.key, report.result
            elif isinstance(report, Raised):
                raise report.error
            else:
                deaths[task.key] = deaths.get(task.key, 0) + isinstance(report, Died)
                if isinstance(report, Died) and deaths[task.key] >= ATTEMPTS:
                    raise WorkerError(f"a worker process ended {ATTEMPTS} times at the same task: {report.why}; try fewer --workers")
                waiting.appendleft(task)


def portable(error: BaseException) -> BaseException:
    """Returns an exception that can be sent to another process: the same, or one with its text if it cannot be pickled."""
    import pickle

    try:
        copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - pickled above
        if type(copy) is type(error) and str(copy) == str(error):
            return error
    except Exception:  # noqa: BLE001, S110 - exceptions with arguments of their own often cannot be pickled
        pass
    if isinstance(error, UserError):
        plain = UserError(str(error))
        plain.exit_code = error.exit_code
        return plain
    return RuntimeError("".join(traceback.format_exception(error)))
