"""Draws what is uncertain and applies the levers: the common input of both engines."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from aixsim.model.adequacy import Adequacy
from aixsim.model.capacity import Capacity, projects_at_once, room
from aixsim.model.climate import Climate, adverse_exports, climate_path
from aixsim.model.economics import Economics
from aixsim.model.funding import Funding, own_burdens
from aixsim.model.implementation import Implementation
from aixsim.model.matching import Matching, log_mean_employees
from aixsim.model.problem import Problem
from aixsim.model.programmes import HIGHEST_SUPPORT, Programme, expected_support, programme_line
from aixsim.model.reuse import Reuse
from aixsim.model.sample import start_of
from aixsim.model.scenario import Scenario
from aixsim.model.sensing import Sensing
from aixsim.model.susceptibility import Susceptibility, factors, frailty
from aixsim.model.uncertainties import substitute
from aixsim.model.uplift import Uplifts
from aixsim.random.distributions import draw_all
from aixsim.world.classification import POLES, PROVINCES, ROUTES, SECTORS, SIZES, TIERS


def draw_scenario(problem: Problem, replicate: int, given: Mapping[str, float] | None = None) -> Scenario:
    """Returns the scenario of one replicate.

    Args:
        problem: the study made ready.
        replicate: 0 to 2**32 - 2; with the problem's seed it addresses every random number.
        given: values of uncertain numbers by config key, instead of what would be drawn for them.

    Raises:
        UserError: the settings name a mechanism or lever that the problem's registry does not hold.
    """
    drawn = draw_all(problem.uncertainties, problem.seed, replicate, problem.addresses)
    if problem.ensemble is not None:
        drawn |= problem.ensemble.row(replicate)
    drawn |= given or {}
    settings = substitute(problem.settings, drawn)
    horizon, population, n = problem.horizon, problem.population, len(problem.population)
    n_months, n_parks, cells = horizon.n_months, len(population.parks), (horizon.n_months, len(PROVINCES), len(SECTORS))
    susceptibility, climate = Susceptibility.read(settings["susceptibility"]), Climate.read(settings["climate"])
    capacity = Capacity.read(settings["capacity"])
    economics, funding = Economics.read(settings["economics"]), Funding.read(settings["funding"])
    programmes = {name: Programme.read(table) for name, table in settings["programme"].items()}
    lines = [
        programme_line(name, p, settings["programme"][name], horizon, problem.scale, (problem.seed, replicate, problem.programmes[name]))
        for name, p in programmes.items()
    ]
    scenario = Scenario(
        seed=problem.seed,
        replicate=replicate,
        scale=problem.scale,
        drawn=drawn,
        sensing=Sensing.read(settings["sensing"]),
        susceptibility=susceptibility,
        climate=climate,
        economics=economics,
        funding=funding,
        implementation=Implementation.read(settings["implementation"]),
        matching=Matching.read(settings["matching"]),
        reuse=Reuse.read(settings["reuse"]),
        capacity=capacity,
        adequacy=Adequacy.read(settings["adequacy"]),
        mechanisms=problem.registry.chosen_mechanisms(settings),
        class_factor=factors(susceptibility, population),
        frailty=frailty(susceptibility, population),
        climate_index=climate_path(climate, n_months, problem.seed, replicate) * adverse_exports(climate, horizon),
        support=np.zeros((n_months, len(SIZES))),
        park_open=np.full(n_parks, n_months, dtype=np.int64),
        park_close=np.full(n_parks, n_months, dtype=np.int64),
        park_service=np.zeros((n_parks, n_months)),
        model_of=np.full(n, -1, dtype=np.int32),
        model_lead=np.zeros(0, dtype=np.int32),
        model_start=np.zeros(0, dtype=np.int64),
        model_stop=np.zeros(0, dtype=np.int64),
        priority=np.zeros(cells),
        zone=np.zeros(cells),
        zone_duration_factor=1.0,
        tie_factor=np.ones((n_months, TIERS)),
        cell_tie_factor=np.ones(cells),
        credit=np.zeros((n_months, len(POLES))),
        uplifts=Uplifts.none(),
        own_rate=np.full((n_months, len(SIZES)), funding.own_rate),
        own_burden=own_burdens(economics, funding, population.mean_employees),
        park_duration_factor=1.0,
        park_cost_share=0.0,
        park_staff_share=0.0,
        log_mean_employees=log_mean_employees(population.mean_employees),
        projects_at_once=projects_at_once(capacity, horizon),
        room=np.zeros(n_months, np.int64),
        counts=np.array([route in settings["counts"] for route in ROUTES]),
        initial_adopters=settings["initial_adopters"],
        lines=lines,
    )
    for lever, p in problem.registry.chosen_levers(settings):
        lever.apply(scenario, p, problem)
    for line in scenario.lines:
        line.lot = start_of(problem.seed, replicate, line.name)
    equipped_from = scenario.uplifts.month[scenario.uplifts.equips]
    scenario.room = room(scenario.projects_at_once, equipped_from, capacity, problem.scale)
    # Programmes come first among the lines; levers may have changed what they offer.
    shares = [programme.public_share_max for programme in programmes.values()]
    offered = expected_support(scenario.lines[: len(programmes)], horizon, economics, shares)
    scenario.support = np.minimum(offered + scenario.support, HIGHEST_SUPPORT)
    return scenario
