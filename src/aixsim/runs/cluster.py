"""Executor on a Dask cluster: the same tasks and store as on one machine.

If a worker ends, Dask moves its tasks to another one. A task that has ended several workers is reported as ``Died``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent import futures
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from aixsim.errors import UserError
from aixsim.runs.cluster_worker import facts, packed
from aixsim.runs.executor import Died, Report, Task

AHEAD = 2
"""Tasks submitted per thread: enough that no worker waits, few enough to keep the order of the sweep."""
REACHED = 10.0
"""Seconds within which a scheduler must answer at the start."""
SILENCE = 30.0
"""Seconds without an answer after which the scheduler counts as lost."""
_LOOK, _REMIND = 1.0, 60.0
"""Seconds between checks of the workers, and between messages that there are none."""


class ClusterLost(UserError):  # noqa: N818 - it reads as what it says
    """The scheduler was lost; finished replicates are kept. The study is not the cause."""

    exit_code = 5


def connect(address: str) -> Any:
    """Returns a client of a scheduler.

    Args:
        address: ``tcp://HOST:PORT``, or the path of a scheduler file.

    Raises:
        UserError: Dask is not installed, the address is invalid, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UserError("--cluster needs Dask; install it: pip install 'aixsim[cluster]'") from None
    # Dask logs this error as well.
    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    place = _place(address)
    try:
        with warnings.catch_warnings():
            # Versions are checked with every task.
            warnings.simplefilter("ignore")
            return _within(REACHED, lambda: Client(place, timeout=REACHED, set_as_default=False))  # type: ignore[no-untyped-call]  # Dask has no types
    except (OSError, ValueError, TypeError, AssertionError, ImportError) as error:
        why = str(error).partition("\n")[0] or type(error).__name__
        raise UserError(f"--cluster {address}: no Dask scheduler answers at {place} ({why}); start one: dask scheduler") from None


def _within(seconds: float, make: Callable[[], Any]) -> Any:
    """Returns the new client. Dask itself would wait forever for a scheduler that accepts the connection but does not answer.

    Raises:
        TimeoutError: the scheduler does not answer in time.
    """
    made: futures.Future[Any] = futures.Future()

    def try_it() -> None:
        try:
            made.set_result(make())
        except BaseException as error:  # noqa: BLE001 - raised by the waiting thread
            made.set_exception(error)

    threading.Thread(target=try_it, daemon=True).start()
    try:
        return made.result(seconds + 1.0)
    except TimeoutError as error:
        raise TimeoutError(str(error) or f"silent for {seconds:g} s") from None


def _place(address: str) -> str:
    """Returns the address in an address or a scheduler file."""
    if "://" in address:
        return address
    remedy = "give tcp://HOST:PORT, or the file written by dask scheduler --scheduler-file"
    try:
        return str(json.loads(Path(address).read_text(encoding="utf-8"))["address"])
    except OSError as error:
        raise UserError(f"--cluster {address}: cannot be read as a scheduler file ({error.strerror}); {remedy}") from None
    except (ValueError, KeyError, TypeError):
        raise UserError(f"--cluster {address}: is not a scheduler file; {remedy}") from None


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")


def _on_worker() -> Callable[[bytes], tuple[str, str, bytes]]:
    """Returns the function that a worker runs. A nested function is sent as code, so it can report that a worker lacks the package."""

    def on_worker(given: bytes) -> tuple[str, str, bytes]:
        from distributed import get_worker

        worker = get_worker()
        key = worker.get_current_task()
        place = worker.address if worker.name in (None, worker.address) else f"{worker.name} ({worker.address})"
        try:
            from aixsim.runs.cluster_worker import run

            # A cancelled task stays known to its worker until it ends.
            return place, *run(given, lambda: getattr(worker.state.tasks.get(key), "state", "cancelled") != "cancelled")
        except Exception as error:  # noqa: BLE001 - any error is reported with the name of its worker
            return place, f"{type(error).__name__}: {error}", b""

    return on_worker


@dataclass
class _Given:
    """A running task: its packed content, Dask's future, which keeps it alive, and its answer."""

    task: Task
    content: bytes
    handle: Any
    answer: futures.Future[tuple[str, str, bytes]]


class Cluster:
    """An executor on Dask workers, which may join and leave; it owns its client."""

    def __init__(self, client: Any, seconds_per_replicate: float, tell: Callable[[str], object] = _to_stderr) -> None:
        """Checks the workers.

        Args:
            client: from ``connect``.
            seconds_per_replicate: time limit of a replicate.
            tell: called with a message when the sweep waits for workers.
        """
        self._client, self._limit, self._tell = client, seconds_per_replicate, tell
        self._address = client.scheduler.address
        self._on_worker, self._facts = _on_worker(), facts()
        self._given: list[_Given] = []
        self._places = 0
        self._heard = self._looked = monotonic()
        self._reminded: float | None = None
        self._look()

    @property
    def n_workers(self) -> int:
        """Number of tasks that can run at a time; 0 without workers."""
        return self._places

    @property
    def free(self) -> int:
        """Number of tasks that can be submitted now; without workers a few, which wait."""
        return max(0, AHEAD * max(self._places, 1) - len(self._given))

    def submit(self, task: Task) -> None:
        """Submits a task to the scheduler."""
        self._given.append(self._give(task, packed(self._facts, task, self._limit)))

    def wait(self, seconds: float) -> list[Report]:
        """Returns new reports, after at most ``seconds``; empty if there are none.

        Raises:
            ClusterLost: the scheduler was lost.
            UserError: a worker cannot run tasks, or would give other results.
        """
        futures.wait([given.answer for given in self._given], seconds, futures.FIRST_COMPLETED)
        if self._client.status != "running":
            raise self._lost("the connection was lost")
        if monotonic() - self._looked >= _LOOK:
            self._look()
        reports = []
        for given in [given for given in self._given if given.answer.done()]:
            report = self._report(given)
            given.handle.release()
            self._given.remove(given)
            if report is None:
                self._given.append(self._give(given.task, given.content))
            else:
                reports.append(report)
        return reports

    def close(self) -> None:
        """Cancels all tasks and closes the client."""
        for given in self._given:
            given.handle.release()  # this also ends the waiting for its answer
        self._given = []
        with suppress(OSError, RuntimeError):  # a scheduler that does not answer notices this itself
            self._client.close(timeout=0.5)

    def _give(self, task: Task, content: bytes) -> _Given:
        handle = self._client.submit(self._on_worker, content, pure=False)
        # Nothing here waits for an answer, so that stopping is immediate.
        answer = asyncio.run_coroutine_threadsafe(self._client.gather(handle, asynchronous=True), self._client.loop.asyncio_loop)
        return _Given(task, content, handle, answer)

    def _report(self, given: _Given) -> Report | None:
        """Returns the report on a task; None if its outcome is unknown."""
        from distributed.scheduler import KilledWorker

        try:
            place, wrong, report = given.answer.result()
        except KilledWorker as error:
            why = f"ended {error.allowed_failures + 1} Dask workers, the last of them {error.last_worker.address}"
            return Died(given.task.key, None, why)
        except (OSError, futures.CancelledError, asyncio.CancelledError):
            return None  # lost on its way back, or cancelled by another client
        except Exception as error:
            why = str(error).partition("\n")[0]
            raise UserError(f"the cluster at {self._address} cannot run tasks ({type(error).__name__}: {why}); {_REMEDY}") from error
        if wrong:
            raise UserError(f"the worker {place} cannot be used: {wrong}; {_REMEDY}")
        return pickle.loads(report) if report else None  # noqa: S301 - from our own worker

    def _look(self) -> None:
        """Updates the number of tasks that can run at a time."""
        try:
            self._places = sum(self._client.sync(self._client.scheduler.ncores, callback_timeout=_LOOK).values())
            self._heard = monotonic()
        except OSError:  # includes time-outs
            if monotonic() - self._heard > SILENCE:
                raise self._lost(f"no answer for {SILENCE:g} s") from None
        self._looked = monotonic()
        if self._places:
            if self._reminded is not None:
                self._tell("workers are available again")
            self._reminded = None
        elif self._reminded is None or self._looked - self._reminded > _REMIND:
            self._tell(f"no workers at {self._address}; start one: dask worker {self._address}")
            self._reminded = self._looked

    def _lost(self, why: str) -> ClusterLost:
        return ClusterLost(
            f"the Dask scheduler at {self._address} was lost ({why}); finished replicates are kept. Start it again, and the same command "
            "resumes"
        )


_REMEDY = "install the same packages on all machines of the cluster, and start its workers again"
