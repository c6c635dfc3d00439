"""Contagion: a second way through the months for worlds in which most firms have exposures of their own.

The kernel's way is made for a nation, in which few firms see anything and much happens to those that decide. Where nothing happens but that
firms adopt and their partners count them, what it keeps ready for money, projects and models only costs time. The same laws, the same
pressures and the same events come out of both, to the last bit.
"""

from __future__ import annotations

import numpy as np

from aixsim.engines.kernel.contagion_months import add_up, spread
from aixsim.engines.kernel.contagion_state import fresh_spread
from aixsim.engines.kernel.inputs import case_of, months_of
from aixsim.model.history import History
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import ROUTES

_PROGRAMME = ROUTES.index("programme")


def is_contagion(scenario: Scenario) -> bool:
    """Returns whether a decision is a working factory in its own month and for good, and nothing else changes a hazard than partners."""
    return at_once(scenario) and only_partners(scenario) and on_time(scenario)


def at_once(scenario: Scenario) -> bool:
    """Returns whether every decision is launched and operates in its own month, and no factory is given up."""
    return (
        scenario.open_funding
        and not scenario.pots
        and not (scenario.duration > 0.0).any()
        and not (scenario.success[_PROGRAMME] < 1.0).any()
        and scenario.abandonment <= 0.0
    )


def only_partners(scenario: Scenario) -> bool:
    """Returns whether milieus press alike and evenly, and what a firm feels of its ties changes with what its partners do alone."""
    return (
        not any(mechanism.senses == "peer_share" for mechanism, _ in scenario.mechanisms)
        and not len(scenario.model_lead)
        and not len(scenario.uplifts)
        and not scenario.park_service.any()
        and not scenario.zone.any()
        and bool((scenario.tie_factor == scenario.tie_factor[0]).all())
        and bool((scenario.cell_tie_factor == 1.0).all())
    )


def on_time(scenario: Scenario) -> bool:
    """Returns whether economic time passes the same however many factories operate."""
    return scenario.elasticity == 0.0 or scenario.learning_exponent == 0.0


def run(problem: Problem, scenario: Scenario) -> History | None:
    """Simulates one replicate of a contagion; None when its ties or its hazards are such that only the kernel's months can.

    Args:
        problem: the study made ready.
        scenario: one that ``is_contagion`` accepts.
    """
    buffers = fresh_spread(problem, scenario)
    if buffers is None:
        return None
    (ties, state), case = buffers, case_of(scenario)
    n_events = spread(case, months_of(scenario, problem), ties, state)
    if n_events < 0:
        return None
    pressure = np.empty(len(problem.population), np.int64)
    add_up(case, state, pressure)
    events, no_money = state.event[:n_events], np.zeros((0, len(problem.horizon.years)), np.int64)
    return History(
        month=events["month"].astype(np.int32),
        event=events["event"].astype(np.int32),
        firm=events["firm"].copy(),
        route=events["route"].astype(np.int32),
        pressure=pressure,
        pots=(),
        budget=no_money,
        spent=no_money,
        applicants=no_money,
        funded=no_money,
    )
