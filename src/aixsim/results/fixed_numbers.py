"""The part of a difference that comes from fixing an uncertain parameter, which is not a policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.config.variant import is_uncertain
from aixsim.results.contrasts import ends
from aixsim.results.drawn_values import drawn_values
from aixsim.results.pairing import Pair
from aixsim.results.result import Result
from aixsim.stats.differences import Difference

Floats = NDArray[np.float64]
_PER_TERM: Final = 10
"""Minimum pairs of replicates per coefficient of the regression."""
_EDGE: Final = 0.02
"""Minimum share of the drawn values on each side of the fixed value, so that the regression does not extrapolate."""


@dataclass(frozen=True, slots=True)
class Fixing:
    """Effect of fixing uncertain parameters on the mean count of the first goal.

    Attributes:
        keys: of the parameters that are uncertain in one result and fixed in the other.
        is_all: whether the two results do not differ otherwise.
        rest: difference that remains if the parameter has its fixed value in both; None if it cannot be estimated.
        fixed: difference that comes from fixing; None likewise.
        why_not: reason for None, in words.
    """

    keys: tuple[str, ...]
    is_all: bool
    rest: Difference | None
    fixed: Difference | None
    why_not: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns JSON values."""
        rest, fixed = (None if one is None else ends(one) for one in (self.rest, self.fixed))
        return {"keys": list(self.keys), "is_all": self.is_all, "rest": rest, "fixed": fixed, "why_not": self.why_not}


def fixing_of(pair: Pair, settings: Mapping[str, tuple[Any, Any]]) -> Fixing | None:
    """Splits the difference of the mean count of the first goal; None if no parameter is uncertain in one result and fixed in the other.

    In replicates that drew about the fixed value, both results have the same value, so the difference there has other causes. The paired
    differences are therefore regressed on the drawn values, and the regression is evaluated at the fixed values.
    """
    fixed = {key: ends_ for key, ends_ in settings.items() if is_uncertain(ends_[0]) != is_uncertain(ends_[1])}
    fixed = {key: ends_ for key, ends_ in fixed.items() if all(is_uncertain(end) or _is_number(end) for end in ends_)}
    if not fixed:
        return None
    keys, is_all = tuple(fixed), len(fixed) == len(settings)
    goal = pair.baseline.provenance["goals"][0]
    before, after = (_counts(pair, result, goal) for result in (pair.baseline, pair.other))
    change, columns = (after - before) / pair.scale, []
    for key, (first, second) in fixed.items():
        drawn = _drawn(pair, pair.baseline if is_uncertain(first) else pair.other, key)
        value = float(second if is_uncertain(first) else first)
        if drawn is None:
            return Fixing(keys, is_all, None, None, f"the drawn values of {key} are not in the result")
        # By ranks: the same for every distribution.
        place = float((drawn < value).mean() + 0.5 * (drawn == value).mean())
        if not _EDGE <= place <= 1.0 - _EDGE:
            return Fixing(keys, is_all, None, None, f"{value:g} is at the edge of the drawn values of {key}")
        ranks = (np.argsort(np.argsort(drawn, kind="stable"), kind="stable") + 0.5) / len(drawn)
        columns += [ranks - place, np.square(ranks - place)]
    if len(change) < _PER_TERM * (len(columns) + 1):
        return Fixing(keys, is_all, None, None, f"{len(change)} pairs are too few, {_PER_TERM * (len(columns) + 1)} are needed")
    return Fixing(keys, is_all, *split(change, np.stack(columns, axis=1), pair.confidence))


def split(change: Floats, distance: Floats, confidence: float) -> tuple[Difference, Difference]:
    """Returns the mean change where all distances are 0, and the rest of the mean, by least squares.

    The standard errors allow for heteroscedasticity (HC3, MacKinnon and White 1985, doi:10.1016/0304-4076(85)90158-7).

    Args:
        change: shape ``(n,)``.
        distance: terms that are 0 at the fixed values, shape ``(n, k)``.
        confidence: of both intervals.
    """
    from scipy.special import stdtrit

    n = len(change)
    design = np.column_stack([np.ones(n), distance])
    inverse = np.linalg.pinv(design.T @ design)
    beta = inverse @ design.T @ change
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    scaled = design * ((change - design @ beta) / np.maximum(1.0 - leverage, 1e-9))[:, None]
    covariance = inverse @ (scaled.T @ scaled) @ inverse
    reach = float(stdtrit(n - design.shape[1], 0.5 + confidence / 2.0))
    out = []
    for weights in (np.eye(design.shape[1])[0], np.concatenate([[0.0], distance.mean(axis=0)])):
        estimate, error = float(weights @ beta), float(np.sqrt(max(weights @ covariance @ weights, 0.0)))
        out.append(Difference(estimate, estimate - reach * error, estimate + reach * error))
    return out[0], out[1]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _counts(pair: Pair, result: Result, goal: Mapping[str, Any]) -> Floats:
    found = result.counts_in(goal["by"])
    return found[goal["outcome"]][np.searchsorted(found["replicate"], pair.replicates)].astype(np.float64)


def _drawn(pair: Pair, result: Result, key: str) -> Floats | None:
    """Returns the drawn values of a parameter in the compared replicates; None if the result does not hold them."""
    values = drawn_values(result).get(key)
    return None if values is None else values[np.searchsorted(result.replicates, pair.replicates)]
