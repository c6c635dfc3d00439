"""Shapley values: shares of a total among players, from the value of every subset of them."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def shapley(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Returns the Shapley value of every player in every replicate, as whole numbers over a common denominator.

    A player's value is the mean, over all orders in which the players may come, of what the player adds to those who came before
    (Shapley 1953). Whole numbers make the values of the players add up to the value of all of them exactly.

    Args:
        values: of every subset in every replicate, shape ``(2**k, n)``; subset ``s`` holds player ``i`` if bit ``i`` of ``s`` is set.

    Returns:
        Numerators, shape ``(k, n)``, and the denominator ``k!``; at most 15 players, so that 64 bits hold them.
    """
    k = len(values).bit_length() - 1
    subsets = np.arange(len(values))
    size = np.array([subset.bit_count() for subset in subsets.tolist()])
    out = np.zeros((k, values.shape[1]), np.int64)
    for player in range(k):
        without = subsets[subsets >> player & 1 == 0]
        weight = np.array([factorial(n) * factorial(k - n - 1) for n in size[without].tolist()], np.int64)
        out[player] = weight @ (values[without | 1 << player] - values[without])
    return out, factorial(k)


def synergies(values: NDArray[np.int64]) -> dict[tuple[int, int], Floats]:
    """Returns the interaction index of every pair of players, by replicate, shape ``(n,)`` each.

    How much more two players add together than each of them alone, averaged over the others (Grabisch and Roubens 1999,
    doi:10.1007/s001820050125): positive where they help each other, negative where one makes good the lack of the other.

    Args:
        values: as in ``shapley``; two players or more.
    """
    k = len(values).bit_length() - 1
    subsets = np.arange(len(values))
    out = {}
    for i, j in combinations(range(k), 2):
        rest = subsets[(subsets >> i | subsets >> j) & 1 == 0]
        size = [subset.bit_count() for subset in rest.tolist()]
        weight = np.array([factorial(n) * factorial(k - n - 2) for n in size], np.float64) / factorial(k - 1)
        both, one, other = values[rest | 1 << i | 1 << j], values[rest | 1 << i], values[rest | 1 << j]
        out[i, j] = weight @ (both - one - other + values[rest]).astype(np.float64)
    return out
