"""Small worlds for tests: textbook settings in a few words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.engines.agreement import first_difference
from aixsim.engines.kernel import replicate as kernel
from aixsim.engines.reference.diffusion_model import run
from aixsim.model.calendar import Horizon
from aixsim.model.catalogue import SECTIONS
from aixsim.model.delivery import Delivery
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import History
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.problem import Problem
from aixsim.model.registry import Registry
from aixsim.model.scenario import Scenario
from aixsim.model.tabulation import outcome_counts
from aixsim.world.classification import PROVINCES, SECTORS, SIZES
from aixsim.world.network import Network
from aixsim.world.population import Population

SEED = 20301231
REGISTRY = Registry.of()

TEXTBOOK: dict[str, dict[str, Any]] = {
    "funding": {"mode": "open"},
    "susceptibility": {"frailty": "none"},
    "climate": {"volatility": 0.0},
    "economics": {"elasticity": 0.0},
    "implementation": {
        "median_months": dict.fromkeys(SIZES, 0.0),
        "success": dict.fromkeys(SIZES, 1.0),
        "abandonment_per_year": 0.0,
    },
    "sensing": {"visibility": 1.0, "disappointment": 0.0},
}
"""No noise, no delay, no failure: what textbooks assume."""


def settings(mechanisms: dict[str, dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """Textbook settings with some sections changed; ``levers``, ``programme``, ``counts`` and ``initial_adopters`` as in a config."""
    out: dict[str, Any] = {key: {**section.defaults(), **TEXTBOOK.get(key, {})} for key, section in SECTIONS.items()}
    out |= {
        "mechanisms": mechanisms or {},
        "levers": {},
        "programme": {},
        "counts": ["programme", "collaboration", "park"],
        "initial_adopters": 0,
    }
    for key, value in changes.items():
        if key == "programme":
            out[key] = {table["name"]: {name: item for name, item in table.items() if name != "name"} for table in value}
            continue
        out[key] = {**out[key], **value} if key in SECTIONS else value
    return out


def law(name: str, **stated: Any) -> dict[str, Any]:
    """A mechanism's parameters: the defaults, and what is stated."""
    return REGISTRY.mechanisms[name].parameters.defaults() | stated


def programme(**changes: Any) -> dict[str, Any]:
    """A programme that anyone may apply to each January."""
    return {
        "name": "test",
        "kind": "grant",
        "budget_krw_bn": {2024: 10.0},
        "grant_krw_bn": 1.0,
        "instalments": 1,
        "call_months": [1],
        "lag_months": 0,
        "sizes": list(SIZES),
        "provinces": list(PROVINCES),
        "sectors": list(SECTORS),
        "agent_types": ["large firm", "supplier", "SME"],
        "regional_floor": 0.0,
        **Delivery.defaults(),
        "public_share_max": 0.5,
        "public_share": dict.fromkeys(SIZES, 0.0),
        **changes,
    }


def problem(
    chosen: dict[str, Any],
    n_firms: int = 1000,
    *,
    end: str = "2028-12",
    network: Network | None = None,
    population: Population | None = None,
    seed: int = SEED,
) -> Problem:
    """A homogeneous problem from January 2024, or one with the population and network given."""
    population = population or Population.homogeneous(n_firms, 1)
    return Problem(Horizon("2024-01", end), population, network or Network.none(len(population)), chosen, 1.0, seed, REGISTRY)


def simulate(world: Problem, replicate: int = 0) -> History:
    """One replicate of the reference engine."""
    return run(world, draw_scenario(world, replicate))


def in_both(world: Problem, replicate: int = 0, scenario: Scenario | None = None) -> History:
    """One replicate of the reference engine, with which the kernel must agree."""
    scenario = scenario or draw_scenario(world, replicate)
    history = run(world, scenario)
    assert first_difference(history, kernel.run(world, scenario), world, scenario) is None
    return history


def counts(
    world: Problem, outcome: str = "decided", replicate: int = 0, engine: Callable[[Problem, Scenario], History] = run
) -> NDArray[np.int32]:
    """One outcome at the end of each month, shape ``(n_months,)``."""
    scenario = draw_scenario(world, replicate)
    table: NDArray[np.int32] = outcome_counts(engine(world, scenario), scenario.counts, world.horizon.n_months, world.population)
    return table[OUTCOMES.index(outcome)]


def first_month(history: History, event: int, n_firms: int) -> NDArray[np.int64]:
    """Month in which an event first happened to each firm, a large number for never, shape ``(n_firms,)``."""
    out = np.full(n_firms, 10**6, np.int64)
    chosen = history.event == event
    np.minimum.at(out, history.firm[chosen], history.month[chosen])
    return out
