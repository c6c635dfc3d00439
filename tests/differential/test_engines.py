"""The kernel against the reference engine: every pressure, every event, every won, equal and not close."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.neutral.aixsim_kernel import problem_of
from benchmarks.neutral.workload import workload
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aixsim.config import load
from aixsim.config.build import problems
from aixsim.engines.kernel import replicate as kernel
from aixsim.engines.reference import diffusion_model as reference
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import History
from aixsim.model.problem import Problem
from aixsim.world.classification import SIZES
from aixsim.world.network import Network
from aixsim.world.population import Park, Population
from tests import worlds
from tests.lever_worlds import settings_of

ROOT = Path(__file__).parents[2]


MONEY = ("budget", "spent", "applicants", "funded", "repaid", "paid")


def equal(a: History, b: History) -> bool:
    return (
        np.array_equal(a.canonical(), b.canonical())
        and np.array_equal(a.pressure, b.pressure)
        and a.lines == b.lines
        and all(np.array_equal(getattr(a, name), getattr(b, name)) for name in MONEY)
    )


@st.composite
def random_worlds(draw: st.DrawFn) -> Problem:
    """Any small world: firms, parks, ties, laws, programmes and levers thrown together."""
    n = draw(st.integers(2, 60))

    def column(high: int, low: int = 0) -> list[int]:
        return draw(st.lists(st.integers(low, high), min_size=n, max_size=n))

    n_parks = draw(st.integers(0, 3))
    park = np.array(column(n_parks - 1, -1), np.int16)
    sizes = np.array(column(4), np.int8)
    places = draw(st.integers(1, 3))
    population = replace(
        Population.homogeneous(n, draw(st.integers(0, 99))),
        province=np.array([(0, 3, 16)[k] for k in column(places - 1)], np.int8),
        sector=np.array(column(1), np.int8),
        size=sizes,
        employees=np.array(column(3000, 1), np.int32),
        agent_type=np.where(sizes == 4, 0, np.array(column(2, 1))).astype(np.int8),
        park=park,
        ready=np.array(column(1), np.bool_),
        parks=tuple(Park(f"p{k}", 0, (), int((park == k).sum())) for k in range(n_parks)),
    )
    pairs = draw(st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda t: t[0] < t[1]), max_size=3 * n))
    ties = np.array(sorted(pairs), np.int32).reshape(-1, 2)
    kinds = np.array(draw(st.lists(st.integers(0, 2), min_size=len(ties), max_size=len(ties))), np.int8)
    rate = st.floats(0.0, 1.0)
    laws = {name: worlds.law(name, rate=draw(rate)) for name in worlds.REGISTRY.mechanisms if name == "innovation" or draw(st.booleans())}
    small: dict[str, dict[str, Any]] = {
        "parks": {
            "capacity": 5.0,
            "project_share": 0.9,
            "first_opening": "2024-03",
            "later_opening": "2024-09",
            "public_share": draw(st.sampled_from([0.0, 0.6])),
            "cost_share": 0.1,
            "staff_share": 0.3,
        },
        "collaboration": {"number": 2, "members": 5},
        "smart_factories": {"per_year": 9.0},
        "training": {"per_year": 9.0, "capacity_growth": 0.1},
    }
    chosen_levers = {
        name: settings_of(name, start=draw(st.sampled_from(["2024-01", "2024-07", "2025-01"])), **small.get(name, {}))
        | ({"stop": draw(st.sampled_from(["2025-09", "2026-01"]))} if draw(st.booleans()) else {})
        for name in worlds.REGISTRY.levers
        if draw(st.booleans())
    }
    is_open = draw(st.booleans())
    lines = [] if is_open else [
        worlds.programme(
            name=f"line {k}",
            budget_krw_bn={2024: draw(st.floats(0.0, 30.0)), 2026: 5.0},
            grant_krw_bn=draw(st.sampled_from([0.7, 1.0, 3.1])),
            instalments=draw(st.integers(1, 3)),
            call_months=draw(st.sampled_from([[1], [3, 9], [12], list(range(1, 13))])),
            lag_months=draw(st.integers(0, 5)),
            sizes=draw(st.sampled_from([list(SIZES), ["small"], ["medium", "large"]])),
            regional_floor=draw(st.sampled_from([0.0, 0.4, 1.0])),
            public_share=dict(zip(SIZES, draw(st.sampled_from([(0.0,) * 5, (0.0, 0.6, 0.5, 0.4, 0.3), (1.0,) * 5])), strict=True)),
            **draw(st.sampled_from([{}, {"kind": "loan", "repaid_share": 0.9, "recovered_share": 0.37}])),
        )
        for k in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    some = st.floats(0.0, 1.0)
    chosen = worlds.settings(
        laws,
        levers=chosen_levers,
        programme=lines,
        initial_adopters=draw(st.integers(0, min(3, n))),
        sensing={"visibility": draw(some), "disappointment": draw(some), "customer_weight": 1.7, "large_customer_factor": 2.5},
        matching={
            "own_share": draw(st.sampled_from([0.003, 0.03, 1.0])),
            "lead_share": draw(some),
            "least_scope": draw(some),
            "least_grant_share": 0.01,
        },
        reuse=dict.fromkeys(("cost", "duration", "success"), draw(st.sampled_from([0.0, 0.4, 1.0]))),
        capacity={"projects": draw(st.sampled_from([0.0, 1.0, 4.0, 20.0])), "growth": 0.2, "smart_factory": 0.2},
        adequacy={"success_exponent": draw(some), "duration_exponent": draw(some)},
        susceptibility={"frailty": draw(st.sampled_from(["none", "lognormal", "gamma"])), "frailty_variance": draw(st.floats(0.1, 5.0))},
        climate={"volatility": draw(st.floats(0.0, 0.5))},
        economics={"elasticity": draw(some), "experience": 3.0},
        funding={
            "mode": "open" if is_open else "programmes",
            "own_rate": draw(some),
            "attempts": draw(st.integers(1, 3)),
            "patience_months": 9,
        },
        implementation={
            "median_months": dict.fromkeys(SIZES, draw(st.sampled_from([0.0, 1.0, 5.0]))),
            "success": dict.fromkeys(SIZES, draw(some)),
            "abandonment_per_year": draw(st.floats(0.0, 0.9)),
            "pause_months": draw(st.integers(1, 6)),
        },
    )
    network = Network.from_ties(n, ties[:, 0], ties[:, 1], kinds)
    world = worlds.problem(chosen, population=population, network=network, end="2026-12", seed=draw(st.integers(0, 2**64 - 1)))
    return replace(world, scale=draw(st.sampled_from([1.0, 0.3])))


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=random_worlds(), replicate=st.integers(0, 2**32 - 2))
def test_any_small_world(world: Problem, replicate: int) -> None:
    scenario = draw_scenario(world, replicate)
    assert equal(kernel.run(world, scenario), reference.run(world, scenario))


@st.composite
def contagions(draw: st.DrawFn) -> Problem:
    """Any small world in which every decision is an adoption in its own month and partners matter most: large hazards, many ties."""
    n = draw(st.integers(4, 40))

    def column(high: int) -> list[int]:
        return draw(st.lists(st.integers(0, high), min_size=n, max_size=n))

    population = replace(
        Population.homogeneous(n, draw(st.integers(0, 99))),
        province=np.array([(0, 3)[k] for k in column(1)], np.int8),
        size=np.array(column(4), np.int8),
        tier=np.array(column(4), np.int8),
        ready=np.array(column(1), np.bool_),
    )
    ends = st.tuples(st.integers(0, n - 1), st.integers(1, n - 1)).map(lambda t: tuple(sorted((t[0], (t[0] + t[1]) % n))))
    ties = np.array(sorted(draw(st.sets(ends, min_size=n if draw(st.booleans()) else 0, max_size=4 * n))), np.int32).reshape(-1, 2)
    kinds = np.array(draw(st.lists(st.integers(0, 2), min_size=len(ties), max_size=len(ties))), np.int8)
    rate = st.sampled_from([0.0, 1e-6, 0.003, 0.01, 0.03, 0.1, 0.5, 5.0]) | st.floats(0.0, 0.2)
    weight = st.sampled_from([1.0, 2.0, 0.5, 0.0])
    some = st.floats(0.0, 1.0)
    chosen = worlds.settings(
        {
            name: worlds.law(name, rate=draw(rate))
            for name in worlds.REGISTRY.mechanisms
            if name in ("innovation", "partners") or draw(st.booleans())
        },
        levers={
            name: settings_of(name, start="2024-01")
            for name in ("trade", "joint_development", "growth_fund", "sme_subsidy")
            if draw(st.booleans())
        },
        initial_adopters=draw(st.integers(0, min(3, n))),
        sensing={
            "visibility": draw(some),
            "disappointment": draw(some),
            "customer_weight": draw(weight),
            "supplier_weight": draw(weight),
            "sibling_weight": draw(weight),
        },
        susceptibility={"frailty": draw(st.sampled_from(["none", "lognormal", "gamma"])), "frailty_variance": draw(st.floats(0.1, 5.0))},
        climate={"volatility": draw(st.sampled_from([0.0, 0.3]))},
        economics={"elasticity": draw(some), "learning_rate": draw(st.sampled_from([0.0, 0.2])), "experience": 3.0},
    )
    network = Network.from_ties(n, ties[:, 0], ties[:, 1], kinds)
    world = worlds.problem(chosen, population=population, network=network, end="2026-12", seed=draw(st.integers(0, 2**64 - 1)))
    return replace(world, scale=draw(st.sampled_from([1.0, 0.3])))


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=contagions(), replicate=st.integers(0, 2**32 - 2))
def test_any_small_contagion(world: Problem, replicate: int) -> None:
    scenario = draw_scenario(world, replicate)
    assert equal(kernel.run(world, scenario), reference.run(world, scenario))


def test_the_law_of_the_benchmark() -> None:
    world = problem_of(workload(1000))
    scenario = draw_scenario(world, 0)
    expected = reference.run(world, scenario)
    assert equal(kernel.run(world, scenario), expected)
    assert len(expected.firm) > 300


@pytest.mark.parametrize("path", sorted((ROOT / "configs").rglob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_config(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    small = {"population.scale": 0.005} if "korea" in text else {"population.firms": 400, "population.initial_adopters": 5}
    study = load(path, {} if 'kind = "file"' in text else small)
    problem_of = problems(study)
    # A policy differs from the plan in a few settings; the plan and theory are compared more often.
    for replicate in range(1 if path.parent.name == "policies" else 3):
        world = problem_of(replicate)
        scenario = draw_scenario(world, replicate)
        assert equal(kernel.run(world, scenario), reference.run(world, scenario))
