"""The cost of a replicate, measured on a few that are not kept."""

from __future__ import annotations

import sys

from aixsim import api
from aixsim.errors import UserError
from aixsim.runs.cost import duration
from aixsim.runs.executor import Finished, Task
from aixsim.runs.job import Job
from aixsim.runs.replicates import Batch, BatchResult, run_batch
from aixsim.runs.signals import Interrupted, stop_requests

_MEASURED = 5


def time_of(job: Job, n_replicates: int, workers: int) -> str:
    """Returns how long some replicates take on how many workers, as text, by five that are measured; errors as ``measured``."""
    last, n = measured(job, workers)
    seconds = last.seconds / max(last.n_done, 1)
    return f"about {duration(seconds * n_replicates / n)} on {n} {'worker' if n == 1 else 'workers'} ({1000 * seconds:.3g} ms each)"


def measured(job: Job, workers: int, cluster: str | None = None) -> tuple[BatchResult, int]:
    """Returns what five replicates of the first point took, and the number of workers.

    Raises:
        Interrupted: Ctrl-C or SIGTERM.
        UserError: a replicate ended its worker process.
    """
    executor = api.executor_of(job, workers, cluster, lambda text: sys.stderr.write(f"{text}\n"))()
    results: list[BatchResult] = []
    try:
        with stop_requests() as request:
            # The first replicate loads or compiles what is needed.
            for batch in (Batch(0, 0, 1), Batch(0, 1, _MEASURED)):
                executor.submit(Task(batch, run_batch, (job.specs()[0], batch), is_timed=True))
                while len(results) < 1 + batch.first:
                    if request.made:
                        raise Interrupted("Interrupted.")
                    for report in executor.wait(0.2):
                        if not isinstance(report, Finished):
                            raise UserError(f"the first replicates ended their worker process ({report}); try aixsim run with one config")
                        results.append(report.result)
        return results[-1], max(executor.n_workers, 1)
    finally:
        executor.close()
