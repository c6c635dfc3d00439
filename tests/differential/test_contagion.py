"""The months of contagions against the reference engine and against the kernel's other months: every event and every pressure, equal.

Planted faults show that the comparison sees what it must see, and that no condition for taking this way could be left out.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from benchmarks.neutral.aixsim_kernel import problem_of
from benchmarks.neutral.workload import workload
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aixsim.engines import reference
from aixsim.engines.kernel import contagion, contagion_months
from aixsim.engines.kernel import run as kernel
from aixsim.engines.kernel.contagion_state import fresh_spread
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import History
from aixsim.model.mechanisms import mechanisms
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.model.uplift import Uplifts
from aixsim.world.classification import SIZES
from aixsim.world.network import Network
from aixsim.world.population import Population
from tests import worlds
from tests.differential.test_engines import equal, wrong_hazard
from tests.lever_worlds import settings_of

LAWS = [name for name, mechanism in mechanisms().items() if mechanism.senses != "peer_share"]


def in_order(a: History, b: History) -> bool:
    """Whether two histories are the same to the order of the events within a month."""
    columns = ("month", "event", "firm", "route")
    return equal(a, b) and all(np.array_equal(getattr(a, name), getattr(b, name)) for name in columns)


@st.composite
def contagions(draw: st.DrawFn) -> Problem:
    """Any small world in which partners alone change a hazard: firms, ties, laws, climates and supports thrown together."""
    n = draw(st.integers(4, 40))

    def column(high: int, low: int = 0) -> list[int]:
        return draw(st.lists(st.integers(low, high), min_size=n, max_size=n))

    population = replace(
        Population.homogeneous(n, draw(st.integers(0, 99))),
        province=np.array([(0, 3)[k] for k in column(1)], np.int8),
        size=np.array(column(4), np.int8),
        tier=np.array(column(4), np.int8),
        ready=np.array(column(1), np.bool_),
    )
    ends = st.tuples(st.integers(0, n - 1), st.integers(1, n - 1)).map(lambda t: tuple(sorted((t[0], (t[0] + t[1]) % n))))
    pairs = draw(st.sets(ends, min_size=n if draw(st.booleans()) else 0, max_size=4 * n))
    ties = np.array(sorted(pairs), np.int32).reshape(-1, 2)
    kinds = np.array(draw(st.lists(st.integers(0, 2), min_size=len(ties), max_size=len(ties))), np.int8)
    rate = st.sampled_from([0.0, 1e-6, 0.003, 0.01, 0.03, 0.1, 0.5, 5.0]) | st.floats(0.0, 0.2)
    weight = st.sampled_from([1.0, 2.0, 0.5, 0.0])
    learns = draw(st.booleans())
    chosen = worlds.settings(
        {name: {"rate": draw(rate)} for name in LAWS if name in ("innovation", "partners") or draw(st.booleans())},
        levers={
            name: settings_of(name, start="2024-01")
            for name in ("trade", "joint_development", "growth_fund", "sme_subsidy")
            if draw(st.booleans())
        },
        initial_adopters=draw(st.integers(0, min(3, n))),
        sensing={
            "visibility": draw(st.floats(0.0, 1.0)),
            "disappointment": draw(st.floats(0.0, 1.0)),
            "customer_weight": draw(weight),
            "supplier_weight": draw(weight),
            "sibling_weight": draw(weight),
        },
        susceptibility={"frailty": draw(st.sampled_from(["none", "lognormal", "gamma"])), "frailty_variance": draw(st.floats(0.1, 5.0))},
        climate={"volatility": draw(st.sampled_from([0.0, 0.3]))},
        economics={"elasticity": 0.0 if learns else draw(st.floats(0.0, 1.0)), "learning_rate": 0.2 if learns else 0.0, "experience": 3.0},
    )
    network = Network.from_ties(n, ties[:, 0], ties[:, 1], kinds)
    return worlds.problem(chosen, population=population, network=network, end="2026-12", seed=draw(st.integers(0, 2**64 - 1)))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=contagions(), replicate=st.integers(0, 2**32 - 2))
def test_any_small_contagion(world: Problem, replicate: int) -> None:
    scenario = draw_scenario(world, replicate)
    assert contagion.is_contagion(scenario)
    expected = reference.run(world, scenario)
    history = contagion.run(world, scenario)
    assert history is None or in_order(history, expected)
    assert equal(kernel.run(world, scenario), expected)
    assert equal(kernel.run_in_general(world, scenario), expected)


@pytest.fixture(scope="module")
def neutral() -> Problem:
    return problem_of(workload(1000))


@pytest.fixture(scope="module")
def scenario(neutral: Problem) -> Scenario:
    return draw_scenario(neutral, 0)


@pytest.fixture(scope="module")
def expected(neutral: Problem, scenario: Scenario) -> History:
    return reference.run(neutral, scenario)


def test_the_neutral_law_takes_this_way(neutral: Problem, scenario: Scenario, expected: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "run_in_general", None)
    assert in_order(kernel.run(neutral, scenario), expected)
    assert len(expected.firm) > 300


def test_both_ways_say_the_same(neutral: Problem) -> None:
    large = problem_of(workload(20_000))
    for world in (neutral, large):
        for replicate in range(3):
            drawn = draw_scenario(world, replicate)
            assert equal(kernel.run(world, drawn), kernel.run_in_general(world, drawn))


def wrong_count(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """One customer more for one firm that decides late enough to see anybody."""
    network, late = world.network, int(reference.run(world, scenario).firm[-1])
    ties = slice(network.start[late], network.start[late + 1])
    stranger = int(np.setdiff1d(np.arange(len(network)), [*network.partner[ties], late])[0])
    rows = np.repeat(np.arange(len(network)), np.diff(network.start))
    once = network.kind == 0
    firm, partner = np.append(rows[once], late).astype(np.int32), np.append(network.partner[once], stranger).astype(np.int32)
    return replace(world, network=Network.from_ties(len(network), firm, partner, np.zeros(len(firm), np.int8))), scenario


def wrong_share(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """Suppliers seen as well, at the smallest weight."""
    return world, replace(scenario, tie_weights=np.array([1024, 16, 0]))


def wrong_pull(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """The rate of partners off by one part in ten million."""
    laws = tuple((m, (values[0] * (1 + 1e-7), *values[1:]) if m.name == "partners" else values) for m, values in scenario.mechanisms)
    return world, replace(scenario, mechanisms=laws)


def wrong_month(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """Economic time that runs one part in a hundred thousand too fast in one month."""
    climate = scenario.climate.copy()
    climate[30] *= 1.00001
    return world, replace(scenario, climate=climate)


def wrong_replicate(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """Somebody else's luck."""
    return world, replace(scenario, replicate=1)


Fault = Callable[[Problem, Scenario], tuple[Problem, Scenario]]


@pytest.mark.parametrize("fault", [wrong_count, wrong_share, wrong_hazard, wrong_pull, wrong_month, wrong_replicate])
def test_a_planted_fault_is_caught(neutral: Problem, scenario: Scenario, expected: History, fault: Fault) -> None:
    history = contagion.run(*fault(neutral, scenario))
    assert history is not None
    assert not equal(history, expected)


def test_one_adopter_too_many_is_caught(neutral: Problem, scenario: Scenario, expected: History) -> None:
    """A firm that begins with a count off by one."""
    buffers = fresh_spread(neutral, scenario)
    assert buffers is not None
    first_rate = buffers[0].first_rate
    first_rate[500] += 1
    try:
        history = contagion.run(neutral, scenario)
        assert history is not None
        assert not equal(history, expected)
    finally:
        first_rate[500] -= 1
    history = contagion.run(neutral, scenario)
    assert history is not None
    assert equal(history, expected)


def test_what_is_seen_the_same_month_is_caught(neutral: Problem, scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neighbours read after the update instead of at the start of the month."""
    from aixsim.model import schedule
    by_name = {step.name: step for step in schedule.SCHEDULE}
    wrong = ("environment", "fund", "implement", "sense", "decide", "record")
    monkeypatch.setattr(schedule, "SCHEDULE", tuple(by_name[name] for name in wrong))
    history = contagion.run(neutral, scenario)
    assert history is not None
    assert not equal(reference.run(neutral, scenario), history)


OTHER: dict[str, dict[str, Any]] = {
    "money": {"funding": {"mode": "programmes"}, "programme": [worlds.programme()]},
    "projects that take time": {"implementation": {"median_months": dict.fromkeys(SIZES, 3.0)}},
    "projects that fail": {"implementation": {"success": dict.fromkeys(SIZES, 0.5)}},
    "factories that are given up": {"implementation": {"abandonment_per_year": 0.2}},
    "cheaper by experience": {"economics": {"elasticity": 0.5, "learning_rate": 0.2, "experience": 3.0}},
    "peers": {"mechanisms": {"innovation": {"rate": 0.01}, "partners": {"rate": 0.3}, "peers": {"rate": 0.2}}},
    "ties that press more later": {"levers": {"joint_development": settings_of("joint_development", start="2025-01", reach=4)}},
}
"""Worlds that are something else than a contagion."""


def pair_world(**changes: Any) -> Problem:
    laws = changes.pop("mechanisms", {"innovation": {"rate": 0.01}, "partners": {"rate": 0.3}})
    n = 200
    ring = np.arange(n, dtype=np.int32)
    network = Network.from_ties(n, ring, np.roll(ring, 1), np.zeros(n, np.int8))
    return worlds.problem(worlds.settings(laws, **changes), population=Population.homogeneous(n, 1), network=network, end="2026-12")


@pytest.mark.parametrize("changes", OTHER.values(), ids=OTHER)
def test_every_condition_is_needed(changes: dict[str, Any]) -> None:
    plain = draw_scenario(pair_world(), 0)
    assert contagion.is_contagion(plain)
    world = pair_world(**changes)
    other = draw_scenario(world, 0)
    assert not contagion.is_contagion(other)
    expected = reference.run(world, other)
    assert equal(kernel.run(world, other), expected)
    history = contagion.run(world, other)
    assert history is None or not equal(history, expected), "it would have been right"


def test_nobody_else_waits_for_its_machine_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contagion, "spread", None)
    for changes in OTHER.values():
        world = pair_world(**changes)
        kernel.run(world, draw_scenario(world, 0))


def in_a_park(scenario: Scenario) -> Scenario:
    return replace(scenario, park_service=np.ones((1, len(scenario.climate))))


def in_a_zone(scenario: Scenario) -> Scenario:
    return replace(scenario, zone=scenario.zone + 1.0)


def in_another_cell(scenario: Scenario) -> Scenario:
    return replace(scenario, cell_tie_factor=scenario.cell_tie_factor * 2.0)


def in_a_model(scenario: Scenario) -> Scenario:
    return replace(scenario, model_lead=np.zeros(1, np.int32))


def trained(scenario: Scenario) -> Scenario:
    none = np.zeros(1, np.int64)
    return replace(scenario, uplifts=Uplifts.none().and_more(none, none.astype(np.int32), np.full(1, 2.0), equips=False))


@pytest.mark.parametrize("change", [in_a_park, in_a_zone, in_another_cell, in_a_model, trained])
def test_what_changes_hazards_is_no_contagion(scenario: Scenario, change: Callable[[Scenario], Scenario]) -> None:
    assert not contagion.is_contagion(change(scenario))


@pytest.mark.parametrize(
    "changes",
    [
        {"mechanisms": {"innovation": {"rate": 5.0}, "partners": {"rate": 5.0}}},
        {"sensing": {"customer_weight": 1.7, "supplier_weight": 0.3}},
    ],
    ids=["hazards too high", "too many weights to see"],
)
def test_what_is_left_to_the_other_months(changes: dict[str, Any]) -> None:
    world = pair_world(**changes)
    drawn = draw_scenario(world, 0)
    assert contagion.is_contagion(drawn)
    assert contagion.run(world, drawn) is None
    assert equal(kernel.run(world, drawn), reference.run(world, drawn))


def test_a_replicate_leaves_nothing_behind(neutral: Problem, scenario: Scenario, expected: History) -> None:
    others = [kernel.run(neutral, draw_scenario(neutral, replicate)) for replicate in (1, 2)]
    assert in_order(kernel.run(neutral, scenario), expected)
    assert not any(equal(other, expected) for other in others)


def test_another_frailty_reaches_the_kept_buffers(neutral: Problem, scenario: Scenario, expected: History) -> None:
    other = replace(scenario, frailty=np.linspace(0.5, 1.5, len(scenario.frailty)))
    assert equal(kernel.run(neutral, other), kernel.run_in_general(neutral, other))
    assert not equal(kernel.run(neutral, other), expected)
    assert equal(kernel.run(neutral, scenario), expected)


def test_threads_give_the_same(neutral: Problem) -> None:
    alone = [kernel.run(neutral, draw_scenario(neutral, replicate)) for replicate in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda replicate: kernel.run(neutral, draw_scenario(neutral, replicate)), [*range(4), *range(4)]))
    assert all(in_order(a, b) for a, b in zip(together, alone + alone, strict=True))


def test_the_months_ask_for_no_memory() -> None:
    assert contagion_months.spread.targetoptions["_nrt"] is False
