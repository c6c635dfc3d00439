"""The code of a Dask worker: it checks that versions are equal, and then runs the task in a separate process.

The process is monitored as on one machine. A replicate that takes too long, or ends its process, does not end the Dask worker or its
other tasks, and is reported with its number.
"""

from __future__ import annotations

import pickle
import platform
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from aixsim.model.fingerprint import model_hash
from aixsim.model.plugins import installed
from aixsim.runs.executor import Report, Task
from aixsim.runs.processes import LocalProcesses
from aixsim.runs.provenance import data_hash

_LOOK = 0.2
"""Seconds between checks whether the task was cancelled."""
_IDLE = 60.0
"""Seconds that an idle process is kept, with its compiled code and firms."""


def facts() -> dict[str, str]:
    """Returns the versions and hashes that must be equal on all machines."""
    return {
        "aixsim": version("aixsim"),
        "the model": model_hash()[:12],
        "the data": data_hash()[:12],
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **{name: version(name) for name in ("numpy", "scipy", "numba")},
        **{f"the plugin {plugin.name}": plugin.digest[:12] for plugin in installed()},
    }


def packed(here: Mapping[str, str], task: Task, limit: float) -> bytes:
    """Returns a packed task; the versions can be read without unpickling the task."""
    return pickle.dumps((dict(here), pickle.dumps((task, limit))))


def run(given: bytes, is_wanted: Callable[[], bool]) -> tuple[str, bytes]:
    """Runs a task.

    Args:
        given: from ``packed``.
        is_wanted: called repeatedly; the task ends when it returns false.

    Returns:
        The reason why this worker cannot run it (empty if it can), and the pickled report.
    """
    theirs, inside = pickle.loads(given)  # noqa: S301 - from the parent
    ours = facts()
    if different := [name for name in [*theirs, *ours] if theirs.get(name) != ours.get(name)]:
        name = different[0]
        return f"{name} differs: {ours.get(name, 'missing')} there, {theirs.get(name, 'missing')} here", b""
    task, limit = pickle.loads(inside)  # noqa: S301 - from the parent
    slot = _take(limit)
    try:
        report = _report(slot.processes, task, is_wanted)
    except BaseException:
        slot.processes.close()
        raise
    if report is None:
        slot.processes.close()
        return "", b""
    _give_back(slot)
    return "", pickle.dumps(report)


def _report(processes: LocalProcesses, task: Task, is_wanted: Callable[[], bool]) -> Report | None:
    processes.submit(task)
    while is_wanted():
        for report in processes.wait(_LOOK):
            return report
    return None


@dataclass(eq=False)
class _Slot:
    """A process of this worker; one per concurrent task."""

    processes: LocalProcesses
    limit: float
    timer: threading.Timer | None = None


_idle: list[_Slot] = []
_lock = threading.Lock()


def _take(limit: float) -> _Slot:
    """Returns an idle process, or a new one."""
    with _lock:
        slot = next((slot for slot in _idle if slot.limit == limit), None)
        if slot is not None:
            _idle.remove(slot)
            if slot.timer is not None:
                slot.timer.cancel()
            return slot
        return _Slot(LocalProcesses(1, limit), limit)


def _give_back(slot: _Slot) -> None:
    with _lock:
        _idle.append(slot)
        slot.timer = threading.Timer(_IDLE, _dismiss, (slot,))
        slot.timer.daemon = True
        slot.timer.start()


def _dismiss(slot: Any) -> None:
    with _lock:
        if slot not in _idle:
            return
        _idle.remove(slot)
    slot.processes.close()
