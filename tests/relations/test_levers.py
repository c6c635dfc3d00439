"""What every lever must do, whichever file it stands in: change nothing when neutral, and nothing outside its window.

Each check has a twin with a planted fault that it must catch.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.lever import NEVER
from aixsim.model.levers import levers
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.model.windows import equal, outside
from tests import worlds
from tests.lever_worlds import END, START, STOP, events, korea, settings_of, small_korea, without


@pytest.fixture(params=sorted(levers()))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# --- neutral


def test_a_neutral_lever_changes_no_bit(name: str) -> None:
    """Neither alone nor among all the others."""
    neutral = settings_of(name, **levers()[name].neutral)
    others = {other: settings_of(other) for other in levers() if other != name}
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


def test_a_history_before_the_start_shows_a_lever_that_ignores_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lever = levers()["joint_development"]

    def careless(scenario: Scenario, settings: Any, problem: Problem) -> None:
        lever.apply(scenario, {**settings, "start": "2024-01"}, problem)

    monkeypatch.setattr("aixsim.model.draw_scenario.levers", lambda: {lever.name: replace(lever, apply=careless)})
    ran = worlds.simulate(korea({lever.name: settings_of(lever.name, start=START)}))
    start = small_korea().horizon.index(START)
    assert events(ran, start) != events(without(), start)


@pytest.mark.parametrize(
    ("start", "stop"), [(START, NEVER), (START, STOP), ("2000-01", "2027-07"), ("2026-01", "2026-01"), ("2050-01", NEVER)]
)
def test_a_scenario_is_as_ever_outside_the_window(name: str, start: str, stop: str) -> None:
    chosen = settings_of(name, start=start, stop=stop)
    world = korea({name: chosen})
    before, after = draw_scenario(korea({}), 0), draw_scenario(world, 0)
    assert outside(before, after, chosen, world) == set()
    if start == stop or start > END:
        assert equal(before, after)


@pytest.mark.parametrize("ignored", ["start", "stop"])
def test_a_lever_that_ignores_its_window_is_caught(name: str, ignored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lever = levers()[name]

    def careless(scenario: Scenario, settings: Any, problem: Problem) -> None:
        lever.apply(scenario, {**settings, ignored: "2024-01" if ignored == "start" else NEVER}, problem)

    monkeypatch.setattr("aixsim.model.draw_scenario.levers", lambda: {name: replace(lever, apply=careless)})
    chosen = settings_of(name, start="2026-07", stop="2027-01")
    if name == "parks":
        chosen |= {"first_opening": "2024-03", "later_opening": "2024-03"}
    if name in ("budget", "budget_cut"):
        chosen |= {"start": "2026-01", "stop": "2027-01"}
    world = korea({name: chosen})
    assert outside(draw_scenario(korea({}), 0), draw_scenario(world, 0), chosen, world)


def test_the_order_of_levers_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last bit, and for budgets to the won."""
    world = korea({name: settings_of(name) for name in levers()})
    forward = draw_scenario(world, 1)
    monkeypatch.setattr("aixsim.model.draw_scenario.levers", lambda: dict(reversed(levers().items())))
    backward = draw_scenario(world, 1)
    for a, b in zip(forward.pots, backward.pots, strict=True):
        assert np.abs(a.change - b.change).max() <= 1
        b.change = a.change
    assert equal(forward, backward)

    def greedy(scenario: Scenario, settings: Any, problem: Problem) -> None:
        scenario.priority[:] = settings["bonus"]

    unfair = {**levers(), "growth_engines": replace(levers()["growth_engines"], apply=greedy)}
    monkeypatch.setattr("aixsim.model.draw_scenario.levers", lambda: unfair)
    one = draw_scenario(world, 1)
    monkeypatch.setattr("aixsim.model.draw_scenario.levers", lambda: dict(reversed(unfair.items())))
    assert not equal(one.priority, draw_scenario(world, 1).priority), "the twin: a lever that overwrites what others do"
