"""What every lever must do, whichever file it stands in: change nothing when neutral, and nothing outside its window.

Each check has a twin with a planted fault that it must catch.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.lever import NEVER, Lever
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.model.windows import equal, outside
from tests import worlds
from tests.lever_worlds import END, START, STOP, events, korea, settings_of, small_korea, without


@pytest.fixture(params=sorted(worlds.REGISTRY.levers))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# --- neutral


def test_a_neutral_lever_changes_no_bit(name: str) -> None:
    """Neither alone nor among all the others."""
    neutral = settings_of(name, **worlds.REGISTRY.levers[name].neutral)
    others = {other: settings_of(other) for other in worlds.REGISTRY.levers if other != name}
    assert equal(draw_scenario(korea(others), 3), draw_scenario(korea({**others, name: neutral}), 3))
    assert equal(draw_scenario(korea({}), 3), draw_scenario(korea({name: neutral}), 3))
    assert not equal(draw_scenario(korea({}), 3), draw_scenario(korea({name: settings_of(name, start=START)}), 3)), (
        "the twin: a lever that acts"
    )
    ran = worlds.simulate(korea({name: neutral}))
    assert events(ran) == events(without())
    assert np.array_equal(ran.pressure, without().pressure)


# --- window


def test_a_lever_acts_only_inside_its_window(name: str) -> None:
    world = korea({name: settings_of(name, start=START, stop=NEVER)})
    start, stop = (world.horizon.index(month) for month in (START, STOP))
    ran = worlds.simulate(world)
    assert events(ran, start) == events(without(), start)
    assert events(ran) != events(without()), "a lever that does nothing says nothing"
    stopped = worlds.simulate(korea({name: settings_of(name, start=START, stop=STOP)}))
    assert events(stopped, stop) == events(ran, stop)


def read(name: str, chosen: dict[str, Any]) -> Any:
    return worlds.REGISTRY.levers[name].parameters.read(chosen)


def with_levers(world: Problem, instruments: dict[str, Lever]) -> Problem:
    return replace(world, registry=replace(world.registry, levers=instruments))


def test_a_history_before_the_start_shows_a_lever_that_ignores_it() -> None:
    lever = worlds.REGISTRY.levers["joint_development"]

    def careless(scenario: Scenario, p: Any, problem: Problem) -> None:
        lever.apply(scenario, replace(p, start="2024-01"), problem)

    world = korea({lever.name: settings_of(lever.name, start=START)})
    ran = worlds.simulate(with_levers(world, {lever.name: replace(lever, apply=careless)}))
    start = small_korea().horizon.index(START)
    assert events(ran, start) != events(without(), start)


@pytest.mark.parametrize(
    ("start", "stop"), [(START, NEVER), (START, STOP), ("2000-01", "2027-07"), ("2026-01", "2026-01"), ("2050-01", NEVER)]
)
def test_a_scenario_is_as_ever_outside_the_window(name: str, start: str, stop: str) -> None:
    chosen = settings_of(name, start=start, stop=stop)
    world = korea({name: chosen})
    before, after = draw_scenario(korea({}), 0), draw_scenario(world, 0)
    assert outside(before, after, read(name, chosen), world) == set()
    if start == stop or start > END:
        assert equal(before, after)


@pytest.mark.parametrize("ignored", ["start", "stop"])
def test_a_lever_that_ignores_its_window_is_caught(name: str, ignored: str) -> None:
    lever = worlds.REGISTRY.levers[name]

    def careless(scenario: Scenario, p: Any, problem: Problem) -> None:
        lever.apply(scenario, replace(p, **{ignored: "2024-01" if ignored == "start" else NEVER}), problem)

    chosen = settings_of(name, start="2026-07", stop="2027-01")
    if name == "parks":
        chosen |= {"first_opening": "2024-03", "later_opening": "2024-03"}
    if name in ("budget", "budget_cut"):
        chosen |= {"start": "2026-01", "stop": "2027-01"}
    world = with_levers(korea({name: chosen}), {name: replace(lever, apply=careless)})
    assert outside(draw_scenario(korea({}), 0), draw_scenario(world, 0), read(name, chosen), world)


def test_the_order_of_levers_does_not_matter() -> None:
    """To the last bit, and for budgets to the won."""
    world = korea({name: settings_of(name) for name in worlds.REGISTRY.levers})
    forward = draw_scenario(world, 1)
    backward = draw_scenario(with_levers(world, dict(reversed([*worlds.REGISTRY.levers.items()]))), 1)
    for a, b in zip(forward.lines, backward.lines, strict=True):
        assert np.abs(a.change - b.change).max() <= 1
        b.change = a.change
    assert equal(forward, backward)

    def greedy(scenario: Scenario, p: Any, problem: Problem) -> None:
        scenario.priority[:] = p.bonus

    unfair = {**worlds.REGISTRY.levers, "growth_engines": replace(worlds.REGISTRY.levers["growth_engines"], apply=greedy)}
    one = draw_scenario(with_levers(world, unfair), 1)
    other = draw_scenario(with_levers(world, dict(reversed(unfair.items()))), 1)
    assert not equal(one.priority, other.priority), "the twin: a lever that overwrites what others do"
