"""The tree: a split by hand, a known one found, as deep as it is worth; rows shifted by one must fail."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.random.draws import uniforms
from aixsim.stats.box_check import folds_of
from aixsim.stats.small_tree import depth_worth, grow, squared_errors

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def futures(n: int, seed: int, low: float, high: float) -> tuple[Floats, Bools]:
    """Returns numbers, and cases with probability ``low`` where number 2 is at most 0.3 and ``high`` elsewhere."""
    x = uniforms(seed, 0, 0, 6 * n).reshape(n, 6)
    return x, uniforms(seed, 1, 0, n) < np.where(x[:, 2] <= 0.3, low, high)


def test_a_tree_by_hand() -> None:
    x = np.stack([np.arange(40.0), np.arange(40.0) % 2], axis=1)
    cases = x[:, 0] < 10
    tree = grow(x, cases)
    assert (tree.number, tree.cut, tree.n, tree.cases) == (0, 9.5, 40, 10)
    assert tree.predict(x).tolist() == cases.astype(float).tolist()
    assert tree.predict(x, 0).tolist() == [0.25] * 40
    paths = [path for path, _ in tree.walk(1)]
    assert paths == [(), ((0, True, 9.5),), ((0, False, 9.5),)]


def found(x: Floats, cases: Bools) -> bool:
    """Returns whether the tree has the one question that ``futures`` has."""
    tree, depth = grow(x, cases), depth_worth(squared_errors(x, cases, folds_of(len(x))))
    return depth == 1 and tree.number == 2 and abs(tree.cut - 0.3) < 0.03


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_known_split_is_found(seed: int) -> None:
    x, cases = futures(1000, seed, 0.8, 0.2)
    assert found(x, cases)
    assert not found(x, np.roll(cases, 1)), "the twin: each row has the outcome of another"


def test_noise_has_no_tree() -> None:
    depths = [depth_worth(squared_errors(*futures(400, 50 + seed, 0.3, 0.3), folds_of(400))) for seed in range(20)]
    assert sum(depth > 0 for depth in depths) <= 1


def test_the_depth_needs_more_than_noise() -> None:
    errors = np.tile(np.linspace(0.1, 0.3, 100), (4, 1))
    assert depth_worth(errors) == 0
    errors[2:] -= 0.05
    assert depth_worth(errors) == 2
    errors[3] += np.where(np.arange(100) % 2, 0.2, -0.21)  # better by 0.005 on average, and by chance
    assert depth_worth(errors) == 2
