"""Starts a run or a sweep again and again and kills it at random moments: ``python -m tests.runs.crash_driver KIND FOLDER KILLS SEED``.

Everything is loaded once and every start is a fork of this process, so that a kill costs a tenth of a second and not the start of Python.
Prints one JSON document: how many kills of each kind, what was found wrong.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aixsim.api import carry_out_run, carry_out_sweep
from aixsim.config import load
from aixsim.random.draws import uniform
from aixsim.runs.job import Job
from aixsim.runs.processes import LocalProcesses
from aixsim.runs.replicates import Batch, run_batch
from aixsim.runs.worker import serve
from tests.runs.small_sweeps import small, tree, write_study

STUDY = """
base = "small.toml"
[factors]
"mechanisms.partners.rate" = { low = 0.0, high = 0.3, points = 6 }
"mechanisms.innovation.rate" = [0.005, 0.02]
[monte_carlo]
replicates = 60
most_replicates = 160
seed = 7
[decision]
probability = 0.5
"""
RUN = {"monte_carlo.replicates": 400, "monte_carlo.seed": 7}
LONGEST = 0.5
"""Seconds until a kill, at most: about what a run takes from its start to its end."""


class Forked:
    """A worker that is a fork of this process, with the face of a ``subprocess.Popen``."""

    def __init__(self) -> None:
        (source, to_child), (from_child, target) = os.pipe(), os.pipe()
        self.code: int | None = None
        self.pid = os.fork()
        if not self.pid:
            try:
                os.setsid()
                os.dup2(source, 3)
                os.dup2(target, 4)
                os.closerange(5, 256)  # ends of other workers' pipes, which would keep those alive
                serve(os.fdopen(3, "rb"), os.fdopen(4, "wb"))
            finally:
                os._exit(1)
        os.close(source)
        os.close(target)
        self.stdin, self.stdout = os.fdopen(to_child, "wb"), os.fdopen(from_child, "rb")

    def kill(self) -> None:
        if self.code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:  # noqa: ARG002 - they end at once
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code


def main(kind: str, place: Path, kills: int, seed: int) -> dict[str, Any]:
    """Kills so many starts, over as many runs or sweeps as that takes, and compares every finished one with one that nothing disturbed."""
    study = Job.of_sweep(small(place, STUDY)) if kind == "sweep" else Job.of_run(load(write_study(place).parent / "small.toml", RUN))
    run_batch(study.specs()[0], Batch(0, 0, 1), lambda _: None)
    run_once(study, place / "calm")
    calm = tree(place / "calm")
    counted, unequal, orphans, sweeps, number = Counter[str](), 0, 0, 0, 0
    while counted.total() < kills:
        sweeps += 1
        out = place / f"out-{sweeps}"
        while True:
            number += 1
            u = [uniform(seed, number, 0, part) for part in range(3)]
            ended = run_and_kill(study, out, LONGEST * u[0], ("parent", "group", "worker")[int(3 * u[1])], u[2])
            orphans += ended == "orphans"
            if ended == "finished":
                break
            if ended != "orphans":
                counted[ended] += 1
            if counted.total() >= kills:
                run_once(study, out)
                break
        unequal += tree(out) != calm
    return {"kills": dict(counted), "sweeps": sweeps, "unequal": unequal, "orphans": orphans, "files": len(calm)}


def run_once(study: Any, out: Path) -> None:
    code = os.waitstatus_to_exitcode(os.waitpid(fork(study, out), 0)[1])
    if code:
        raise RuntimeError(f"an undisturbed run ended with {code}")


def fork(study: Any, out: Path) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.setsid()
        if study.kind == "sweep":
            carry_out_sweep(study, out, lambda: LocalProcesses(2, 60.0, Forked), batch=7)
        else:
            carry_out_run(study, out, lambda: LocalProcesses(2, 60.0, Forked), batch=7)
        code = 0
    finally:
        os._exit(code)


def run_and_kill(study: Any, out: Path, after: float, what: str, which: float) -> str:
    """Returns what was killed, ``finished`` when the run was quicker, ``orphans`` when its workers outlived it."""
    child = fork(study, out)
    until, killed = time.monotonic() + after, ""
    while True:
        if os.waitpid(child, os.WNOHANG)[0]:
            return killed or "finished"
        if not killed and time.monotonic() >= until:
            victims = {"parent": [child], "group": [], "worker": children(child)}[what]
            if what == "worker" and not victims:
                what = "parent"
                victims = [child]
            killed, workers = what, children(child)
            with contextlib.suppress(ProcessLookupError):
                if what == "group":
                    os.killpg(child, signal.SIGKILL)
                else:
                    os.kill(victims[int(which * len(victims))], signal.SIGKILL)
            if what != "worker":
                os.waitpid(child, 0)
                return killed if gone([child, *workers]) else "orphans"
        time.sleep(0.002)


def children(process: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(number) for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def gone(processes: Sequence[int]) -> bool:
    """Returns whether all processes end within five seconds."""
    for _ in range(500):
        if not any(is_running(process) for process in processes):
            return True
        time.sleep(0.01)
    return False


def is_running(process: int) -> bool:
    """Returns whether there is such a process and it does something; one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))) + "\n")
