"""Who caused which AI factory: what carried each deciding firm over its resistance, and whose factories it saw.

The share of a mechanism in a decision is the pressure that it has added since the firm's resistance was drawn (from the start, or after a
pause) over the whole pressure added since. What a firm senses of others is divided, month by month, among the projects that it can see, in
proportion to what they count (``visibility`` for launched ones) and to the weight of the tie: these shares are the firm's parents. What a
law gives without any factory in sight has no parent. The reproduction number of a factory is the sum of its shares in later decisions.

Shares attribute; they are no effects. Without one of two parents the other would have carried the firm over its resistance some time later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.answers.replay import Pressing, Replay, Sights, accumulated
from aixsim.answers.spells import Spells, spells_of
from aixsim.model.history import History
from aixsim.model.pressure import PACE_UNIT, lowered, raised, reaches, threshold
from aixsim.model.problem import Problem
from aixsim.model.projects import NEVER
from aixsim.model.scenario import Scenario
from aixsim.random.draws import Purpose, exponential, uniform

LEAD, INITIAL = "lead", "initial"
"""Causes beside the mechanisms: a collaboration model starts with its lead; initial adopters of theory."""
OUTCOMES: Final = ("decided", "launched", "operating")
"""What reproduction numbers count: decisions, and those of them that lead to a project that counts, and to one that still operates."""
_ROWS: Final = 1024
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Genealogy:
    """The decisions of one replicate with their causes. Shapes: D decisions, M causes, K projects, E parents.

    Attributes:
        causes: names of the mechanisms, then ``LEAD`` and ``INITIAL``.
        decisions: who decided and when.
        share: float64 ``(D, M)``, rows sum to 1.
        support: float64 ``(D,)``, share of the pressure that expected public support has added, across all mechanisms.
        project: int64 ``(D,)``, position of the project that the decision led to, -1 for none.
        projects: int32 ``(K, 9)``, as in ``model.projects``, by firm and then by launch.
        reproduction: float64 ``(K, 3)``, by ``OUTCOMES``: sum of the shares of each project in later decisions.
        child, parent, cause, weight: shape ``(E,)``: decision, project, position in ``causes``, and share of the project in the decision,
            for all decisions through ties and leads; for those that led to a project through peers, too, if they are asked for.
    """

    causes: tuple[str, ...]
    decisions: Spells
    share: Floats
    support: Floats
    project: Ints
    projects: NDArray[np.int32]
    reproduction: Floats
    child: Ints
    parent: Ints
    cause: Ints
    weight: Floats


def genealogy_of(problem: Problem, scenario: Scenario, history: History, *, peers: bool = False) -> Genealogy:
    """Returns the causes of all decisions of a replicate; either engine's history gives the same.

    Args:
        problem, scenario, history: of the replicate.
        peers: whether the parents of projects among peers are listed one by one.
    """
    replay = Replay(problem, scenario, history)
    spells = spells_of(history, scenario.implementation.pause_months, problem)
    decisions = spells.where(spells.decides)
    names = tuple(mechanism.name for mechanism, _ in scenario.mechanisms)
    pressure, support = np.zeros((len(decisions), len(names))), np.zeros(len(decisions))
    _add_milieus(replay, decisions, names, pressure, support)
    edges = [_add_ties(replay, decisions, slice(at, at + _ROWS), names, pressure, support) for at in range(0, len(decisions), _ROWS)]
    total = pressure.sum(axis=1)
    led = _started(replay, spells, decisions)
    share = np.zeros((len(decisions), len(names) + 2))
    share[:, len(names)], share[:, len(names) + 1] = led, decisions.last < 0
    counted = ~led & (decisions.last >= 0)
    share[counted, : len(names)] = pressure[counted] / total[counted, None]
    scale = np.divide(1.0, total, out=np.zeros(len(total)), where=counted)
    project = _projects(replay, decisions)
    leads_to = _leads_to(replay, project)
    child, parent, cause, weight = (np.concatenate(column) for column in zip(*(edges or [_no_edges()]), strict=True))
    weight = weight * scale[child]
    reproduction = np.zeros((len(replay.projects), len(OUTCOMES)))
    np.add.at(reproduction, parent, weight[:, None] * leads_to[child])
    reproduction += _through_peers(replay, decisions, leads_to * scale[:, None])
    chosen = np.flatnonzero((project >= 0) & counted & peers)
    more = _peers(replay, decisions, chosen, names, scale)
    child, parent, cause, weight = (np.concatenate(two) for two in zip((child, parent, cause, weight), more, strict=True))
    kept = weight > 0.0
    return Genealogy(
        (*names, LEAD, INITIAL), decisions, share, support * scale, project, replay.projects, reproduction,
        child[kept], parent[kept], cause[kept], weight[kept],
    )  # fmt: skip


def pressures(problem: Problem, scenario: Scenario, history: History) -> Ints:
    """Returns the pressure of every firm at the end, shape ``(n,)``, in the units of ``model.pressure``: that of the engines exactly."""
    replay, n_firms = Replay(problem, scenario, history), len(problem.population)
    spells = spells_of(history, scenario.implementation.pause_months, problem)
    own = np.zeros(n_firms, np.int64)
    for at in range(0, len(spells), _ROWS):
        some = spells.where(slice(at, at + _ROWS))
        np.add.at(own, some.firm, _own(replay, some, replay.ties(some.firm)[0])[:, -1])
    return replay.shared(np.arange(len(problem.milieus.cell)))[problem.milieus.of_firm, -1] + own


def _window(replay: Replay, spells: Spells) -> NDArray[np.bool_]:
    months = np.arange(replay.problem.horizon.n_months)
    return (spells.first[:, None] <= months) & (months <= spells.last[:, None])


def _own(replay: Replay, spells: Spells, pressing: Pressing) -> Ints:
    """Returns the pressure of ties that spells add up to the start of each month and to the end, shape ``(R, T + 1)``."""
    paces = replay.pace.T[replay.problem.population.size[spells.firm]]
    return accumulated(pressing.total * _window(replay, spells), paces)


def _add_milieus(replay: Replay, decisions: Spells, names: tuple[str, ...], pressure: Floats, support: Floats) -> None:
    groups = replay.problem.milieus
    milieu, end = groups.of_firm[decisions.firm], np.maximum(decisions.last + 1, decisions.first)
    time, added = replay.pace.T[groups.size], (replay.pace - replay.unsupported).T[groups.size]
    parts = [(pressure[:, names.index(name)], hazard * time) for name, hazard in replay.milieus.hazard.items()]
    for target, by_month in (*parts, (support, replay.milieus.total * added)):
        whole = np.zeros((len(by_month), by_month.shape[1] + 1))
        np.cumsum(by_month / PACE_UNIT, axis=1, out=whole[:, 1:])
        np.add(target, whole[milieu, end] - whole[milieu, decisions.first], out=target)


def _add_ties(
    replay: Replay, decisions: Spells, rows: slice, names: tuple[str, ...], pressure: Floats, support: Floats
) -> tuple[Ints, Ints, Ints, Floats]:
    """Adds what ties press, and returns the parents of some decisions with what each of them presses."""
    some = decisions.where(rows)
    pressing, sights = replay.ties(some.firm)
    size = replay.problem.population.size[some.firm]
    time = np.where(_window(replay, some), replay.pace.T[size], 0) / PACE_UNIT
    added = np.where(_window(replay, some), (replay.pace - replay.unsupported).T[size], 0) / PACE_UNIT
    support[rows] += (pressing.total * added).sum(axis=1)
    edges = [_no_edges()]
    for name, hazard in pressing.hazard.items():
        number = names.index(name)
        pressure[rows, number] += (hazard * time).sum(axis=1)
        found, weight = sights[name], _divided(replay, pressing.seen[name] * time, sights[name])
        edges.append((found.row + rows.start, found.project, np.full(len(weight), number), weight))
    child, parent, cause, weight = (np.concatenate(column) for column in zip(*edges, strict=True))
    return child, parent, cause, weight


def _divided(replay: Replay, pressure: Floats, sights: Sights) -> Floats:
    """Divides the pressure of each row and month, shape ``(R, T)``, among the projects that count there; returns what each gets."""
    total = np.zeros(pressure.shape)
    parts = sights.weight[:, None] * replay.visible[sights.project]
    np.add.at(total, sights.row, parts)
    each = np.divide(pressure, total, out=np.zeros(pressure.shape), where=total > 0.0)
    return (parts * each[sights.row]).sum(axis=1)


def _no_edges() -> tuple[Ints, Ints, Ints, Floats]:
    none = np.zeros(0, np.int64)
    return none, none, none, np.zeros(0)


def _seen_by_peers(replay: Replay, name: str) -> Floats:
    """Returns the pressure of a mechanism that each unit of visible peers adds in a month, shape ``(G, T)``."""
    groups, seen = replay.problem.milieus, replay.milieus.seen[name]
    count = replay.cell_visible.T[groups.cell]
    return np.divide(seen * replay.pace.T[groups.size] / PACE_UNIT, count, out=np.zeros(seen.shape), where=count > 0.0)


def _through_peers(replay: Replay, decisions: Spells, weights: Floats) -> Floats:
    """Returns what projects have in decisions through peers, shape ``(K, 3)``; ``weights`` are those of the decisions, ``(D, 3)``."""
    groups, n_months = replay.problem.milieus, replay.problem.horizon.n_months
    out = np.zeros((len(replay.projects), weights.shape[1]))
    milieu = groups.of_firm[decisions.firm]
    for column in range(weights.shape[1]):
        steps = np.zeros((len(groups.cell), n_months + 1))
        np.add.at(steps, (milieu, decisions.first), weights[:, column])
        np.add.at(steps, (milieu, np.maximum(decisions.last + 1, decisions.first)), -weights[:, column])
        potential = np.cumsum(steps, axis=1)[:, :-1]
        for name in replay.milieus.seen:
            by_cell = np.zeros(replay.cell_visible.T.shape)
            np.add.at(by_cell, groups.cell, potential * _seen_by_peers(replay, name))
            out[:, column] += (replay.visible * by_cell[replay.cell]).sum(axis=1)
    return out


def _peers(
    replay: Replay, decisions: Spells, chosen: Ints, names: tuple[str, ...], scale: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Floats]:
    """Returns the parents of some decisions among their peers, with their shares."""
    groups, edges = replay.problem.milieus, [_no_edges()]
    order = np.argsort(replay.cell, kind="stable")
    borders = np.searchsorted(replay.cell[order], np.arange(len(groups.cell_firms) + 1))
    for name in replay.milieus.seen:
        each = _seen_by_peers(replay, name)
        for child in chosen.tolist():
            milieu, window = groups.of_firm[decisions.firm[child]], slice(decisions.first[child], decisions.last[child] + 1)
            cell = groups.cell[milieu]
            parents = order[borders[cell] : borders[cell + 1]]
            weight = replay.visible[parents, window] @ each[milieu, window] * scale[child]
            edges.append((np.full(len(parents), child), parents, np.full(len(parents), names.index(name)), weight))
    child, parent, cause, weight = (np.concatenate(column) for column in zip(*edges, strict=True))
    return child, parent, cause, weight


def _projects(replay: Replay, decisions: Spells) -> Ints:
    """Returns the project that each decision led to, -1 for none."""
    span = replay.problem.horizon.n_months + 2
    key = decisions.firm * span + decisions.last + 1
    firm, launched = replay.projects[:, 0].astype(np.int64), replay.projects[:, 2].astype(np.int64)
    out = np.full(len(decisions), -1)
    out[np.searchsorted(key, firm * span + launched + 1, side="right") - 1] = np.arange(len(firm))
    return out


def _leads_to(replay: Replay, project: Ints) -> Floats:
    """Returns whether each decision counts for each of ``OUTCOMES``, 0 or 1, shape ``(D, 3)``."""
    _, route, _, operating, ended = replay.projects.T[:5]
    launched = replay.scenario.counts[route]
    still = launched & (operating < NEVER) & (ended == NEVER)
    out = np.ones((len(project), len(OUTCOMES)))
    for column, counts in ((1, launched), (2, still)):
        out[:, column] = np.append(counts, False)[project]  # -1, no project, is the last
    return out


def _started(replay: Replay, spells: Spells, decisions: Spells) -> NDArray[np.bool_]:
    """Returns which decisions were made because a collaboration model starts with its lead: those whose pressure was not enough."""
    case, out = replay.scenario, np.zeros(len(decisions), np.bool_)
    for model, lead in enumerate(case.model_lead.tolist()):
        for place in np.flatnonzero((decisions.firm == lead) & (decisions.last == case.model_start[model])):
            out[place] = not _reaches(replay, spells.where(spells.firm == lead), int(decisions.episode[place]))
    return out


def _reaches(replay: Replay, spells: Spells, episode: int) -> bool:
    """Returns whether the pressure of a firm, whose spells these are, has reached its resistance by the end of one of them."""
    case, firm = replay.scenario, int(spells.firm[0])
    population, uplifts = replay.problem.population, case.uplifts
    shared = replay.shared(replay.problem.milieus.of_firm[[firm]].astype(np.int64))[0]
    own = _own(replay, spells, replay.ties(spells.firm)[0])[: episode + 1].sum(axis=0)
    first, last = int(spells.first[episode]), int(spells.last[episode])
    susceptibility = float(case.class_factor[population.size[firm], int(population.ready[firm])]) * float(case.frailty[firm])
    mine = [(int(uplifts.month[k]), float(uplifts.factor[k])) for k in np.flatnonzero(uplifts.firm == firm)]
    for month, factor in mine:
        susceptibility *= factor if month < first else 1.0
    u = uniform(case.seed, case.replicate, Purpose.RESISTANCE, firm, episode)
    resistance = raised(int(shared[first]), int(own[first]), threshold(exponential(u), susceptibility))
    for month, factor in mine:
        if first <= month <= last:
            resistance = lowered(int(shared[month]), int(own[month]), resistance, factor)
    return reaches(int(shared[last + 1]), int(own[last + 1]), resistance)
