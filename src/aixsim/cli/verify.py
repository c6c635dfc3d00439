"""``aixsim run --verify N``: the same replicates on both engines."""

from __future__ import annotations

import sys
import time

from aixsim.config.build import problems
from aixsim.config.study import Study
from aixsim.engines import engine, mesa_alone, prepare
from aixsim.engines.agreement import first_difference
from aixsim.errors import UserError
from aixsim.model.draw_scenario import draw_scenario
from aixsim.runs.cost import WORTH_TELLING, duration
from aixsim.runs.replicates import MESA_SECONDS_PER_FIRM_MONTH


def verify(study: Study, replicates: int) -> int:
    """Runs replicates 0 to N - 1 on the kernel and on the Mesa model and prints differences; returns 0 if there are none, else 1."""
    if study.monte_carlo.seed is None:
        study = study.with_seed(0)
    problem_of = problems(study)
    fast, slow = engine("kernel"), engine("mesa")
    n_different = 0
    for replicate in range(replicates):
        problem = problem_of(replicate)
        scenario = draw_scenario(problem, replicate)
        if replicate == 0:
            if reason := mesa_alone(scenario):
                raise UserError(f"--verify: nothing to compare; only the engine mesa can run this config: {reason}")
            prepare("kernel", problem, scenario)
            expected = MESA_SECONDS_PER_FIRM_MONTH * len(problem.population) * problem.horizon.n_months * replicates
            if expected > WORTH_TELLING:
                sys.stderr.write(f"the Mesa model will take about {duration(expected)} for {replicates} replicates\n")
        started = time.perf_counter()
        a = fast(problem, scenario)
        between = time.perf_counter()
        b = slow(problem, scenario)
        ended = time.perf_counter()
        difference = first_difference(a, b, problem, scenario)
        n_different += difference is not None
        verdict = "identical" if difference is None else f"DIFFERENT: {difference}"
        counts = f"{len(problem.population):,} firms, {len(a.firm):,} events"
        times = f"kernel {1e3 * (between - started):,.1f} ms, Mesa {1e3 * (ended - between):,.0f} ms"
        sys.stdout.write(f"replicate {replicate}: {verdict} ({counts}; {times})\n")
    sys.stdout.write("identical\n" if n_different == 0 else f"{n_different} of {replicates} replicates differ\n")
    return 0 if n_different == 0 else 1
