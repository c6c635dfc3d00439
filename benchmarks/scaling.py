"""Memory of whole runs of korea-2030, and what ten nations take."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.estimate import Estimate, median
from benchmarks.korea import CONFIG

from aixsim.world.korea import build_korea
from aixsim.world.supply_chain import build_supply_chain

MIB = 1024**2
LINKS = 4.0
"""Supply links of a firm, as configs have it by default."""


@dataclass(frozen=True)
class Memory:
    """Peak memory of ``aixsim run`` as a process of its own, no figures.

    Attributes:
        resident: bytes by number of replicates; includes the pages of mapped scratch files, which the system may drop at any time.
        private: bytes by number of replicates, without mapped files, looked at often; empty where the system does not tell.
    """

    resident: dict[int, int]
    private: dict[int, int]


def growth_of(peak: dict[int, int]) -> float | None:
    """Returns the peak with most replicates over the peak with fewest."""
    return peak[max(peak)] / peak[min(peak)] if peak else None


def memory(replicates: tuple[int, ...] = (50, 500)) -> Memory:
    """Runs the program and asks the operating system."""
    peaks = {n: _peaks(n) for n in replicates}
    return Memory({n: peak[0] for n, peak in peaks.items()}, {n: peak[1] for n, peak in peaks.items() if peak[1]})


@dataclass(frozen=True)
class TenNations:
    """Ten times as many firms as Korea has.

    Attributes:
        built: seconds in which population and network are built, of each turn.
        resident: peak memory of a run of two replicates in one process, bytes.
    """

    built: list[float]
    resident: int

    @property
    def estimate(self) -> Estimate:
        """Median of ``built``, s."""
        return median(self.built)


def ten_nations(turns: int = 3) -> TenNations:
    """Builds the population and network anew each turn, and asks the operating system for the memory of a run."""
    built = []
    for turn in range(turns):
        started = time.perf_counter()
        build_supply_chain(build_korea(10.0, turn), turn, LINKS)
        built.append(time.perf_counter() - started)
    return TenNations(built, _peaks(2, "--set", "population.scale=10", "--workers", "1")[0])


def _peaks(replicates: int, *more: str) -> tuple[int, int]:
    with tempfile.TemporaryDirectory() as folder:
        program = Path(sys.executable).with_name("aixsim")
        command = [program, "run", CONFIG, "-n", str(replicates), "-o", Path(folder) / "result", "--figures", "none", *more]
        watched = [sys.executable, Path(__file__).with_name("peak.py"), *command]
        done = subprocess.run([str(part) for part in watched], stdout=subprocess.PIPE, text=True, check=True)
    resident, private = map(int, done.stdout.split())
    return resident, private
