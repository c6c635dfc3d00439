"""Draws what is uncertain and applies the levers: the one thing that both engines are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from aixsim.model.climate import adverse_exports, climate_path
from aixsim.model.economics import learning_exponent
from aixsim.model.implementation import monthly_hazard
from aixsim.model.problem import Problem, substitute
from aixsim.model.programmes import HIGHEST_SUPPORT, expected_support, programme_pot
from aixsim.model.scenario import Scenario
from aixsim.model.sensing import WEIGHT_UNIT
from aixsim.model.susceptibility import factors, frailty
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
    funding, implementation, economics, sensing = (settings[name] for name in ("funding", "implementation", "economics", "sensing"))
    cost = _by_size(economics["project_cost_krw_bn"])
    pots = [programme_pot(name, table, horizon, problem.scale) for name, table in settings["programme"].items()]
    success = np.repeat(_by_size(implementation["success"])[None, :], len(ROUTES), axis=0)
    success[ROUTES.index("own")] *= implementation["own_success"]
    scenario = Scenario(
        seed=problem.seed,
        replicate=replicate,
        drawn=drawn,
        mechanisms=tuple(
            (mechanism, tuple(table[card.name] for card in mechanism.cards))
            for mechanism, table in problem.registry.chosen_mechanisms(settings)
        ),
        susceptibility=factors(settings["susceptibility"], population),
        frailty=frailty(settings["susceptibility"], population),
        climate=climate_path(settings["climate"], horizon.n_months, problem.seed, replicate)
        * adverse_exports(settings["climate"], horizon),
        support=np.zeros((horizon.n_months, len(SIZES))),
        elasticity=economics["elasticity"],
        learning_exponent=learning_exponent(economics["learning_rate"]),
        experience=economics["experience"] * problem.scale,
        visibility=sensing["visibility"],
        disappointment=sensing["disappointment"],
        tie_weights=np.array(
            [round(sensing[f"{kind}_weight"] * WEIGHT_UNIT) for kind in ("customer", "supplier", "sibling")], dtype=np.int64
        ),
        park_open=np.full(len(population.parks), horizon.n_months, dtype=np.int64),
        park_close=np.full(len(population.parks), horizon.n_months, dtype=np.int64),
        park_service=np.zeros((len(population.parks), horizon.n_months)),
        model_of=np.full(n, -1, dtype=np.int32),
        model_lead=np.zeros(0, dtype=np.int32),
        model_start=np.zeros(0, dtype=np.int64),
        model_stop=np.zeros(0, dtype=np.int64),
        priority=np.zeros((horizon.n_months, len(PROVINCES), len(SECTORS))),
        zone=np.zeros((horizon.n_months, len(PROVINCES), len(SECTORS))),
        zone_duration_factor=1.0,
        tie_factor=np.ones((horizon.n_months, TIERS)),
        cell_tie_factor=np.ones((horizon.n_months, len(PROVINCES), len(SECTORS))),
        credit=np.zeros((horizon.n_months, len(POLES))),
        uplifts=Uplifts.none(),
        ranking=(funding["merit_noise"], funding["size_weight"], funding["consortium_bonus"]),
        attempts=round(funding["attempts"]),
        patience=round(funding["patience_months"]),
        open_funding=funding["mode"] == "open",
        own_rate=np.full((horizon.n_months, len(SIZES)), float(funding["own_rate"])),
        own_burden=_burden(problem, cost, economics["sales_per_employee_krw_bn"], funding["own_burden_half"]),
        pause=round(implementation["pause_months"]),
        duration=_by_size(implementation["median_months"]),
        duration_sigma=implementation["sigma"],
        park_duration_factor=1.0,
        success=success,
        abandonment=monthly_hazard(implementation["abandonment_per_year"]),
        counts=np.array([route in settings["counts"] for route in ROUTES]),
        initial_adopters=settings["initial_adopters"],
        pots=pots,
    )
    for lever, table in problem.registry.chosen_levers(settings):
        lever.apply(scenario, table, problem)
    # Programmes come first among the pots; levers may have changed what they offer.
    programmes = scenario.pots[: len(settings["programme"])]
    shares = [table["public_share_max"] for table in settings["programme"].values()]
    offered = expected_support(programmes, horizon, cost, shares, economics["expected_success"])
    scenario.support = np.minimum(offered + scenario.support, HIGHEST_SUPPORT)
    return scenario


def _by_size(table: dict[str, float]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([table[name] for name in SIZES], dtype=np.float64)


def _burden(problem: Problem, cost: Any, sales_per_employee: float, half: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Returns cost over the yearly sales of the class's mean firm, in multiples of the burden that halves the hazard."""
    sales = np.maximum(problem.population.mean_employees, 1.0) * sales_per_employee
    burden: np.ndarray[Any, np.dtype[np.float64]] = cost / sales / half
    return burden
