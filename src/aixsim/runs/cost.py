"""Expected cost of a job, measured on its first replicates."""

from __future__ import annotations

WORTH_TELLING = 10.0
"""Expected seconds from which a run prints its cost."""
_SHORTEST, _LARGEST, _MOST_BATCHES = 0.5, 500, 5000
"""Minimum seconds of a batch, so that the time of storing is small; maximum replicates of a batch, which are in memory together; maximum
batches of a job, so that the number of files is small."""
_LEDGER_BYTES = 9000
"""Bytes of a point in the ledger, mainly its resolved config."""


def batch_size(seconds: float, replicates: int, total: int) -> int:
    """Returns the number of replicates in a batch: enough for an efficient file, few enough that little is lost if a worker dies."""
    return max(1, min(replicates, max(min(round(_SHORTEST / max(seconds, 1e-6)), _LARGEST), -(-total // _MOST_BATCHES))))


def forecast(seconds: float, n_bytes: float, *, points: int, replicates: int, workers: int, memory: int | None = None) -> str:
    """Returns points, replicates, time, disk and memory, a line each.

    Args:
        seconds, n_bytes: of a replicate, on one worker.
        points, replicates: to run.
        workers: number of workers.
        memory: bytes of a worker; None if unknown.
    """
    total = points * replicates
    lines = [
        f"{points:,} points x {replicates:,} replicates = {total:,} replicates",
        f"about {duration(seconds * total / max(workers, 1))} for {total:,} replicates on {workers} "
        f"{'worker' if workers == 1 else 'workers'} ({1000 * seconds:.3g} ms per replicate)",
        f"about {size(n_bytes * total + _LEDGER_BYTES * points)} on disk, twice that while files are merged",
    ]
    if memory is not None:
        lines.append(f"about {size(memory * workers)} of memory")
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Returns a time to two digits: ``40 s``, ``12 min``, ``3.5 h``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def size(n_bytes: float) -> str:
    """Returns a size to three digits: ``150 MB``."""
    for unit in ("bytes", "kB", "MB"):
        if n_bytes < 999.5:
            return f"{n_bytes:.0f} {unit}"
        n_bytes /= 1000
    return f"{n_bytes:.1f} GB"
