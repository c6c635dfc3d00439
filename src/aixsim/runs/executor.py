"""What runs the tasks of a sweep: processes of this machine, or a cluster. The store knows only this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from aixsim.runs.chunk import ChunkResult, PointSpec, Task


@dataclass(frozen=True, slots=True)
class Finished:
    """A task that came back."""

    task: Task
    result: ChunkResult


@dataclass(frozen=True, slots=True)
class Died:
    """A task whose worker ended before it came back.

    Attributes:
        task: what it was given.
        replicate: what it was running; None when nobody knows.
        why: in a few words, such as ``killed by signal 9``.
        overdue: it was ended because a replicate took longer than it may.
    """

    task: Task
    replicate: int | None
    why: str
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """A task that nobody has begun: its worker ended with another one."""

    task: Task


Report = Finished | Died | Returned


class Executor(Protocol):
    """Runs tasks, in any order, on as many workers as it has."""

    @property
    def free(self) -> int:
        """Number of tasks that can be given now."""

    @property
    def n_workers(self) -> int:
        """Number of workers."""

    def submit(self, spec: PointSpec, task: Task) -> None:
        """Gives a task to a worker."""

    def wait(self, seconds: float) -> list[Report]:
        """Returns what has happened, after at most so many seconds; empty when nothing has."""

    def close(self) -> None:
        """Ends all workers at once, whatever they are doing."""
