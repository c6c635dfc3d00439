"""Expectations: statements that a config must satisfy (``[[expect]]``)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.config.models import Expect, target_in_sample


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on an expectation.

    Attributes:
        name: of the expectation.
        holds: whether the statement holds; None if it needs more than one replicate.
        observed: value of the statistic.
        standard_error: of the observed value; None if unknown.
        n: number of replicates.
        statement: the expectation in words.
    """

    name: str
    holds: bool | None
    observed: float
    standard_error: float | None
    n: int
    statement: str


_LAST_BITS: Final = 1e-9
"""Relative tolerance: counts scaled to the nation have rounding errors."""


def judge(expectation: Expect, counts: NDArray[np.int32], scale: float = 1.0) -> Verdict:
    """Tests an expectation with the national counts of its outcome at its month.

    Args:
        expectation: in national numbers.
        counts: simulated firms, shape ``(n_replicates,)``.
        scale: simulated share of the national population.
    """
    values = counts / scale
    n = len(values)
    error: float | None = None
    match expectation.statistic:
        case "mean":
            observed = float(values.mean())
            error = float(values.std(ddof=1) / math.sqrt(n)) if n > 1 else None
        case "probability":
            observed = float((counts >= target_in_sample(expectation.reaches or 0.0, scale)).mean())
            error = math.sqrt(max(observed * (1.0 - observed), 1.0 / n) / n)
        case statistic:
            observed = float(np.quantile(values, {"median": 0.5, "p05": 0.05, "p95": 0.95}[statistic]))
    holds: bool | None
    holds, statement = _compare(expectation, observed, error)
    if n == 1 and (expectation.within_standard_errors is not None or expectation.statistic not in ("mean", "median")):
        holds = None  # one replicate has no standard error, no probability and no range
    what = f"{expectation.statistic} of {expectation.outcome} by {expectation.by} {statement}"
    return Verdict(expectation.name, holds, observed, error, n, what)


def _compare(expectation: Expect, observed: float, error: float | None) -> tuple[bool, str]:
    if expectation.at_least is not None:
        return observed >= expectation.at_least * (1.0 - _LAST_BITS), f"at least {expectation.at_least:g}"
    if expectation.at_most is not None:
        return observed <= expectation.at_most * (1.0 + _LAST_BITS), f"at most {expectation.at_most:g}"
    expected: Any = expectation.equals
    if expectation.within_standard_errors is not None:
        # Equal replicates have no standard error: only equality holds.
        margin = expectation.within_standard_errors * (error or 0.0)
        return abs(observed - expected) <= margin, f"= {expected:g} within {expectation.within_standard_errors:g} standard errors"
    margin = (expectation.within or 0.0) + _LAST_BITS * abs(expected)
    return abs(observed - expected) <= margin, f"= {expected:g} within {expectation.within or 0.0:g}"
