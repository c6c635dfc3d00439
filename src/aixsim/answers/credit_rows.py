"""Rows of an explanation: what each group of levers adds to one goal, from the counts of the subsets of groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.stats.differences import MeanDifference, crossed_mean, paired_mean
from aixsim.stats.sampled_shapley import Orders, added
from aixsim.stats.shapley import shapley, synergies

Counts = NDArray[np.int64]


def credit_rows(
    names: Sequence[str],
    counts: Mapping[int, Counts],
    orders: Orders,
    more: Mapping[str, Counts],
    target: int,
    scale: float,
    confidence: float,
) -> dict[str, list[dict[str, Any]]]:
    """Returns the rows of every table for one goal.

    Args:
        names: of the groups.
        counts: at the deadline by subset of the groups, simulated firms, shape ``(n,)`` each.
        orders: that are run; empty if all subsets are.
        more: the same with more of something, shape ``(n,)`` each.
        target: of the goal, simulated firms.
        scale: simulated share of the national population.
        confidence: of the intervals.
    """
    reached = {mask: (values >= target).astype(np.int64) for mask, values in counts.items()}
    full = (1 << len(names)) - 1
    shares, chances = (_shares(values, orders, confidence) for values in (counts, reached))

    def row(count: NDArray[Any], chance: NDArray[Any] | None = None) -> dict[str, float]:
        found = _named("count", paired_mean(count / scale, confidence), 1.0)
        return found if chance is None else found | _named("probability", paired_mean(chance * 1.0, confidence), 1.0)

    out: dict[str, list[dict[str, Any]]] = {"levers": []}
    for number, name in enumerate(names):
        alone = counts[full] - counts[full ^ 1 << number]
        about = {"taken_away": float(alone.mean()) / scale, "changed": float((alone != 0).mean()), "n": len(alone)}
        own = _named("count", shares[number], 1.0 / scale) | _named("probability", chances[number], 1.0)
        out["levers"].append({"lever": name, **own, **about})
    ends = {"none": (counts[0], reached[0]), "all": (counts[full], reached[full])}
    ends["difference"] = (counts[full] - counts[0], reached[full] - reached[0])
    out["totals"] = [{"levers": end, **row(*both)} for end, both in ends.items()]
    together = {} if orders else synergies(_stacked(counts))
    out["pairs"] = [{"first": names[i], "second": names[j], **row(values)} for (i, j), values in together.items()]
    out["binds"] = [{"more": what, **row(raised - counts[full])} for what, raised in more.items()]
    return out


def _shares(values: Mapping[int, Counts], orders: Orders, confidence: float) -> list[MeanDifference]:
    """Returns the Shapley value of every group: the mean over replicates, and over pairs of orders if these are a sample."""
    if not orders:
        shares, whole = shapley(_stacked(values))
        return [paired_mean(own / whole, confidence) for own in shares]
    found = added(values, orders)
    pairs = (0.5 * (found[::2] + found[1::2])).astype(np.float64)  # an order and its reverse
    return [crossed_mean(pairs[:, number], confidence) for number in range(pairs.shape[1])]


def _stacked(values: Mapping[int, Counts]) -> Counts:
    return np.stack([values[mask] for mask in range(len(values))])


def _named(name: str, found: MeanDifference, unit: float) -> dict[str, float]:
    return {name: unit * found.estimate, f"{name}_low": unit * found.low, f"{name}_high": unit * found.high}
