"""What numbers that were drawn for every replicate explain of its outcomes, from the replicates alone ("given data").

The mean of an outcome given a number is fitted by cosines of the number's rank (Plischke 2012, doi:10.1016/j.ress.2012.01.001), for several
numbers by the sum of such functions. From it come the first-order index, which is the share of the variance of the outcome that the mean
given the number has, and the expected value of partial perfect information (Strong, Oakley and Brennan 2014,
doi:10.1177/0272989X13505910). A fit follows the noise of few replicates too: the share is adjusted for its degrees of freedom, and the
fitted means are drawn together until their variance is that share. The shift compares whole distributions: the Kolmogorov-Smirnov distance
between the outcome given the number and the outcome of all replicates, mean over ranges of the number (PAWN, Pianosi and Wagener 2015,
doi:10.1016/j.envsoft.2015.01.004; the mean after Baucells and Borgonovo 2013, doi:10.1287/mnsc.1120.1608).

Every measure has a noise floor: the largest value among 20 dummies for each number, which are its own values in shuffled order. If no
number mattered, one of them would exceed the floor in one of 21 cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.errors import UserError
from aixsim.random.draws import Purpose, uniforms

HARMONICS: Final = 6
"""Cosines of a number; fewer where it has fewer different values, or where a group has many numbers."""
SHUFFLES: Final = 20
RESAMPLES: Final = 100
_FEWEST_PER_COLUMN: Final = 20
"""Replicates for each column of a fit of a group; with fewer it has one cosine a number, and needs three replicates for each."""
_FEWEST_REPEATED: Final = 50
_LEVELS: Final = 50
"""Places at which the distributions of an outcome are compared."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of every outcome.

    Attributes:
        value: the measure, shape ``(n_outcomes,)``.
        error: its standard error, from resampled sets of replicates, shape ``(n_outcomes,)``.
        dummies: of the dummies, shape ``(SHUFFLES, n_outcomes)``.
    """

    value: Floats
    error: Floats
    dummies: Floats

    @classmethod
    def of(cls, found: Floats) -> Measured:
        """Returns the measure of the sets of ``Resamples``, shape ``(n_sets, n_outcomes)``."""
        return cls(found[0], found[1:-SHUFFLES].std(axis=0, ddof=1), found[-SHUFFLES:])


@dataclass(frozen=True, slots=True)
class Resamples:
    """Sets of replicates that all measures share: all of them, resampled ones, and all of them for every dummy.

    Attributes:
        weights: how often every replicate is in a set, shape ``(n_sets, n)``.
        seed: of the dummies.
    """

    weights: Floats
    seed: int

    @classmethod
    def of(cls, n: int, seed: int = 0) -> Resamples:
        """Draws the resampled sets of ``n`` replicates."""
        places = (uniforms(seed, 0, Purpose.RESAMPLING, RESAMPLES * n) * n).astype(np.intp).reshape(RESAMPLES, n)
        resampled = np.stack([np.bincount(row, minlength=n) for row in places])
        return cls(np.vstack([np.ones((1, n)), resampled, np.ones((SHUFFLES, n))]), seed)

    def orders(self, item: int) -> NDArray[np.intp]:
        """Returns the orders in which the dummies of an item have its values, shape ``(SHUFFLES, n)``."""
        n = self.weights.shape[1]
        return np.argsort(uniforms(self.seed, item + 1, Purpose.RESAMPLING, SHUFFLES * n).reshape(SHUFFLES, n), axis=1)


def refuse_not_finite(columns: Mapping[str, Floats], where: str) -> None:
    """Raises a user error for the first column with a value that is not a finite number, since every measure of it would be wrong."""
    for name, values in columns.items():
        if n_wrong := int((~np.isfinite(values)).sum()):
            place = int(np.flatnonzero(~np.isfinite(values))[0])
            found = f"{name} is not finite in {n_wrong:,} of {len(values):,} replicates, such as row {place}"
            raise UserError(f"{where}: {found}; run it again")


def cosines(numbers: Sequence[Floats]) -> Floats:
    """Returns the columns of a fit of some numbers, shape ``(n, p)``: orthonormal, with mean 0.

    Args:
        numbers: finite, shape ``(n,)`` each; none is constant.

    Returns:
        No column if there are more than ``n / 3`` numbers.
    """
    n = len(numbers[0])
    if 3 * len(numbers) > n:
        return np.zeros((n, 0))
    most = min(HARMONICS, max(1, n // (_FEWEST_PER_COLUMN * len(numbers))))
    columns = []
    for values in numbers:
        _, place, ties = np.unique(values, return_inverse=True, return_counts=True)
        rank = (np.cumsum(ties) - ties / 2.0) / n
        # Cosines of k times an angle are polynomials of order k of its cosine: m values are fitted exactly by m - 1 of them.
        columns.append(np.cos(np.pi * np.outer(rank, np.arange(1, min(most, len(ties) - 1) + 1)))[place])
    together = np.hstack(columns)
    return np.linalg.qr(together - together.mean(axis=0))[0]


def fit(columns: Floats, outcomes: Floats) -> tuple[Floats, Floats]:
    """Returns the share of the variance of outcomes that a fit explains, adjusted, and the means that it gives every replicate.

    Args:
        columns: from ``cosines``, shape ``(n, p)``.
        outcomes: shape ``(n, n_outcomes)``; none is constant.

    Returns:
        Shape ``(n_outcomes,)``, slightly below 0 where nothing is explained; and ``(n, n_outcomes)``, with that share of the variance, and
        within the range of the outcome.
    """
    design, n = _with_intercept(columns), len(columns)
    shares, means, slopes = _solved((design.T @ np.hstack([design, outcomes]))[None], (outcomes**2).sum(axis=0)[None], n, np.ones(1))
    return shares[0], np.clip(means[0] + design @ slopes[0], outcomes.min(axis=0), outcomes.max(axis=0))


def value_of_knowing(means: Floats, threshold: float, weights: Floats | None = None) -> Floats:
    """Returns what knowing some numbers is worth for a decision to act or not, shape ``(n_outcomes,)``.

    Acting brings the outcome less the threshold, not acting 0. Without the numbers the better of the two is taken on average; with them,
    in every replicate.

    Args:
        means: of the outcomes given the numbers, shape ``(n, n_outcomes)``.
        threshold: subtracted.
        weights: how often every replicate counts, shape ``(n,)``.
    """
    n, net = len(means), means - threshold
    w = np.ones(n) if weights is None else weights
    worth: Floats = (w @ np.maximum(net, 0.0) - np.maximum(w @ net, 0.0)) / n
    return np.maximum(worth, 0.0)  # rounding


def explained(
    columns: Floats, outcomes: Floats, resamples: Resamples, item: int, decided: Sequence[int], threshold: float = 0.5
) -> tuple[Measured, Measured]:
    """Returns the share of the variance that some numbers explain, and what knowing them is worth for a decision.

    Args:
        columns: from ``cosines``.
        outcomes: shape ``(n, n_outcomes)``; none is constant.
        resamples: of the resampled sets and dummies.
        item: number of the item, by which its dummies differ from those of others.
        decided: outcomes that a decision is about, for which the worth is returned.
        threshold: as for ``value_of_knowing``.
    """
    design, weights, at = _with_intercept(columns), resamples.weights, list(decided)
    both = np.hstack([design, outcomes])
    # One product for every column of the design is faster than one for every set.
    of_sets = np.stack([weights[:-SHUFFLES] @ (column[:, None] * both) for column in design.T], axis=1)
    # Shuffling the outcomes is the same as shuffling the numbers.
    of_dummies = np.stack([design.T @ np.hstack([design, outcomes[order]]) for order in resamples.orders(item)])
    # A resampled set repeats the noise that the fit to all replicates follows, so its share is adjusted twice.
    times = np.repeat([1.0, 2.0, 1.0], [1, len(weights) - 1 - SHUFFLES, SHUFFLES])
    shares, means, slopes = _solved(np.concatenate([of_sets, of_dummies]), weights @ outcomes**2, len(design), times)
    # One set after another: what fits into the cache of the processor is several times as fast.
    low, high = outcomes[:, at].min(axis=0), outcomes[:, at].max(axis=0)
    given = (np.clip(mean[at] + design @ slope[:, at], low, high) for mean, slope in zip(means, slopes, strict=True))
    worths = [value_of_knowing(one, threshold, w) for one, w in zip(given, weights, strict=True)]
    return Measured.of(shares), Measured.of(np.stack(worths))


def _with_intercept(columns: Floats) -> Floats:
    return np.hstack([np.ones((len(columns), 1)), columns])


def _solved(moments: Floats, squares: Floats, n: int, times: Floats) -> tuple[Floats, Floats, Floats]:
    """Returns adjusted shares, means of the outcomes, and the slopes around them of fits that have that share of the variance.

    Args:
        moments: sums of the products of the design with itself and with the outcomes, shape ``(n_sets, p + 1, p + 1 + n_outcomes)``.
        squares: sums of the squared outcomes, shape ``(n_sets, n_outcomes)``.
        n: replicates of a set.
        times: how often a share is adjusted, shape ``(n_sets,)``.
    """
    p = moments.shape[1] - 1
    sums = moments[:, :, p + 1 :]
    # The diagonal matters only where a resampled set lacks a value of a number.
    slopes = np.linalg.solve(moments[:, :, : p + 1] + 1e-9 * np.eye(p + 1), sums)
    means = sums[:, 0] / n
    around = n * means**2
    raw = np.maximum((np.einsum("sio,sio->so", slopes, sums) - around) / np.maximum(squares - around, 1e-300), 1e-300)
    shares = 1.0 - (1.0 - raw) * ((n - 1.0) / (n - p - 1.0)) ** times[:, None]
    slopes[:, 0] -= means
    return shares, means, slopes * np.sqrt(np.maximum(shares, 0.0) / raw)[:, None]


def shift(values: Floats, places: NDArray[np.intp], resamples: Resamples, item: int) -> Measured:
    """Returns by how much knowing a number moves the distribution of every outcome: the mean distance, 0 to 1.

    Of an outcome of zeros and ones it is the mean change of the probability. Noise alone gives a positive distance; see the dummies.

    Args:
        values: of the number, finite, shape ``(n,)``.
        places: of the outcomes, from ``places_of``.
        resamples, item: as for ``explained``.
    """
    ranges = _ranges(values)
    of_sets = [_distances(ranges, places, weights) for weights in resamples.weights[:-SHUFFLES]]
    of_dummies = [_distances(ranges[order], places, resamples.weights[0]) for order in resamples.orders(item)]
    return Measured.of(np.stack(of_sets + of_dummies))


def _ranges(values: Floats) -> NDArray[np.intp]:
    """Returns the range of every value, 0 to at most 9: its value where there are few, else ranges with equally many replicates."""
    n = len(values)
    distinct, place = np.unique(values, return_inverse=True)
    most = min(10, max(4, n // 100))
    if len(distinct) <= most:
        return place
    return np.argsort(np.argsort(values, kind="stable")) * most // n


def places_of(outcomes: Floats) -> NDArray[np.intp]:
    """Returns between which of at most 50 levels every value of some outcomes lies, shape ``(n_outcomes, n)``."""
    shares = np.arange(1, _LEVELS) / _LEVELS
    return np.stack([np.searchsorted(np.unique(np.quantile(one, shares, method="lower")), one, side="left") for one in outcomes.T])


def _distances(ranges: NDArray[np.intp], places: NDArray[np.intp], weights: Floats) -> Floats:
    """Returns the mean distance of every outcome, from the range and the weight of every replicate and its place in every outcome."""
    n_outcomes, n_ranges = len(places), int(ranges.max()) + 1
    cells = places + (np.arange(n_outcomes)[:, None] * n_ranges + ranges) * _LEVELS
    counts = np.bincount(cells.ravel(), np.tile(weights, n_outcomes), n_outcomes * n_ranges * _LEVELS)
    reached = counts.reshape(n_outcomes, n_ranges, _LEVELS).cumsum(axis=2)
    inside = reached[0, :, -1]
    together = reached.sum(axis=1, keepdims=True) / len(weights)
    distance = np.abs(reached / np.maximum(inside, 1.0)[:, None] - together).max(axis=2)
    found: Floats = distance @ inside / len(weights)
    return found


def share_of_noise(numbers: Floats, outcomes: Floats) -> tuple[Floats, Floats] | None:
    """Returns the share of the variance of outcomes between replicates with equal numbers, and its standard error.

    Args:
        numbers: all that are drawn, shape ``(n, k)``.
        outcomes: shape ``(n, n_outcomes)``; none is constant.

    Returns:
        Shape ``(n_outcomes,)`` each, the error as if outcomes were normal; None if fewer than 50 replicates repeat the numbers of another.
    """
    _, place, n_equal = np.unique(numbers, axis=0, return_inverse=True, return_counts=True)
    n, free, place = len(numbers), len(numbers) - len(n_equal), place.ravel()
    if free < _FEWEST_REPEATED:
        return None
    means = np.stack([np.bincount(place, one) / n_equal for one in outcomes.T], axis=1)
    share = ((outcomes - means[place]) ** 2).sum(axis=0) / free / outcomes.var(axis=0, ddof=1)
    return share, share * np.sqrt(2.0 / free + 2.0 / n)
