"""Shapley values of games that are known by hand."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.random.draws import uniforms
from aixsim.stats.differences import crossed_mean, paired_mean
from aixsim.stats.sampled_shapley import added, sampled_orders, subsets_to_play
from aixsim.stats.shapley import shapley, synergies


def shares(values: list[int]) -> list[float]:
    numerators, denominator = shapley(np.array(values, np.int64)[:, None])
    return (numerators[:, 0] / denominator).tolist()


def test_gloves_by_hand() -> None:
    """Player 0 has a left glove, 1 and 2 a right one each; a pair is worth 1. Of six orders player 0 completes a pair in four."""
    #        {}  0  1  01 2  02 12 012
    gloves = [0, 0, 0, 1, 0, 1, 0, 1]
    assert shares(gloves) == pytest.approx([4 / 6, 1 / 6, 1 / 6])


def test_an_airport_by_hand() -> None:
    """Runways of length 1, 2 and 3 (Littlechild and Owen 1973): 1/3; 1/3 + 1/2; 1/3 + 1/2 + 1."""
    cost = [max([length for player, length in enumerate((1, 2, 3)) if subset >> player & 1], default=0) for subset in range(8)]
    assert shares(cost) == pytest.approx([1 / 3, 5 / 6, 11 / 6])


def test_the_values_sum_to_the_total_exactly() -> None:
    values = (1e9 * uniforms(1, 0, 0, 2**8 * 5)).astype(np.int64).reshape(2**8, 5)
    numerators, denominator = shapley(values)
    assert (numerators.sum(axis=0) == denominator * (values[-1] - values[0])).all()


def test_who_adds_nothing_gets_nothing_and_equals_get_the_same() -> None:
    values = [10 * (subset & 3).bit_count() ** 2 for subset in range(8)]  # player 2 is a dummy, 0 and 1 are alike
    assert shares(values) == [20.0, 20.0, 0.0]


def game(pairs: dict[tuple[int, int], int], alone: list[int]) -> NDArray[np.int64]:
    """Returns a game of single values and of what pairs add together."""
    values = [
        sum(value for player, value in enumerate(alone) if subset >> player & 1)
        + sum(value for (i, j), value in pairs.items() if subset >> i & subset >> j & 1)
        for subset in range(2 ** len(alone))
    ]
    return np.array(values, np.int64)[:, None]


def test_synergies_are_those_of_the_game() -> None:
    values = game({(0, 1): 6, (1, 2): -4}, [3, 5, 7])
    assert {pair: float(one[0]) for pair, one in synergies(values).items()} == {(0, 1): 6.0, (0, 2): 0.0, (1, 2): -4.0}
    numerators, denominator = shapley(values)
    assert (numerators[:, 0] / denominator).tolist() == [3 + 3, 5 + 3 - 2, 7 - 2]


def test_a_wrong_weight_would_be_noticed() -> None:
    """Planted fault: the mean over subsets instead of orders. It agrees for two players, and not for gloves."""
    gloves = np.array([0, 0, 0, 1, 0, 1, 0, 1])
    over_subsets = [np.mean([gloves[s | 1 << i] - gloves[s] for s in range(8) if not s >> i & 1]) for i in range(3)]
    assert over_subsets != pytest.approx([4 / 6, 1 / 6, 1 / 6])
    assert sum(over_subsets) != pytest.approx(1.0)


def by_subset(values: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    return dict(enumerate(values))


def test_orders_come_with_their_reverses_and_need_few_subsets() -> None:
    orders = sampled_orders(11, 12, seed=3)
    assert len(orders) == 24
    assert all(sorted(order) == list(range(11)) for order in orders)
    assert all(reverse == order[::-1] for order, reverse in zip(orders[::2], orders[1::2], strict=True))
    assert len({tuple(order) for order in orders}) == 24
    assert sampled_orders(11, 12, seed=3) == orders != sampled_orders(11, 12, seed=4)
    # {}, 0, 01, 012 and 2, 21, and all but one: 12, 02, 01
    assert subsets_to_play(3, [[0, 1, 2], [2, 1, 0]]) == [0b000, 0b001, 0b011, 0b100, 0b101, 0b110, 0b111]
    assert subsets_to_play(3, ()) == list(range(8))


def test_what_players_add_in_an_order_by_hand() -> None:
    """Gloves: 1 completes the pair of 0; from behind, 0 completes that of 2. All six orders give the Shapley values."""
    gloves = by_subset(np.array([0, 0, 0, 1, 0, 1, 0, 1], np.int64)[:, None])
    assert added(gloves, [[0, 1, 2], [2, 1, 0]])[:, :, 0].tolist() == [[0, 1, 0], [1, 0, 0]]
    assert added(gloves, list(permutations(range(3))))[:, :, 0].mean(axis=0).tolist() == pytest.approx([4 / 6, 1 / 6, 1 / 6])


def test_in_every_order_what_is_added_sums_to_the_total() -> None:
    values = (1e9 * uniforms(1, 0, 0, 2**7 * 5)).astype(np.int64).reshape(2**7, 5)
    found = added(by_subset(values), sampled_orders(7, 3, seed=1))
    assert (found.sum(axis=1) == values[-1] - values[0]).all()


def test_an_order_with_its_reverse_halves_what_pairs_do_together() -> None:
    """So a game of pairs is exact from one order and its reverse; the twin: from the order alone it is not."""
    values = game({(0, 1): 6, (1, 2): -4, (0, 4): 10, (3, 4): 2}, [3, 5, 7, 0, 1])
    numerators, denominator = shapley(values)
    both = added(by_subset(values), sampled_orders(5, 1, seed=2))[:, :, 0]
    assert both.mean(axis=0).tolist() == (numerators[:, 0] / denominator).tolist()
    assert both[0].tolist() != both.mean(axis=0).tolist()


def test_intervals_hold_the_error_of_orders_and_of_replicates() -> None:
    """Three players win together what none does alone. The twin: an interval of the replicates alone misses the error of the orders."""
    k, n, held, alone, tried = 8, 40, 0, 0, 0
    wins = np.array([100 * (subset & 0b10110 == 0b10110) + subset.bit_count() ** 2 for subset in range(2**k)], np.int64)
    exact, denominator = shapley(wins[:, None])
    for seed in range(60):
        noise = np.rint(10 * uniforms(seed, 1, 0, n)).astype(np.int64) - 5
        values = {subset: wins[subset] + subset.bit_count() * noise for subset in range(2**k)}
        true = exact[:, 0] / denominator
        found = added(values, sampled_orders(k, 12, seed))
        pairs = (0.5 * (found[::2] + found[1::2])).astype(np.float64)
        for player in (1, 2, 4):
            wide, narrow = crossed_mean(pairs[:, player], 0.95), paired_mean(pairs[:, player].mean(axis=0), 0.95)
            held += wide.low <= true[player] <= wide.high
            alone += narrow.low <= true[player] <= narrow.high
            tried += 1
    assert held / tried > 0.9
    assert alone / tried < 0.5


def test_a_crossed_mean_by_hand() -> None:
    """Means of rows 1 and 3, of columns 1.5 and 2.5: variances 2 and 0.5, error sqrt(2 / 2 + 0.5 / 2), one degree of freedom: 12.7062."""
    found = crossed_mean(np.array([[0.5, 1.5], [2.5, 3.5]]), 0.95)
    assert found.estimate == 2.0
    assert found.high - found.estimate == pytest.approx(12.7062 * 1.25**0.5, rel=1e-5)
