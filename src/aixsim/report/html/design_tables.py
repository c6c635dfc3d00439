"""The tables of a report on a sweep beside its counts: public money by point, and what its goals depend on."""

from __future__ import annotations

import tomllib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.answers.design_indices import SweepSensitivity, sensitivity_of_sweep
from aixsim.errors import StoreError, UserError
from aixsim.report.html.result_tables import KRW, answer_tables
from aixsim.report.html.sourced_values import DataTable
from aixsim.results.lever_money import facilities, levers_of
from aixsim.results.sweep_comparison import SweepComparison
from aixsim.results.sweep_points import SweepPoint
from aixsim.results.sweep_ranking import ranked
from aixsim.results.sweep_result import Sweep
from aixsim.runs.replicates import SPENT
from aixsim.stats.differences import Difference, independent_mean, paired_mean
from aixsim.stats.fieller import fieller
from aixsim.stats.summary import quantiles

_NOT_FINISHED: Final = "the sweep is not finished; give the same sweep command again"
Floats = NDArray[np.float64]
Values = tuple[NDArray[np.int32], Floats]
"""Finished replicates, ascending, and the value of each, shape ``(n_done,)``."""
Tables = dict[str, DataTable]


def money_tables(sweep: Sweep, comparison: SweepComparison | None) -> Tables:
    """Returns public money by point, in the order of ``ranked``, and its lowest and highest mean; nothing if the sweep does not store it.

    Public money is what funding lines spend over the horizon and what parks build beside projects, KRW bn of the nation. Its difference
    from the reference of a point and the cost of one more factory of the goal are those of the replicates that both have; the cost is
    None where the interval of the factories contains 0, and where replicates are not paired.
    """
    if not sweep.keeps_money:
        return {}
    references = {} if comparison is None else {one.point.id: one.reference for one in comparison.of(sweep.goal)}
    ranking = ranked(sweep)
    public = {point.id: _public(sweep, point) for point in ranking}
    rows = []
    for point in ranking:
        values = public[point.id][1]
        found = quantiles(values)
        row: dict[str, Any] = {"option": point.label, "public_mean": float(values.mean())}
        row |= {"public_p05": found["p05"], "public_p95": found["p95"], "n": len(values)}
        change = cost = None
        if point.id in references:
            change, cost = _against(sweep, point, references[point.id], public)
        for name, one in (("public_change", change), ("cost_more", cost)):
            ends = (None,) * 3 if one is None else (one.estimate, one.low, one.high)
            row |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
        rows.append(row)
    means = [row["public_mean"] for row in rows]
    units = dict.fromkeys(rows[0].keys() - {"option", "n"}, KRW)
    range_ = {"least": min(means), "most": max(means), "until": sweep.horizon.end}
    return {
        "public": DataTable(rows, f"trajectories ({SPENT}), config of each point", units),
        "spending": DataTable([range_], f"trajectories ({SPENT})", {"least": KRW, "most": KRW}),
    }


def _public(sweep: Sweep, point: SweepPoint) -> Values:
    replicates, spent = sweep.values_in(point, sweep.horizon.end, SPENT, np.float64)
    return replicates, spent / sweep.scale + facilities(levers_of(tomllib.loads(point.config)), sweep.horizon)


def _against(sweep: Sweep, point: SweepPoint, base: SweepPoint, public: dict[int, Values]) -> tuple[Difference | None, Difference | None]:
    """Returns the difference in public money from a reference, and what one more factory costs."""
    (mine, money), (theirs, before) = public[point.id], public[base.id]
    if not sweep.common_random_numbers:
        return independent_mean(money, before, sweep.confidence), None
    _, at, base_at = np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)
    more = money[at] - before[base_at]
    counts, base_counts = (sweep.final_counts(one, sweep.goal)[1] for one in (point, base))
    factories = (counts[at].astype(np.float64) - base_counts[base_at]) / sweep.scale
    return paired_mean(more, sweep.confidence), fieller(more, factories, sweep.confidence)


def index_tables(sweep: Sweep) -> tuple[SweepSensitivity | None, Tables]:
    """Returns the sensitivity of a sweep of designs ``sobol`` and ``morris`` and its table; for others None and the reason.

    Raises:
        StoreError: a file of the sweep has changed.
    """
    if not sweep.is_complete:
        return None, _none(_NOT_FINISHED)
    try:
        answer = sensitivity_of_sweep(sweep)
    except StoreError:
        raise
    except UserError as error:
        return None, _none(str(error))
    return answer, answer_tables(answer, ["indices"])


def _none(reason: str) -> Tables:
    return {"no_indices": DataTable([{"reason": reason}], "aixsim sensitivity")}
