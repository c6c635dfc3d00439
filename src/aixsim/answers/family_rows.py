"""Rows of a genealogy: means over replicates with intervals, and the single firms of one replicate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.answers.ancestors import INITIAL, LEAD, OUTCOMES, Genealogy
from aixsim.answers.answer import Row
from aixsim.model.calendar import Horizon
from aixsim.model.projects import NEVER
from aixsim.stats.differences import paired_mean
from aixsim.world.classification import AGENT_TYPES, PROVINCES, ROUTES, SECTORS, SIZES
from aixsim.world.population import Population

Floats = NDArray[np.float64]
ALL: Final = "all"
WORDS: Final = {
    "innovation": "own initiative",
    "peers": "peers",
    "partners": "ties",
    "collaboration": "collaboration models",
    "parks": "advice of parks",
    "zones": "regulation-free zones",
    "ai_users": "smaller uses of AI",
    LEAD: "leads of models that start",
    INITIAL: "initial adopters",
}
"""Causes in words; mechanisms of plugins keep their names."""
FOLLOWING: Final = ("peers", "partners", "collaboration")
"""Causes by which firms follow AI factories that they see."""


def in_words(cause: str) -> str:
    """Returns a cause in words."""
    return WORDS.get(cause, cause.replace("_", " "))


def cause_rows(causes: Sequence[str], counts: Floats, confidence: float) -> list[dict[str, Any]]:
    """Returns a row for every outcome, cause and route, and for all routes together, the largest cause first.

    Args:
        causes: names, M.
        counts: national decisions by replicate, outcome, cause and route, shape ``(n, 3, M, 5)``.
        confidence: of the intervals.
    """
    rows, order = [], np.argsort(-counts[:, 1:].sum(axis=(0, 1, 3)) - 1e-6 * counts.sum(axis=(0, 1, 3)), kind="stable")
    for outcome, name in enumerate(OUTCOMES):
        total = counts[:, outcome].sum(axis=(1, 2))
        for cause in order.tolist():
            if not counts[:, :, cause].any():
                continue
            routes = [(ALL, counts[:, outcome, cause].sum(axis=1))]
            if outcome:
                routes += [(route, counts[:, outcome, cause, k]) for k, route in enumerate(ROUTES) if counts[:, outcome, :, k].any()]
            for route, values in routes:
                row = {"outcome": name, "cause": causes[cause], "route": route, **_mean("count", values, confidence)}
                rows.append(row | _ratio("share", values, total, confidence) | {"n": len(values)})
    return rows


def support_rows(support: Floats, totals: Floats, confidence: float) -> list[dict[str, Any]]:
    """Returns what share of the pressure expected public support has added, by outcome; both arguments ``(n, 3)``."""
    return [
        {"outcome": name, **_ratio("share", support[:, k], totals[:, k], confidence), "n": len(support)} for k, name in enumerate(OUTCOMES)
    ]


def reproduction_rows(levels: Sequence[tuple[str, str]], factories: Floats, sums: Floats, confidence: float) -> list[dict[str, Any]]:
    """Returns a row for every level that has factories.

    Args:
        levels: group and name, L.
        factories: national number by replicate, shape ``(n, L)``.
        sums: of their reproduction numbers by outcome, shape ``(n, L, 3)``.
        confidence: of the intervals.
    """
    rows = []
    for k, (group, level) in enumerate(levels):
        if factories[:, k].any():
            row: dict[str, Any] = {"group": group, "level": level, "factories": float(factories[:, k].mean())}
            for outcome, name in enumerate(OUTCOMES):
                row |= _ratio(name, sums[:, k, outcome], factories[:, k], confidence)
            rows.append(row | {"n": len(factories)})
    return rows


def decision_rows(found: Genealogy, population: Population, horizon: Horizon) -> list[dict[str, Any]]:
    """Returns every decision of one replicate, by firm."""
    decisions, rows = found.decisions, []
    traits = (("agent_type", AGENT_TYPES), ("size", SIZES), ("province", PROVINCES), ("sector", SECTORS))
    for d, (firm, month) in enumerate(zip(decisions.firm.tolist(), decisions.last.tolist(), strict=True)):
        row: dict[str, Any] = {"firm": firm, "month": _month(horizon, month), "episode": int(decisions.episode[d])}
        row |= {name: names[int(getattr(population, name)[firm])] for name, names in traits}
        row |= dict(zip(found.causes, found.share[d].tolist(), strict=True)) | {"support": float(found.support[d])}
        has = found.project[d] >= 0
        _, route, launched, operating, ended = found.projects[found.project[d], :5].tolist() if has else [0, 0, NEVER, NEVER, NEVER]
        row |= {"route": ROUTES[route] if has else None, "launched": _month(horizon, launched)}
        rows.append(row | {"operating_from": _month(horizon, operating), "ended": _month(horizon, ended)})
    return rows


def parent_rows(found: Genealogy, horizon: Horizon) -> list[dict[str, Any]]:
    """Returns the parents of every decision of one replicate that led to a project, by firm and then by share."""
    child = found.child
    keep = np.flatnonzero(found.project[child] >= 0)
    keep = keep[np.lexsort((-found.weight[keep], child[keep]))]
    return [
        {
            "firm": int(found.decisions.firm[child[e]]),
            "decided": _month(horizon, int(found.decisions.last[child[e]])),
            "launched": _month(horizon, int(found.projects[found.project[child[e]], 2])),
            "parent": int(found.projects[found.parent[e], 0]),
            "parent_launched": _month(horizon, int(found.projects[found.parent[e], 2])),
            "mechanism": found.causes[found.cause[e]],
            "share": float(found.weight[e]),
        }
        for e in keep.tolist()
    ]


def sentence(causes: Sequence[Row], reproduction: Sequence[Row], end: str) -> str:
    """Returns the answer: what the launched factories go back to, and how many follow from one."""
    outcome = "launched" if sum(row["count"] for row in causes if row["outcome"] == "launched") else "decided"
    own = [row for row in causes if row["outcome"] == outcome and row["route"] == ALL]
    total, noun = sum(row["count"] for row in own), "AI factories launched" if outcome == "launched" else "decisions made"
    largest = "; ".join(f"{in_words(row['cause'])} {_percent(row)}" for row in own[:4])
    said = [f"Of {total:,.0f} {noun} by {end} in the mean, by shares of the pressure: {largest}."]
    if reproduction:
        row = reproduction[0]
        said.append(
            f"From one factory follow {_number(row, 'decided')} later decisions and {_number(row, 'launched')} later launches until then."
        )
    return " ".join(said)


def _percent(row: Row) -> str:
    return f"{100 * row['share']:.0f} % [{100 * row['share_low']:.0f}, {100 * row['share_high']:.0f}]"


def _number(row: Row, name: str) -> str:
    return f"{row[name]:.2f} [{row[f'{name}_low']:.2f}, {row[f'{name}_high']:.2f}]"


def _month(horizon: Horizon, index: int) -> str | None:
    return None if index >= NEVER else f"{horizon.date(index):%Y-%m}"


def _mean(name: str, values: Floats, confidence: float) -> dict[str, float]:
    found = paired_mean(values, confidence)
    return {name: found.estimate, f"{name}_low": max(found.low, 0.0), f"{name}_high": found.high}


def _ratio(name: str, part: Floats, whole: Floats, confidence: float) -> dict[str, float | None]:
    """Returns the ratio of two totals over replicates with its interval (Cochran 1977, Sampling Techniques, 6.4)."""
    total = float(whole.sum())
    if total == 0.0:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    ratio = float(part.sum()) / total
    around = paired_mean((part - ratio * whole) / float(whole.mean()), confidence)
    return {name: ratio, f"{name}_low": max(ratio + around.low, 0.0), f"{name}_high": ratio + around.high}
