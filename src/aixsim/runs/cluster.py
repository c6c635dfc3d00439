"""Workers of a Dask cluster: the same tasks and the same store, with processes of other machines.

Dask moves the tasks of a worker that ends to another one, and gives up those that have ended several: they are reported as ``Died``.
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
"""Tasks given for each that can run at a time: enough that no worker waits for the next one, few enough to keep the sweep's order."""
REACHED = 10.0
"""Seconds within which a scheduler must answer at first."""
SILENCE = 30.0
"""Seconds without an answer after which a scheduler is given up."""
_LOOK, _REMIND = 1.0, 60.0
"""Seconds between looks at which workers there are, and between lines that say there are none."""


class ClusterLost(UserError):  # noqa: N818 - it reads as what it says
    """The scheduler has gone; what was finished is kept, and nothing is wrong with the study."""

    exit_code = 5


def connect(address: str) -> Any:
    """Returns a client of a scheduler.

    Args:
        address: ``tcp://HOST:PORT``, or the path of a scheduler file.

    Raises:
        UserError: Dask is not installed, the address is none, or nobody answers there.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UserError("--cluster needs Dask; install it: pip install 'aixsim[cluster]'") from None
    # Dask logs what is said here in one line.
    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    place = _place(address)
    try:
        with warnings.catch_warnings():
            # What must be the same is checked with every task.
            warnings.simplefilter("ignore")
            return _within(REACHED, lambda: Client(place, timeout=REACHED, set_as_default=False))  # type: ignore[no-untyped-call]  # Dask has no types
    except (OSError, ValueError, TypeError, AssertionError, ImportError) as error:
        why = str(error).partition("\n")[0] or type(error).__name__
        raise UserError(f"--cluster {address}: no Dask scheduler answers at {place} ({why}); start one: dask scheduler") from None


def _within(seconds: float, make: Callable[[], Any]) -> Any:
    """Returns what is made; Dask itself waits for ever for a scheduler that takes the call and does not answer.

    Raises:
        TimeoutError: it takes too long.
    """
    made: futures.Future[Any] = futures.Future()

    def try_it() -> None:
        try:
            made.set_result(make())
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            made.set_exception(error)

    threading.Thread(target=try_it, daemon=True).start()
    try:
        return made.result(seconds + 1.0)
    except TimeoutError as error:
        raise TimeoutError(str(error) or f"silent for {seconds:g} s") from None


def _place(address: str) -> str:
    """Returns the address that an address or a scheduler file means."""
    if "://" in address:
        return address
    remedy = "give tcp://HOST:PORT, or the file that dask scheduler --scheduler-file writes"
    try:
        return str(json.loads(Path(address).read_text(encoding="utf-8"))["address"])
    except OSError as error:
        raise UserError(f"--cluster {address}: cannot be read as a scheduler file ({error.strerror}); {remedy}") from None
    except (ValueError, KeyError, TypeError):
        raise UserError(f"--cluster {address}: is no scheduler file; {remedy}") from None


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")


def _on_worker() -> Callable[[bytes], tuple[str, str, bytes]]:
    """Returns what is run on a worker. A function inside a function travels as code: it can tell when a worker lacks the package."""

    def on_worker(given: bytes) -> tuple[str, str, bytes]:
        from distributed import get_worker

        worker = get_worker()
        key = worker.get_current_task()
        place = worker.address if worker.name in (None, worker.address) else f"{worker.name} ({worker.address})"
        try:
            from aixsim.runs.cluster_worker import run

            # A task that nobody wants any more stays known to its worker as cancelled until it ends.
            return place, *run(given, lambda: getattr(worker.state.tasks.get(key), "state", "cancelled") != "cancelled")
        except Exception as error:  # noqa: BLE001 - whatever it is, the user must know where
            return place, f"{type(error).__name__}: {error}", b""

    return on_worker


@dataclass
class _Given:
    """A task under way: what a worker is told, Dask's handle, which keeps it alive, and its answer to come."""

    task: Task
    content: bytes
    handle: Any
    answer: futures.Future[tuple[str, str, bytes]]


class Cluster:
    """An executor of Dask workers. Those that join are used, those that leave are done without; it owns its client."""

    def __init__(self, client: Any, seconds_per_replicate: float, tell: Callable[[str], object] = _to_stderr) -> None:
        """Looks at which workers there are.

        Args:
            client: from ``connect``.
            seconds_per_replicate: that one may take once it has begun.
            tell: is told that the sweep waits for workers.
        """
        self._client, self._limit, self._tell = client, seconds_per_replicate, tell
        self._address = client.scheduler.address
        self._on_worker, self._facts = _on_worker(), facts()
        self._given: list[_Given] = []
        self._places = 0
        self._heard = self._looked = monotonic()
        self._told: float | None = None
        self._look()

    @property
    def n_workers(self) -> int:
        """Number of tasks that can run at a time; 0 when all workers have gone."""
        return self._places

    @property
    def free(self) -> int:
        """Number of tasks that can be given now; without workers a few, which wait for the first."""
        return max(0, AHEAD * max(self._places, 1) - len(self._given))

    def submit(self, task: Task) -> None:
        """Gives a task to the scheduler."""
        self._given.append(self._give(task, packed(self._facts, task, self._limit)))

    def wait(self, seconds: float) -> list[Report]:
        """Returns what has happened, after at most so many seconds; empty when nothing has.

        Raises:
            ClusterLost: the scheduler has gone.
            UserError: a worker cannot run tasks, or would compute other numbers.
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
        """Takes back all tasks and leaves; workers end what they were doing for this sweep."""
        for given in self._given:
            given.handle.release()  # which ends the waiting for its answer, too
        self._given = []
        with suppress(OSError, RuntimeError):  # a scheduler that does not answer finds out by itself
            self._client.close(timeout=0.5)

    def _give(self, task: Task, content: bytes) -> _Given:
        handle = self._client.submit(self._on_worker, content, pure=False)
        # Nothing here waits for the answer, so that a stop is never waited for either.
        answer = asyncio.run_coroutine_threadsafe(self._client.gather(handle, asynchronous=True), self._client.loop.asyncio_loop)
        return _Given(task, content, handle, answer)

    def _report(self, given: _Given) -> Report | None:
        """Returns what became of a task; None when nobody can tell."""
        from distributed.scheduler import KilledWorker

        try:
            place, wrong, report = given.answer.result()
        except KilledWorker as error:
            why = f"ended {error.allowed_failures + 1} Dask workers, the last of them {error.last_worker.address}"
            return Died(given.task.key, None, why)
        except (OSError, futures.CancelledError, asyncio.CancelledError):
            return None  # lost on its way back, or taken back by somebody else at the cluster
        except Exception as error:
            why = str(error).partition("\n")[0]
            raise UserError(f"the cluster at {self._address} cannot run tasks ({type(error).__name__}: {why}); {_REMEDY}") from error
        if wrong:
            raise UserError(f"the worker {place} cannot take part: {wrong}; {_REMEDY}")
        return pickle.loads(report) if report else None  # noqa: S301 - from a worker of ours

    def _look(self) -> None:
        """Counts what can run at a time."""
        try:
            self._places = sum(self._client.sync(self._client.scheduler.ncores, callback_timeout=_LOOK).values())
            self._heard = monotonic()
        except OSError:  # times out, among others
            if monotonic() - self._heard > SILENCE:
                raise self._lost(f"no answer for {SILENCE:g} s") from None
        self._looked = monotonic()
        if self._places:
            if self._told is not None:
                self._tell("there are workers again")
            self._told = None
        elif self._told is None or self._looked - self._told > _REMIND:
            self._tell(f"there are no workers at {self._address}; waiting for some: dask worker {self._address}")
            self._told = self._looked

    def _lost(self, why: str) -> ClusterLost:
        return ClusterLost(
            f"the Dask scheduler at {self._address} has gone ({why}); what was finished is kept: start it again, and the same command "
            "goes on with the rest"
        )


_REMEDY = "install the same packages on all machines of the cluster, and start its workers again"
