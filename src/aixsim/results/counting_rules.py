"""Counting rules: how the result depends on the definition of an AI factory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.config.models import target_in_sample
from aixsim.model.calendar import Horizon
from aixsim.results.goals import INTERVAL_METHOD, Goal
from aixsim.results.project_table import Projects
from aixsim.stats.intervals import proportion
from aixsim.world.classification import ROUTES

STATUSES: Final = ("project started", "has been in operation", "still in operation")
"""Status that a project must have reached by the deadline. An abandoned project has been in operation, but is not still in operation."""
PUBLIC: Final = tuple(route for route in ROUTES if route != "own")


@dataclass(frozen=True, slots=True)
class Rule:
    """A counting rule.

    Attributes:
        status: one of ``STATUSES``.
        scope: the routes that count, in words.
        routes: names of these routes.
    """

    status: str
    scope: str
    routes: tuple[str, ...]


def rules(counts: Sequence[str]) -> list[Rule]:
    """Returns every combination of status and scope, row by row of a table.

    Args:
        counts: routes that the config counts; added as a scope if it is not one of the others.
    """
    scopes = {("programme",): "programme calls", PUBLIC: "all public money", ROUTES: "every route"}
    configured = tuple(route for route in ROUTES if route in counts)
    scopes.setdefault(configured, "as configured")
    return [Rule(status, scope, routes) for status in STATUSES for routes, scope in scopes.items()]


def count_by_rule(pieces: Iterable[Projects], ways: Sequence[Rule], replicates: NDArray[np.int64], deadline: int) -> NDArray[np.int64]:
    """Returns how many projects each rule counts in each replicate, shape ``(n_replicates, n_rules)``.

    Args:
        pieces: all projects, in pieces; a replicate may be divided.
        ways: rules.
        replicates: finished ones, ascending.
        deadline: month of the horizon whose end decides.
    """
    out = np.zeros((len(replicates), len(ways)), np.int64)
    for projects in pieces:
        place = np.searchsorted(replicates, projects.replicate)
        met = dict(zip(STATUSES, (projects.started(deadline), projects.operated(deadline), projects.operate_at(deadline)), strict=True))
        for k, rule in enumerate(ways):
            on_route = np.array([route in rule.routes for route in ROUTES])[projects.route]
            out[:, k] += np.bincount(place[met[rule.status] & on_route], minlength=len(replicates))
    return out


def _evaluate(
    counts: NDArray[np.int64], rule: Rule, at_least: float, by: str, scale: float, n_failed: int, confidence: float
) -> dict[str, Any]:
    chance = proportion(int((counts >= target_in_sample(at_least, scale)).sum()), len(counts), confidence)
    low, high = chance.clopper_pearson
    return {
        "at_least": at_least,
        "by": by,
        "status": rule.status,
        "scope": rule.scope,
        "routes": list(rule.routes),
        "probability": chance.estimate,
        "successes": chance.successes,
        "n": chance.n,
        "n_failed": n_failed,
        "confidence": confidence,
        "interval_method": INTERVAL_METHOD,
        "interval": {"low": low, "high": high},
        "short_statement": chance.short,
        "count": {"mean": float(counts.mean() / scale)} | {f"p{q:02d}": float(np.quantile(counts, q / 100) / scale) for q in (5, 50, 95)},
    }


def counting(
    pieces: Iterable[Projects],
    goals: Sequence[Goal],
    counts: Sequence[str],
    replicates: NDArray[np.int64],
    horizon: Horizon,
    scale: float,
    n_failed: int,
    confidence: float,
) -> list[dict[str, Any]]:
    """Returns the content of ``counting.json``: every rule for the number and deadline of every goal on AI factories.

    Counts are national. Empty if no replicate finished.

    Args:
        pieces, replicates: as in ``count_by_rule``.
        goals: of the study.
        counts: routes that it counts.
        horizon: simulated months.
        scale: share of the national population that is simulated.
        n_failed: replicates without a result.
        confidence: of the intervals.
    """
    ways = rules(counts)
    asked = dict.fromkeys((goal.at_least, goal.by) for goal in goals if goal.outcome in ("launched", "operating"))
    tables = {by: np.zeros((len(replicates), len(ways)), np.int64) for _, by in asked}
    for piece in pieces:
        for by, table in tables.items():
            table[:] += count_by_rule([piece], ways, replicates, horizon.index(by))
    return [
        _evaluate(tables[by][:, k], rule, at_least, by, scale, n_failed, confidence)
        for at_least, by in asked
        for k, rule in enumerate(ways)
        if len(replicates)
    ]
