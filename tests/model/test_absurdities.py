"""What no sensible model may say, on a small sample of the shipped national config: each claim is a sign and its reason."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.config import load
from aixsim.config.build import problems
from aixsim.engines.kernel import replicate as kernel
from aixsim.model.capacity import UNIT
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event, History
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.model.tabulation import outcome_counts
from aixsim.world.classification import SIZES

CONFIG = Path(__file__).parents[2] / "configs" / "korea-2030.toml"
LEAD_PROJECTS = 'programme."AI Factory lead projects"'
REPLICATES = 8
SCALE = 0.02
GOAL = 500 * SCALE


def ran(**overrides: Any) -> list[tuple[Problem, Scenario, History]]:
    """The replicates of the config with some settings changed."""
    problem_of = problems(load(CONFIG, {"population.scale": SCALE, **overrides}))
    worlds = [problem_of(replicate) for replicate in range(REPLICATES)]
    scenarios = [draw_scenario(world, replicate) for replicate, world in enumerate(worlds)]
    return [(world, scenario, kernel.run(world, scenario)) for world, scenario in zip(worlds, scenarios, strict=True)]


def at_the_end(runs: list[tuple[Problem, Scenario, History]], outcome: str) -> NDArray[np.int64]:
    """A count at the end of 2030, by replicate."""
    column, found = OUTCOMES.index(outcome), []
    for world, scenario, history in runs:
        found.append(outcome_counts(history, scenario.counts, world.horizon.n_months, world.population)[column, -1])
    return np.array(found)


@cache
def plan() -> list[tuple[Problem, Scenario, History]]:
    return ran()


def test_the_plan_does_something() -> None:
    """Or none of the comparisons below would say anything."""
    assert (at_the_end(plan(), "launched") > 0).all()
    assert at_the_end(plan(), "operating").sum() > 0
    assert at_the_end(plan(), "launched_adequate").sum() > 0


TINY = {f"{LEAD_PROJECTS}.grant_krw_bn": 0.1}
NO_SHARE = {f"{LEAD_PROJECTS}.public_share": dict.fromkeys(SIZES, 0.0)}
SHORT_OF_MONEY = {"matching.own_factor": dict.fromkeys(SIZES, 1.0), "matching.own_share": 0.003}


def test_grants_of_a_tenth_of_a_billion_do_not_reach_firms_that_are_short_of_money() -> None:
    """The same money in tiny grants would pay for many more projects, but firms that bring 0.3 % of their sales cannot bring the rest."""
    tiny, usual = ran(**TINY, **SHORT_OF_MONEY), ran(**SHORT_OF_MONEY)
    for outcome in ("launched", "launched_adequate", "operating"):
        assert at_the_end(tiny, outcome).sum() < at_the_end(usual, outcome).sum()
    # The twin: where the state gives its grant whatever a project costs, ever smaller grants fund ever more projects.
    blind = ran(**TINY, **SHORT_OF_MONEY, **NO_SHARE)
    assert at_the_end(blind, "launched").sum() > 2 * at_the_end(usual, "launched").sum()


def test_grants_of_a_tenth_of_a_billion_do_not_make_the_goal_certain() -> None:
    """Fewer firms apply, and those that do can all be funded; where the grant is blind to the cost, more firms apply."""
    tiny, blind = ran(**TINY), ran(**TINY, **NO_SHARE)
    assert (at_the_end(tiny, "operating") >= GOAL).mean() < 1.0
    assert at_the_end(tiny, "launched").sum() < at_the_end(blind, "launched").sum()


def test_a_sixteenth_of_the_grant_does_not_pay_for_sixteen_times_the_projects() -> None:
    """Money over grant says so; but few firms can bring the rest, and a grant of 0.03 % of the cost moves no site of a large firm.

    The twin: without ``least_grant_share`` large sites take any grant, and there are many more of them.
    """
    usual, tiny = at_the_end(plan(), "launched_adequate").sum(), at_the_end(ran(**TINY), "launched_adequate").sum()
    assert tiny < 2 * usual
    assert at_the_end(ran(**TINY, **{"matching.least_grant_share": 0.0}), "launched_adequate").sum() > 1.5 * tiny


def test_without_success_nothing_operates_and_nobody_knows_a_solution() -> None:
    """Money pays for projects before anybody knows how they end, so launches go on; solutions in operation there are none to reuse."""
    hopeless = {"implementation.success": dict.fromkeys(SIZES, 0.0)}
    none, all_ = ({f"reuse.{name}": share for name in ("cost", "duration")} for share in (0.0, 1.0))
    without, with_reuse = ran(**hopeless, **none), ran(**hopeless, **all_)
    assert (at_the_end(without, "operating") == 0).all()
    assert (at_the_end(without, "launched") > 0.5 * at_the_end(plan(), "launched")).all()
    for (_, _, a), (_, _, b) in zip(without, with_reuse, strict=True):
        assert np.array_equal(a.canonical(), b.canonical())
        assert np.array_equal(a.paid, b.paid)
    assert not all(np.array_equal(a.paid, b.paid) for (_, _, a), (_, _, b) in zip(ran(**none), ran(**all_), strict=True)), (
        "the twin: where projects succeed, reuse matters"
    )


def at_work(world: Problem, history: History) -> NDArray[np.int64]:
    """Projects that vendors and engineers carry out at the end of each month."""
    change = np.zeros(world.horizon.n_months + 1, np.int64)
    for event, sign in ((Event.LAUNCHED, 1), (Event.QUEUED, -1), (Event.STARTED, 1), (Event.OPERATING, -1), (Event.FAILED, -1)):
        np.add.at(change, history.month[history.event == event], sign)
    return np.cumsum(change[:-1])


def test_ten_times_the_money_does_not_make_ten_times_the_engineers() -> None:
    """Whatever is paid for, no more projects run than there is room for, so that money without engineers ends in a queue."""
    rich = {"levers.budget.budget_factor": 10.0, "levers.parks.staff_share": 0.0}
    limited, unlimited = ran(**rich, **{"capacity.projects": 300.0, "capacity.growth": 0.0}), ran(**rich, **{"capacity.projects": 0.0})
    for world, scenario, history in limited:
        n = at_work(world, history)
        # Room shrinks while smart factories are built; projects that run then go on.
        assert (n * UNIT <= np.maximum.accumulate(scenario.room)).all()
        assert n.max() > 0
    assert any((at_work(world, history) > 300.0 * SCALE).any() for world, _, history in unlimited), "the twin"
    assert (at_the_end(limited, "operating") <= at_the_end(unlimited, "operating")).all()
    assert at_the_end(limited, "operating").sum() < at_the_end(unlimited, "operating").sum()
    assert at_the_end(limited, "queued").sum() > at_the_end(unlimited, "queued").sum() == 0


def test_opening_the_plan_to_micro_firms_alone_never_raises_what_operates() -> None:
    """The plan gives them no share of the cost, so that nobody applies. With half of it they would: see section 7.2.1 of the ODD."""
    micro = {f"{LEAD_PROJECTS}.sizes": ["micro"]}
    assert (at_the_end(ran(**micro), "operating") <= at_the_end(plan(), "operating")).all()
    assert at_the_end(ran(**micro), "operating").sum() < at_the_end(plan(), "operating").sum()


def test_ties_matter() -> None:
    """Firms follow, learn from and are led by their partners: without any tie most replicates come out otherwise."""
    alone = ran(**{"network.kind": "none"})
    moved = np.zeros(REPLICATES, np.bool_)
    for outcome in ("launched", "operating"):
        moved |= at_the_end(alone, outcome) != at_the_end(plan(), outcome)
    assert moved.sum() > REPLICATES / 2
