"""Differences of paired replicates, and the gain of precision by pairing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.results.columns import with_units
from aixsim.stats.differences import Difference, MeanDifference, independent_mean, paired_mean

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
NEWCOMBE: Final = "Newcombe, paired"
STUDENT: Final = "Student, paired"
"""Methods of the intervals of paired differences."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """Mean difference of a quantity between two results, replicate by replicate: after minus before.

    Attributes:
        n: pairs.
        before, after: means of the two.
        paired: the difference with Student's interval of the differences.
        unpaired: the same difference with Welch's interval for independent replicates.
        narrower: width of the unpaired over that of the paired interval; None if all differences are equal, so that the paired interval
            is a point.
        variance_reduction: variance of the difference of independent replicates over that of the pairs, the factor by which more
            independent replicates would be needed; None likewise.
    """

    n: int
    before: float
    after: float
    paired: MeanDifference
    unpaired: MeanDifference
    narrower: float | None
    variance_reduction: float | None

    def to_dict(self) -> dict[str, Any]:
        """Returns the difference as JSON values."""
        return {
            "n": self.n,
            "before": self.before,
            "after": self.after,
            "difference": ends(self.paired),
            "standard_error": self.paired.standard_error,
            "unpaired": ends(self.unpaired),
            "narrower": self.narrower,
            "variance_reduction": self.variance_reduction,
        }


def contrast(after: Floats, before: Floats, confidence: float) -> Contrast:
    """Compares two quantities pair by pair.

    Args:
        after, before: one value a replicate, in the same order, shape ``(n,)``, two or more.
        confidence: of both intervals.
    """
    change = after - before
    paired, unpaired = paired_mean(change, confidence), independent_mean(after, before, confidence)
    spread = float(change.var(ddof=1))
    # Differences of equal numbers are exact zeros, but scaled ones may differ in the last bit.
    exact = spread <= 1e-18 * max(float(np.square(after).mean()), 1.0)
    return Contrast(
        n=len(change),
        before=float(before.mean()),
        after=float(after.mean()),
        paired=paired,
        unpaired=unpaired,
        narrower=None if exact else narrowing(unpaired, paired),
        variance_reduction=None if exact else float(after.var(ddof=1) + before.var(ddof=1)) / spread,
    )


def tidy(changes: Iterable[dict[str, Any]], confidence: float) -> pd.DataFrame:
    """Returns a data frame with one row per difference; with units in ``attrs["units"]``.

    Args:
        changes: as from ``tidy_row``, each with columns that identify the comparison.
        confidence: of all intervals.
    """
    import pandas as pd

    frame = pd.DataFrame([{**change, "confidence": confidence} for change in changes])
    numbers = ("a", "b", "difference", "low", "high")
    return with_units(frame, {str(name): "see the column unit" if name in numbers else "" for name in frame})


def tidy_row(quantity: str, unit: str, ends: tuple[float | None, float | None], change: Difference, n: int, method: str) -> dict[str, Any]:
    """Returns the columns of a row of ``tidy`` that all differences have.

    Args:
        quantity: name of the quantity.
        unit: of both and of the difference.
        ends: value before and after, the columns ``a`` and ``b``; None if there is none.
        change: ``b`` minus ``a`` with its interval.
        n: number of replicates.
        method: of the interval.
    """
    a, b = ends
    change_of = {"difference": change.estimate, "low": change.low, "high": change.high}
    return {"quantity": quantity, "unit": unit, "a": a, "b": b, **change_of, "n": n, "method": method}


def narrowing(unpaired: Difference, paired: Difference) -> float | None:
    """Returns the factor by which the paired interval is narrower; None if it is a point."""
    width = paired.high - paired.low
    return (unpaired.high - unpaired.low) / width if width > 0 else None


def ends(difference: Difference) -> list[float]:
    """Returns estimate, low and high."""
    return [difference.estimate, difference.low, difference.high]


def ratio(part: Floats, whole: Floats, confidence: float) -> Difference | None:
    """Returns the share of one total in another over replicates, with the interval of a ratio estimator.

    Replicates are the clusters: projects of one replicate share its random numbers, so they are not independent (Cochran 1977, Sampling
    Techniques, 6.4; Student's interval of the linearised ratio, kept within 0 and 1).

    Args:
        part, whole: one value a replicate, ``part <= whole``, shape ``(n,)``, two or more.
        confidence: of the interval.

    Returns:
        None if the whole is 0.
    """
    total = float(whole.sum())
    if total == 0.0:
        return None
    share = float(part.sum()) / total
    around = paired_mean((part - share * whole) / float(whole.mean()), confidence)
    return Difference(share, max(share + around.low, 0.0), min(share + around.high, 1.0))
