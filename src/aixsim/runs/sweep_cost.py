"""What a sweep will cost, measured on five replicates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aixsim.errors import UserError
from aixsim.runs.chunk import PointSpec, Task
from aixsim.runs.cost import duration, size
from aixsim.runs.executor import Died, Executor, Finished

MEASURED = 5
_SHORTEST, _MOST_CHUNKS = 0.5, 5000
"""Seconds that a chunk takes at least, so that storing it does not count; chunks of a sweep, so that their files do not either."""
_LEDGER_BYTES = 9000
"""A point's row in the ledger: its resolved config."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one replicate takes.

    Attributes:
        seconds: on one worker.
        n_bytes: on the disk.
        memory: of a worker, bytes; None where the system does not tell.
    """

    seconds: float
    n_bytes: float
    memory: int | None


def measure(executor: Executor, spec: PointSpec, is_stopped: Callable[[], bool] = bool) -> Measured | None:
    """Runs the first replicate of a point, which loads or compiles what is needed, then five more, and forgets them.

    Args:
        executor: of the sweep.
        spec: of the point.
        is_stopped: is asked whether to go on; a first replicate may take long, and a cluster may have no workers yet.

    Returns:
        What it takes; None when it was stopped.

    Raises:
        UserError: the worker dies of it.
    """
    results = []
    for task in (Task(0, 0, 1), Task(0, 1, MEASURED)):
        executor.submit(spec, task)
        while True:
            if is_stopped():
                return None
            reports = executor.wait(0.2)
            if died := next((report for report in reports if isinstance(report, Died)), None):
                raise UserError(f"the first replicates end their worker ({died.why}); try aixsim run on one config to find out why")
            if finished := next((report for report in reports if isinstance(report, Finished)), None):
                results.append(finished.result)
                break
    last = results[-1]
    n = max(last.n_done, 1)
    return Measured(last.seconds / n, len(last.content or b"") / n, last.peak_bytes)


def chunk_size(seconds: float, replicates: int, total: int) -> int:
    """Returns how many replicates to run together: long enough to be worth a file, short enough to lose little when a worker dies."""
    return max(1, min(replicates, max(round(_SHORTEST / max(seconds, 1e-6)), -(-total // _MOST_CHUNKS))))


def forecast(measured: Measured, *, points: int, replicates: int, workers: int) -> str:
    """Returns points, replicates, time, disk and memory, a line each."""
    total = points * replicates
    seconds = measured.seconds * total / workers
    disk = measured.n_bytes * total + _LEDGER_BYTES * points
    lines = [
        f"{points:,} points x {replicates:,} replicates = {total:,} replicates",
        f"about {duration(seconds)} on {workers} {'worker' if workers == 1 else 'workers'} "
        f"({1000 * measured.seconds:.3g} ms a replicate, measured on {MEASURED})",
        f"about {size(disk)} on the disk, twice that while files are merged",
    ]
    if measured.memory is not None:
        lines.append(f"about {size(measured.memory * workers)} of memory")
    return "\n".join(lines)
