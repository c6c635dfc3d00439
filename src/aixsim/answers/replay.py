"""What firms saw month by month and what pressed them, rebuilt from what happened in a replicate.

Engines add up hazards; here the hazard of each mechanism is known by itself. Everything follows from the scenario and the log of events, by
the same laws, so that the histories of both engines give the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.model.economics import attraction, cost_now
from aixsim.model.history import Event, History
from aixsim.model.policy_rules import scenario_with
from aixsim.model.pressure import CEILING, grown, pace, rate
from aixsim.model.problem import Problem
from aixsim.model.projects import NEVER, projects_of
from aixsim.model.scenario import Scenario
from aixsim.model.senses import senses
from aixsim.model.sensing import Sensing, visible_share
from aixsim.world.classification import AGENT_TYPES, SIZES
from aixsim.world.network import CUSTOMER

NOTHING, LAUNCHED, OPERATING, DISAPPOINTING = range(4)
"""What others see of a project."""
_LARGE_CUSTOMER: Final = 3
_LARGE_FIRM: Final = AGENT_TYPES.index("large firm")
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Pressing:
    """What presses some firms or milieus. Shapes: R rows, T months.

    Attributes:
        hazard: by mechanism, float64 ``(R, T)`` in 1/month, after the factors of ties.
        seen: the part of it that is due to AI factories that are seen; what the law gives without any is left out.
        total: float64 ``(R, T)``, the sum of the hazards in the order of the engines; another order would round otherwise.
    """

    hazard: dict[str, Floats]
    seen: dict[str, Floats]
    total: Floats


@dataclass(frozen=True)
class Sights:
    """Which projects some firms can see through ties or a lead, shape ``(E,)`` each: row, position of the project, weight of the tie."""

    row: Ints
    project: Ints
    weight: Ints


class Replay:
    """One replicate seen again. Shapes: K projects, T months, G milieus, C circles of peers, 5 size classes.

    Attributes:
        projects: int32 ``(K, 9)``, as in ``model.projects``, by firm and then by launch.
        state: int8 ``(K, T)``, what others see of a project at the start of a month.
        visible: float64 ``(K, T)``, what it counts: 1 when operating, ``visibility`` when launched.
        pace: int64 ``(T, 5)``, economic time that passes; unsupported: the same if nobody expected public money.
        cell_visible: float64 ``(T, C)``, sum of ``visible`` in a circle of peers.
        milieus: what presses the G milieus.
    """

    def __init__(self, problem: Problem, scenario: Scenario, history: History) -> None:
        """Rebuilds what all firms share; ``ties`` does it for firms one by one."""
        self.problem = problem
        self.scenario = scenario = scenario_with(problem, scenario, history.decisions)  # as it became by rules that acted
        n_months, months = problem.horizon.n_months, np.arange(problem.horizon.n_months)
        projects = projects_of(history, problem.population)
        self.projects = projects[np.lexsort((projects[:, 2], projects[:, 0]))]
        firm, launched, operating, ended = self.projects.T[[0, 2, 3, 4]].astype(np.int64)
        self.first_project = np.searchsorted(firm, np.arange(len(problem.population) + 1))
        again = np.append(firm[1:] == firm[:-1], np.zeros(min(len(firm), 1), np.bool_))
        following = np.where(again, np.append(launched[1:], launched[:1]), NEVER)  # a failure is seen until the firm launches again
        self.state = np.zeros((len(firm), n_months), np.int8)
        for since, seen in ((launched, LAUNCHED), (operating, OPERATING), (ended, DISAPPOINTING), (following, NOTHING)):
            self.state[since[:, None] < months] = seen
        self.visible = np.array([0.0, scenario.sensing.visibility, 1.0, 0.0])[self.state]
        self.cell = problem.milieus.cell_of_firm[firm]
        self.cell_visible = np.zeros((n_months, len(problem.milieus.cell_firms)))
        np.add.at(self.cell_visible.T, self.cell, self.visible)
        self.pace, self.unsupported = _paces(problem, scenario, history)
        self.milieus = self._milieus()

    def shared(self, milieus: Ints) -> Ints:
        """Returns the pressure of some milieus as from ``accumulated``, shape ``(R, T + 1)``."""
        return accumulated(self.milieus.total[milieus], self.pace.T[self.problem.milieus.size[milieus]])

    def _milieus(self) -> Pressing:
        problem, groups = self.problem, self.problem.milieus
        hazard, seen = {}, {}
        for mechanism, p in self.scenario.mechanisms:
            if mechanism.level != "milieu":
                continue
            sense, nothing = senses()[mechanism.senses], mechanism.hazard(0.0, p)
            if sense.values is None:
                share = _known(sense.name, {"peer_share": self._peer_share})()
                hazard[mechanism.name] = each(mechanism.hazard, share, p)[groups.cell]
                seen[mechanism.name] = hazard[mechanism.name] - nothing
            else:
                table = sense.table(self.scenario, problem).reshape(problem.horizon.n_months, -1)
                place = sense.place(groups, len(problem.population.parks))
                given = each(mechanism.hazard, table, p) if table.size else np.full((len(table), 1), nothing)
                hazard[mechanism.name] = np.where(place >= 0, given[:, place], nothing).T
        return Pressing(hazard, seen, added(hazard, (len(groups.cell), problem.horizon.n_months)))

    def _peer_share(self) -> Floats:
        """Returns the share of visible peers by circle of peers, shape ``(C, T)``."""
        firms = self.problem.milieus.cell_firms
        counts = []
        for wanted in (OPERATING, LAUNCHED, DISAPPOINTING):
            count = np.zeros((len(firms), self.problem.horizon.n_months), np.int64)
            np.add.at(count, self.cell, self.state == wanted)
            counts.append(count)
        return visible_shares(counts, firms, self.scenario.sensing)

    def ties(self, firms: Ints) -> tuple[Pressing, dict[str, Sights]]:
        """Returns what presses firms through their ties in every month, potential or not, and which projects they can see.

        Args:
            firms: shape ``(R,)``, may repeat.

        Returns:
            The hazards, and by mechanism the projects that its sense looks at.
        """
        case, population = self.scenario, self.problem.population
        senses_of = {"partner_share": self._partner_share, "lead_visible": self._lead_visible}
        factor = case.tie_factor.T[population.tier[firms]]
        cell_factor = case.cell_tie_factor[:, population.province[firms], population.sector[firms]].T
        plain: dict[str, Floats] = {}
        seen, sights = {}, {}
        for mechanism, p in case.mechanisms:
            if mechanism.level == "tie":
                sensed, sights[mechanism.name] = _known(mechanism.senses, senses_of)(firms)
                plain[mechanism.name] = each(mechanism.hazard, sensed, p)
                seen[mechanism.name] = (plain[mechanism.name] - mechanism.hazard(0.0, p)) * factor * cell_factor
        hazards = {name: hazard * factor * cell_factor for name, hazard in plain.items()}
        return Pressing(hazards, seen, added(plain, factor.shape) * factor * cell_factor), sights

    def _partner_share(self, firms: Ints) -> tuple[Floats, Sights]:
        from scipy.sparse import csr_array

        network, population = self.problem.network, self.problem.population
        row, tie = ragged(network.start[firms], network.start[firms + 1])
        partner, kind = network.partner[tie], network.kind[tie].astype(np.int64)
        kind[(kind == CUSTOMER) & (population.agent_type[partner] == _LARGE_FIRM)] = _LARGE_CUSTOMER
        weight = np.array(self.scenario.sensing.tie_weights, np.int64)[kind]
        total = np.zeros(len(firms), np.int64)
        np.add.at(total, row, weight)
        position, project = ragged(self.first_project[partner], self.first_project[partner + 1])
        sights = Sights(row[position], project, weight[position])
        matrix = csr_array((sights.weight, (sights.row, sights.project)), shape=(len(firms), len(self.projects)))
        counts = [matrix @ (self.state == wanted).astype(np.int64) for wanted in (OPERATING, LAUNCHED, DISAPPOINTING)]
        return visible_shares(counts, total, self.scenario.sensing), sights

    def _lead_visible(self, firms: Ints) -> tuple[Floats, Sights]:
        case, months = self.scenario, np.arange(self.problem.horizon.n_months)
        model = case.model_of[firms]
        led = np.flatnonzero(model >= 0)
        led = led[case.model_lead[model[led]] != firms[led]]
        lead = case.model_lead[model[led]].astype(np.int64)
        position, project = ragged(self.first_project[lead], self.first_project[lead + 1])
        row = led[position]
        opens, closes = (month[model[row], None] for month in (case.model_start, case.model_stop))
        sensed = np.zeros((len(firms), len(months)))
        np.maximum.at(sensed, row, ((opens <= months) & (months < closes) & (self.visible[project] > 0.0)) * 1.0)
        return sensed, Sights(row, project, np.ones(len(row), np.int64))


def each(law: Callable[..., float], values: NDArray[Any], *more: Any) -> Floats:
    """Returns what a law of the model gives for every value; it is called once for each distinct one."""
    out = np.full(values.shape, float(law(0.0, *more)))
    some = values != 0.0  # most are 0, which need not be sorted
    distinct, place = np.unique(values[some], return_inverse=True)
    out[some] = np.array([law(value, *more) for value in distinct.tolist()], np.float64)[place]
    return out


def visible_shares(counts: list[NDArray[Any]], total: Ints, sensing: Sensing) -> Floats:
    """Returns ``sensing.visible_share`` for rows of months; it is called only where a count differs from the month before.

    Args:
        counts: operating, launched and disappointing, shape ``(R, T)`` each.
        total: of all, shape ``(R,)``.
        sensing: values of the section.
    """
    shape = counts[0].shape
    differs = np.zeros(shape, np.bool_)
    for count in counts:
        differs |= np.diff(count, axis=1, prepend=0) != 0
    row, month = np.nonzero(differs)
    out, latest = np.zeros(shape), np.where(differs, np.arange(shape[1]), 0)
    operating, launched, disappointing = (count[row, month].tolist() for count in counts)
    seen = zip(operating, launched, disappointing, total[row].tolist(), strict=True)
    out[row, month] = [visible_share(o, some, less, whole, sensing) for o, some, less, whole in seen]
    return np.take_along_axis(out, np.maximum.accumulate(latest, axis=1), axis=1)


def ragged(start: Ints, stop: Ints) -> tuple[Ints, Ints]:
    """Returns the numbers ``start[i] … stop[i] - 1`` of all ``i``, one after the other: the ``i`` of each, and the number."""
    many = stop - start
    row = np.repeat(np.arange(len(start)), many)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many) + np.repeat(start, many)


def added(hazards: dict[str, Floats], shape: tuple[int, ...]) -> Floats:
    """Returns the sum of hazards, added one after the other."""
    total = np.zeros(shape)
    for hazard in hazards.values():
        total = total + hazard
    return total


def accumulated(hazard: Floats, paces: Ints) -> Ints:
    """Returns the pressure at the start of each month, and at the end, to the last bit as the engines add it.

    Args:
        hazard: 1/month, shape ``(R, T)``.
        paces: economic time, shape ``(R, T)``, as from ``model.pressure.pace``.

    Returns:
        int64, shape ``(R, T + 1)``.
    """
    rates, out = each(rate, hazard).astype(np.int64), np.zeros((len(hazard), hazard.shape[1] + 1), np.int64)
    if float(rates.max(initial=0)) * float(paces.max(initial=0)) * hazard.shape[1] < CEILING:
        np.cumsum(rates * paces, axis=1, out=out[:, 1:])
        return out
    for row, month in np.ndindex(*hazard.shape):  # pressures near the ceiling are rare
        out[row, month + 1] = grown(int(out[row, month]), int(rates[row, month]), int(paces[row, month]))
    return out


def _paces(problem: Problem, scenario: Scenario, history: History) -> tuple[Ints, Ints]:
    n_months = problem.horizon.n_months
    operated = np.searchsorted(np.sort(history.month[history.event == Event.OPERATING]), np.arange(n_months))
    out = np.zeros((2, n_months, len(SIZES)), np.int64)
    for t, n_operated in enumerate(operated.tolist()):
        cost, climate = cost_now(n_operated, scenario.scale, scenario.economics), float(scenario.climate_index[t])
        out[0, t] = [pace(climate, attraction(cost, float(support), scenario.economics)) for support in scenario.support[t]]
        out[1, t] = pace(climate, attraction(cost, 0.0, scenario.economics))
    return out[0], np.minimum(out[1], out[0])


def _known(sense: str, functions: dict[str, Callable[..., Any]]) -> Callable[..., Any]:
    if sense not in functions:
        raise ValueError(f"sense {sense!r}: it cannot be rebuilt from a history; known: {', '.join(functions)}")
    return functions[sense]
