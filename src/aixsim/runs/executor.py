"""Executors: what runs tasks. In this process, in worker processes of this machine, or on a Dask cluster.

A task is a function of a module and its arguments. Runs and sweeps, calibrations, back-tests and the drawing of figures all use the same
executors.
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
"""Times that a task is given to a worker before it is given up because its workers die: once, and two times more."""


@dataclass(frozen=True, slots=True)
class Task:
    """A function call for a worker; picklable.

    Attributes:
        key: identifies the task in reports.
        function: of a module, so that another process finds it by name.
        arguments: of the function.
        is_timed: the function takes ``at``, and calls it with a number when it begins a part of its work and with None when it has
            ended all. A part that takes longer than the executor allows ends the worker.
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
    """A task that came back."""

    key: Any
    result: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """A task whose function raised an exception."""

    key: Any
    error: BaseException


@dataclass(frozen=True, slots=True)
class Died:
    """A task whose worker ended before it came back.

    Attributes:
        key: of the task.
        part: what it was at, as told with ``at``; None when nobody knows.
        why: in a few words, such as ``killed by signal 9``.
        overdue: it was ended because a part took longer than it may.
    """

    key: Any
    part: int | None
    why: str
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """A task that nobody has begun: its worker ended with another one."""

    key: Any


Report = Finished | Raised | Died | Returned


class Executor(Protocol):
    """Runs tasks, in any order, on as many workers as it has."""

    @property
    def free(self) -> int:
        """Number of tasks that can be given now."""

    @property
    def n_workers(self) -> int:
        """Number of workers."""

    def submit(self, task: Task) -> None:
        """Gives a task to a worker."""

    def wait(self, seconds: float) -> list[Report]:
        """Returns what has happened, after at most so many seconds; empty when nothing has."""

    def close(self) -> None:
        """Ends all workers at once, whatever they are doing."""


class InProcess:
    """Runs tasks in this process, when they are waited for; a signal interrupts a task."""

    n_workers = 1

    def __init__(self) -> None:
        self._tasks: deque[Task] = deque()

    @property
    def free(self) -> int:
        """Number of tasks that can be given now."""
        return 1 - len(self._tasks)

    def submit(self, task: Task) -> None:
        """Keeps a task until it is waited for."""
        self._tasks.append(task)

    def wait(self, seconds: float) -> list[Report]:  # noqa: ARG002 - the task itself is what takes time
        """Runs the next task."""
        if not self._tasks:
            return []
        task = self._tasks.popleft()
        try:
            with interruptible():
                return [Finished(task.key, task.run(lambda _part: None))]
        except Exception as error:  # noqa: BLE001 - whoever gave the task decides what it means
            return [Raised(task.key, error)]

    def close(self) -> None:
        """Forgets what has not been run."""
        self._tasks.clear()


class WorkerError(UserError):
    """Worker processes that cannot be started, or that die of a task again and again."""


def run_all(executor: Executor, tasks: Iterable[Task], request: Request | None = None) -> Iterator[tuple[Any, Any]]:
    """Yields key and result of every task as they come; a task whose worker dies is run again.

    Args:
        executor: has nothing else to do.
        tasks: with different keys.
        request: of the user to stop.

    Raises:
        Interrupted: the user wants to stop.
        WorkerError: a task ended its worker three times.
        BaseException: what a function raised.
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
                    raise WorkerError(f"a worker process was lost {ATTEMPTS} times at the same task: {report.why}; try fewer --workers")
                waiting.appendleft(task)


def portable(error: BaseException) -> BaseException:
    """Returns an exception as another process can be given it: the same, or its text where it cannot be pickled."""
    import pickle

    try:
        copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made a moment ago
        if type(copy) is type(error) and str(copy) == str(error):
            return error
    except Exception:  # noqa: BLE001, S110 - exceptions with arguments of their own often cannot be pickled
        pass
    if isinstance(error, UserError):
        plain = UserError(str(error))
        plain.exit_code = error.exit_code
        return plain
    return RuntimeError("".join(traceback.format_exception(error)))
