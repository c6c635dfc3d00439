"""Prints who is how fast on the same small law, and whether all give the same adoption curve; returns 1 when somebody does not."""

from __future__ import annotations

import importlib
import shutil
import sys
import time

import numpy as np
from benchmarks.neutral.workload import MONTHS, workload

CONTESTANTS = {"aixsim_kernel": 100, "c_loop": 100, "scipy_sparse": 20, "mesa_agents": 3}
"""Replicates that each simulates; the slow ones fewer."""
HIGHEST_Z = 4.0


def main() -> int:
    """Times every contestant at both sizes; the Mesa agents only at the smaller one."""
    wrong = 0
    print(f"{'firms':>8}  {'contestant':<14} {'ms a replicate':>15} {'time / kernel':>14} {'z of the curve':>15}")
    for n in (10_000, 100_000):
        work, kernel_time, reference = workload(n), 0.0, None
        for name, replicates in CONTESTANTS.items():
            if (name == "c_loop" and shutil.which("gcc") is None) or (name == "mesa_agents" and n > 10_000):
                continue
            run = importlib.import_module(f"benchmarks.neutral.{name}").prepare(work)
            run(0)
            times, curves = [], []
            for replicate in range(1, replicates + 1):
                started = time.perf_counter()
                curves.append(run(replicate))
                times.append(time.perf_counter() - started)
            curve, median = np.array(curves)[:, [MONTHS // 2 - 1, MONTHS - 1]], float(np.median(times))
            if reference is None:
                reference, kernel_time = curve, median
            # The standard deviation is that of the first: three replicates say little about their own.
            error = reference.std(axis=0, ddof=1) * np.sqrt(1 / len(curve) + 1 / len(reference))
            z = float(np.abs((curve.mean(axis=0) - reference.mean(axis=0)) / error).max())
            wrong += z > HIGHEST_Z
            print(f"{n:>8,}  {name:<14} {1e3 * median:>15.3f} {median / kernel_time:>14.2f} {z:>15.1f}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
