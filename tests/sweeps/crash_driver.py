"""Starts a sweep again and again and kills it at random moments: ``python -m tests.sweeps.crash_driver FOLDER KILLS SEED``.

Everything is loaded once and every run is a fork of this process, so that a kill costs a tenth of a second and not the start of Python.
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
from pathlib import Path
from typing import Any

from aixsim.random.draws import uniform
from aixsim.runs.chunk import Task, run_chunk
from aixsim.runs.local import LocalProcesses
from aixsim.runs.loop import sweep
from aixsim.runs.specs import spec_of
from tests.sweeps.worlds import small, tree

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
LONGEST = 0.5
"""Seconds until a kill, at most: about what a run takes from its start to its end."""


def main(place: Path, kills: int, seed: int) -> dict[str, Any]:
    """Kills so many runs, over as many sweeps as that takes, and compares every finished one with one that nothing disturbed."""
    study = small(place, STUDY)
    run_chunk(spec_of(study.points[0], study), Task(0, 0, 1))
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
        sweep(study, out, lambda: LocalProcesses(2, 60.0, "fork"), chunk=7)
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
            killed = what
            with contextlib.suppress(ProcessLookupError):
                if what == "group":
                    os.killpg(child, signal.SIGKILL)
                else:
                    os.kill(victims[int(which * len(victims))], signal.SIGKILL)
            if what != "worker":
                os.waitpid(child, 0)
                return killed if gone(child) else "orphans"
        time.sleep(0.002)


def children(process: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(number) for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def gone(group: int) -> bool:
    """Returns whether a whole process group ends within five seconds."""
    for _ in range(500):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))) + "\n")
