"""Differences with their intervals, for replicates paired by common random numbers and for independent replicates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aixsim.stats.intervals import proportion


@dataclass(frozen=True, slots=True)
class Difference:
    """An estimated difference, with its confidence interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MeanDifference(Difference):
    """A difference of means, with its standard error."""

    standard_error: float


def paired_mean(change: NDArray[np.float64], confidence: float) -> MeanDifference:
    """Returns the mean of differences with Student's t interval.

    Args:
        change: one difference per pair, shape ``(n_pairs,)``, two pairs or more.
        confidence: of the interval.
    """
    n = len(change)
    error = float(change.std(ddof=1)) / math.sqrt(n)
    return _around(float(change.mean()), error, n - 1, confidence)


def crossed_mean(values: NDArray[np.float64], confidence: float) -> MeanDifference:
    """Returns the mean over two samples that are crossed, with an interval for the errors of both.

    Every value belongs to one unit of each sample. The variances of the means over either add up; noise that belongs to single values
    counts in both, so the interval is a little wide (Owen 2007, doi:10.1214/07-AOAS122). Student's quantile has the degrees of freedom
    of the smaller sample.

    Args:
        values: shape ``(n_first, n_second)``, two of each or more.
        confidence: of the interval.
    """
    means = values.mean(axis=1), values.mean(axis=0)
    error = math.sqrt(sum(float(one.var(ddof=1)) / len(one) for one in means))
    return _around(float(values.mean()), error, min(values.shape) - 1, confidence)


def independent_mean(after: NDArray[np.float64], before: NDArray[np.float64], confidence: float) -> MeanDifference:
    """Returns the difference of two means with Welch's interval (1947, doi:10.1093/biomet/34.1-2.28).

    Args:
        after, before: one value per replicate, two or more.
        confidence: of the interval.
    """
    parts = [float(values.var(ddof=1)) / len(values) for values in (after, before)]
    total = sum(parts)
    freedom = total**2 / sum(v**2 / (len(x) - 1) for v, x in zip(parts, (after, before), strict=True)) if total else 1.0
    return _around(float(after.mean() - before.mean()), math.sqrt(total), freedom, confidence)


def _around(estimate: float, error: float, freedom: float, confidence: float) -> MeanDifference:
    from scipy.special import stdtrit

    reach = float(stdtrit(freedom, 0.5 + confidence / 2.0)) * error
    return MeanDifference(estimate, estimate - reach, estimate + reach, error)


def paired_proportions(both: int, only_after: int, only_before: int, neither: int, confidence: float) -> Difference:
    """Returns the difference of two probabilities observed on the same replicates: after minus before.

    Wilson's limits of the two, squared and added with the correlation of the pairs (method 10 of Newcombe 1998, Statistics in
    Medicine 17, 2635-2650). Unlike the normal interval it has a positive width if no pair differs.

    Args:
        both, only_after, only_before, neither: number of pairs by success.
        confidence: of the interval.
    """
    n, phi = both + only_after + only_before + neither, _correlation(both, only_after, only_before, neither)
    return _square_and_add((both + only_after, n), (both + only_before, n), phi, confidence)


def independent_proportions(after: tuple[int, int], before: tuple[int, int], confidence: float) -> Difference:
    """Returns the difference of two probabilities of independent replicates: after minus before.

    Method 10 of Newcombe (1998, Statistics in Medicine 17, 873-890).

    Args:
        after, before: successes and n.
        confidence: of the interval.
    """
    return _square_and_add(after, before, 0.0, confidence)


def _correlation(both: int, only_after: int, only_before: int, neither: int) -> float:
    """Returns the phi coefficient, shrunk by Newcombe's correction when positive: small samples overstate it."""
    n = both + only_after + only_before + neither
    margins = (both + only_after, only_before + neither, both + only_before, only_after + neither)
    if not all(margins):
        return 0.0
    product = float(both * neither - only_after * only_before)
    corrected = max(product - n / 2.0, 0.0) if product > 0 else product
    return corrected / math.sqrt(math.prod(margins))


def _square_and_add(after: tuple[int, int], before: tuple[int, int], phi: float, confidence: float) -> Difference:
    a, b = proportion(*after, confidence), proportion(*before, confidence)
    a_down, a_up = a.estimate - a.wilson[0], a.wilson[1] - a.estimate
    b_down, b_up = b.estimate - b.wilson[0], b.wilson[1] - b.estimate
    difference = a.estimate - b.estimate
    down = math.sqrt(max(a_down**2 - 2.0 * phi * a_down * b_up + b_up**2, 0.0))
    up = math.sqrt(max(a_up**2 - 2.0 * phi * a_up * b_down + b_down**2, 0.0))
    return Difference(difference, difference - down, difference + up)


def mcnemar(only_after: int, only_before: int) -> float:
    """Returns the exact two-sided p-value of "both probabilities are equal", from the pairs that differ.

    McNemar (1947, doi:10.1007/BF02295996) with the exact binomial law, which is symmetric at a probability of one half.
    """
    # scipy.stats.binomtest gives the same, but its import takes a second longer.
    from scipy.special import bdtr

    return min(2.0 * float(bdtr(min(only_after, only_before), only_after + only_before, 0.5)), 1.0)


def fisher(after: tuple[int, int], before: tuple[int, int]) -> float:
    """Returns the exact two-sided p-value of "both probabilities are equal", from independent replicates.

    Fisher (1922, doi:10.2307/2340521), conditional on the total number of successes.

    Args:
        after, before: successes and n.
    """
    from scipy.stats import fisher_exact

    return float(fisher_exact(np.array([[after[0], after[1] - after[0]], [before[0], before[1] - before[0]]])).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Returns p-values corrected for the number of tests, in the given order; valid under any dependence.

    Holm (1979, Scandinavian Journal of Statistics 6, 65-70): the probability of any false rejection at a
    level is at most that level.
    """
    order = np.argsort(p_values, kind="stable")
    stepped = np.asarray(p_values, float)[order] * np.arange(len(order), 0, -1)
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return [float(p) for p in adjusted]
