"""Shapley values from a sample of orders, where a game has too many subsets to play all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from aixsim.random.draws import Purpose, uniforms

Orders = Sequence[Sequence[int]]


def sampled_orders(k: int, n_pairs: int, seed: int) -> list[list[int]]:
    """Returns random orders of ``k`` players, each followed by its reverse.

    The reverse of an order puts every player behind those who came before it, so what two players do together is halved between them in
    each pair of orders, and the mean of a pair varies less (antithetic sampling; Mitchell, Cooper, Frank and Holmes 2022, Journal of
    Machine Learning Research 23).

    Args:
        k: number of players.
        n_pairs: number of orders with their reverses.
        seed: of the random numbers.
    """
    drawn = [np.argsort(uniforms(seed, pair, Purpose.RESAMPLING, k), kind="stable").tolist() for pair in range(n_pairs)]
    return [order for one in drawn for order in (one, one[::-1])]


def subsets_to_play(k: int, orders: Orders) -> list[int]:
    """Returns the subsets that orders need, and all players but one, as bits in increasing order; without orders all subsets."""
    if not orders:
        return list(range(1 << k))
    full = (1 << k) - 1
    found = {0, full, *(full ^ 1 << player for player in range(k))}
    for order in orders:
        subset = 0
        for player in order:
            subset |= 1 << player
            found.add(subset)
    return sorted(found)


def added(values: Mapping[int, NDArray[np.int64]], orders: Orders) -> NDArray[np.int64]:
    """Returns what every player adds to those who come before, shape ``(n_orders, k, n)``.

    The mean over the orders estimates the Shapley value without bias. In every order, what the players add sums to the value of all.

    Args:
        values: of the subsets of ``subsets_to_play``, by replicate, shape ``(n,)`` each.
        orders: of ``sampled_orders``.
    """
    k, n = len(orders[0]), len(values[0])
    out = np.empty((len(orders), k, n), np.int64)
    for number, order in enumerate(orders):
        subset = 0
        for player in order:
            out[number, player] = values[subset | 1 << player] - values[subset]
            subset |= 1 << player
    return out
