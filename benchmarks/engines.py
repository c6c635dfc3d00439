"""Speed of the two engines on the same replicates of korea-2030, side by side in one run: ratios, not seconds.

Both must give the same history, or the comparison means nothing.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from aixsim.config import load
from aixsim.config.build import problems
from aixsim.engines import kernel, reference
from aixsim.engines.scenario import draw_scenario

CONFIG = Path(__file__).parents[1] / "configs" / "korea-2030.toml"
REPEATS = 5


def seconds(run: object, *arguments: object, repeats: int) -> float:
    """Returns the median time of a call."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        run(*arguments)  # type: ignore[operator]
        times.append(time.perf_counter() - started)
    return float(np.median(times))


def main() -> int:
    """Prints the table; returns 1 when the engines disagree."""
    print(f"{'scale':>6} {'firms':>8} {'kernel, ms':>11} {'mesa, ms':>10} {'mesa / kernel':>14}  same history")
    for scale, repeats in ((0.01, REPEATS), (0.1, 1), (1.0, 1)):
        problem = problems(load(CONFIG, [f"population.scale={scale}"]))(0)
        scenario = draw_scenario(problem, 0)
        fast = kernel.run(problem, scenario)
        slow = reference.run(problem, scenario)
        same = np.array_equal(fast.canonical(), slow.canonical()) and np.array_equal(fast.pressure, slow.pressure)
        a = seconds(kernel.run, problem, scenario, repeats=REPEATS)
        b = seconds(reference.run, problem, scenario, repeats=repeats)
        print(f"{scale:>6} {len(problem.population):>8,} {1e3 * a:>11.2f} {1e3 * b:>10.0f} {b / a:>14.0f}  {same}")
        if not same:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
