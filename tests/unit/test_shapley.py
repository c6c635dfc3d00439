"""Shapley values of games that are known by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.random.draws import uniforms
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
