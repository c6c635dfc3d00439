"""What a whole run takes: with two workers rather than one, and in memory, of korea-2030 at scale 1.0."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.korea import CONFIG

MIB = 1024**2


@dataclass(frozen=True)
class Workers:
    """Wall time of runs through the public API, tables written, no figures.

    Attributes:
        few, many: replicates of the shorter and of the longer run.
        seconds: wall time by (workers, replicates), s.
    """

    few: int
    many: int
    seconds: dict[tuple[int, int], float]

    @property
    def ratio(self) -> float:
        """Replicates per second of two workers over those of one, their start left out."""
        one, two = (self.seconds[k, self.many] - self.seconds[k, self.few] for k in (1, 2))
        return one / two

    @property
    def whole(self) -> float:
        """Time of the longer run with one worker over that with two, their start included."""
        return self.seconds[1, self.many] / self.seconds[2, self.many]


def workers(few: int = 100, many: int = 500) -> Workers:
    """Runs one and two workers in turn; the same tables come out."""
    from aixsim import load, run

    seconds: dict[tuple[int, int], float] = {}
    for replicates in (few, many):
        study = load(CONFIG, {"monte_carlo.replicates": replicates})
        for number in (1, 2):
            with tempfile.TemporaryDirectory() as folder:
                started = time.perf_counter()
                run(study, workers=number, out=Path(folder) / "result")
                seconds[number, replicates] = time.perf_counter() - started
    return Workers(few, many, seconds)


@dataclass(frozen=True)
class Memory:
    """Peak memory of ``aixsim run`` as a process of its own, figures drawn.

    Attributes:
        resident: bytes by number of replicates; includes the pages of mapped scratch files, which the system may drop at any time.
        private: bytes by number of replicates, without mapped files, looked at often; empty where the system does not tell.
    """

    resident: dict[int, int]
    private: dict[int, int]


def growth(peak: dict[int, int]) -> float | None:
    """Returns the peak with most replicates over the peak with fewest."""
    return peak[max(peak)] / peak[min(peak)] if peak else None


def memory(replicates: tuple[int, ...] = (50, 500)) -> Memory:
    """Runs the program and asks the operating system."""
    peaks = {n: _peaks(n) for n in replicates}
    return Memory({n: peak[0] for n, peak in peaks.items()}, {n: peak[1] for n, peak in peaks.items() if peak[1]})


def _peaks(replicates: int) -> tuple[int, int]:
    with tempfile.TemporaryDirectory() as folder:
        program = Path(sys.executable).with_name("aixsim")
        command = [program, "run", CONFIG, "-n", str(replicates), "-o", Path(folder) / "result"]
        watched = [sys.executable, Path(__file__).with_name("peak.py"), *command]
        done = subprocess.run([str(part) for part in watched], stdout=subprocess.PIPE, text=True, check=True)
    resident, private = map(int, done.stdout.split())
    return resident, private
