"""Collaboration models: a large firm leads its suppliers and SMEs.

The plan names 15 large-medium-small collaboration models and no members, so each replicate draws the leads among large firms
with suppliers; the members are the lead's suppliers and then their suppliers, the largest first. At its start the lead
commits to a project (forming the model is its decision), and members follow by the collaboration mechanism. A model that is wound up leaves
its projects running and its members without quota and example.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aixsim.model.lever import Lever, starts, stops, window
from aixsim.model.parameters import Parameters, fraction, integer
from aixsim.model.problem import Problem
from aixsim.model.sample import part_of
from aixsim.model.scenario import Scenario
from aixsim.random.draws import Purpose, uniforms_of


class Collaboration(Parameters):
    """Settings of the lever."""

    number: int = integer(15, "models", 0, 1000, "collaboration models", "ai_factory_targets_history.csv", "quoted")
    start: str = starts("2026-03", "assumed; the plan dates the models to 2026", "assumed")
    stop: str = stops()
    members: int = integer(20, "firms", 1, 10000, "members of a model beside its lead", "assumed", "assumed", "5 to 50")
    quota: float = fraction(0.15, "share of every programme's budget kept for members first", "assumed", "assumed", "0 to 0.3")


def apply(scenario: Scenario, p: Collaboration, problem: Problem) -> None:
    """Forms the models of one replicate and reserves the programmes' quota for them."""
    number = part_of(p.number * problem.scale, scenario.seed, scenario.replicate, "levers.collaboration.number")
    first, end = window(p, problem.horizon)
    if number <= 0 or first == end:
        return
    leads = _leads(problem, scenario.seed, scenario.replicate, number)
    scenario.model_of[leads] = np.arange(len(leads))
    for lead in leads:
        _gather(problem, lead, p.members, scenario.model_of)
    scenario.model_lead = np.array(leads, dtype=np.int32)
    scenario.model_start = np.full(len(leads), first, dtype=np.int64)
    scenario.model_stop = np.full(len(leads), end, dtype=np.int64)
    for line in scenario.programmes():
        line.quota[first:end] = np.maximum(line.quota[first:end], p.quota)


def _leads(problem: Problem, seed: int, replicate: int, number: int) -> list[int]:
    """Draws large sites, at most one of a company, among those that have suppliers."""
    population = problem.population
    large = population.of_sizes(["large"])
    borders, _ = problem.network.suppliers
    lot = uniforms_of(seed, replicate, Purpose.COLLABORATION, large)
    drawn = large[np.argsort(lot, kind="stable")]
    chosen: dict[int, int] = {}
    for firm in drawn[borders[drawn] < borders[drawn + 1]].tolist():
        chosen.setdefault(int(population.company[firm]), firm)
        if len(chosen) == number:
            break
    return list(chosen.values())


def _gather(problem: Problem, lead: int, number: int, model_of: NDArray[np.int32]) -> None:
    """Takes suppliers and then suppliers' suppliers that belong to no model yet into the lead's, the largest first."""
    population, circle = problem.population, [lead]
    borders, suppliers = problem.network.suppliers
    for _ in range(2):
        if not circle or number == 0:
            break
        around = np.concatenate([suppliers[borders[firm] : borders[firm + 1]] for firm in circle])
        places = np.sort(population.place_by_size[around[model_of[around] < 0]])
        is_new = np.ones(len(places), np.bool_)
        is_new[1:] = places[1:] > places[:-1]  # several of a circle may have the same supplier
        circle = population.largest_first[places[is_new][:number]].tolist()
        model_of[circle] = model_of[lead]
        number -= len(circle)


LEVER = Lever(
    name="collaboration",
    title="Large-medium-small collaboration models",
    apply=apply,
    neutral={"number": 0},
    parameters=Collaboration,
    source="work plan of 17 December 2025 (seed_article in sources.csv)",
)
