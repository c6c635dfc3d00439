"""What a Dask worker does for a sweep: checks that it computes the same numbers, then has a process of its own run the task.

The process is the one that a sweep on one machine uses, looked after in the same way: a replicate that takes too long, or ends its
process, ends neither the Dask worker nor what else that one is doing, and is reported with its number.
"""

from __future__ import annotations

import pickle
import platform
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing import current_process
from typing import Any

from aixsim.model.fingerprint import model_hash
from aixsim.model.plugins import installed
from aixsim.runs.chunk import PointSpec, Task
from aixsim.runs.executor import Report
from aixsim.runs.local import LocalProcesses
from aixsim.runs.provenance import data_hash

_LOOK = 0.2
"""Seconds between looks at whether the task is still wanted."""
_IDLE = 60.0
"""Seconds that a process is kept with its compiled code and its firms when there is nothing to do."""


def facts() -> dict[str, str]:
    """Returns what must be the same everywhere for the numbers to be the same, and the tasks to be understood."""
    return {
        "aixsim": version("aixsim"),
        "the model": model_hash()[:12],
        "the data": data_hash()[:12],
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **{name: version(name) for name in ("numpy", "scipy", "numba")},
        **{f"the plugin {plugin.name}": plugin.digest[:12] for plugin in installed()},
    }


def order(here: Mapping[str, str], spec: PointSpec, task: Task, limit: float) -> bytes:
    """Returns a task as a worker is given it: what is needed to refuse it can be read without what is needed to run it."""
    return pickle.dumps((dict(here), pickle.dumps((spec, task, limit))))


def run(ordered: bytes, is_wanted: Callable[[], bool]) -> tuple[str, bytes]:
    """Runs a task.

    Args:
        ordered: from ``order``.
        is_wanted: is asked now and then; the task is given up when it is not.

    Returns:
        Why this worker cannot run it, empty when it can; and the pickled report, ``Finished`` or ``Died``.
    """
    theirs, inside = pickle.loads(ordered)  # noqa: S301 - from the sweep
    if wrong := _difference(theirs, facts()):
        return wrong, b""
    spec, task, limit = pickle.loads(inside)  # noqa: S301 - from the sweep
    hand = _take(limit)
    try:
        report = _report(hand.processes, spec, task, is_wanted)
    except BaseException:
        hand.processes.close()
        raise
    if report is None:
        hand.processes.close()
        return "", b""
    _give_back(hand)
    return "", pickle.dumps(report)


def _difference(theirs: Mapping[str, str], ours: Mapping[str, str]) -> str:
    for name in [*theirs, *ours]:
        if theirs.get(name) != ours.get(name):
            return f"{name} differs: {ours.get(name, 'missing')} there, {theirs.get(name, 'missing')} here"
    return ""


def _report(processes: LocalProcesses, spec: PointSpec, task: Task, is_wanted: Callable[[], bool]) -> Report | None:
    processes.submit(spec, task)
    while is_wanted():
        for report in processes.wait(_LOOK):
            return report
    return None


@dataclass(eq=False)
class _Hand:
    """A process of this worker; one a task that runs at the same time."""

    processes: LocalProcesses
    limit: float
    timer: threading.Timer | None = None


_idle: list[_Hand] = []
_lock = threading.Lock()


def _take(limit: float) -> _Hand:
    """Returns a process that has nothing to do, or a new one."""
    with _lock:
        hand = next((hand for hand in _idle if hand.limit == limit), None)
        if hand is not None:
            _idle.remove(hand)
            if hand.timer is not None:
                hand.timer.cancel()
            return hand
        # Dask's nannies start workers as daemons, which may have no processes of their own. The flag tells whether a process is ended
        # with its parent; this one's says nothing to the nanny, and the processes started here watch for the end of theirs themselves.
        with suppress(AssertionError):
            current_process().daemon = False
        return _Hand(LocalProcesses(1, limit), limit)


def _give_back(hand: _Hand) -> None:
    with _lock:
        _idle.append(hand)
        hand.timer = threading.Timer(_IDLE, _dismiss, (hand,))
        hand.timer.daemon = True
        hand.timer.start()


def _dismiss(hand: Any) -> None:
    with _lock:
        if hand not in _idle:
            return
        _idle.remove(hand)
    hand.processes.close()
