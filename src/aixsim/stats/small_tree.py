"""A small classification tree: yes-or-no questions about one number each that part cases from others best.

Every split makes the sum of squares of what is left to explain as small as it can be (Gini's impurity; Breiman, Friedman, Olshen and Stone
1984, Classification and Regression Trees). Only numbers that differ between cases and others (``monte_carlo_filtering``) are asked for.
Levels are added only as far as they predict rows that were left out better.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.stats.monte_carlo_filtering import differing

DEEPEST: Final = 3
"""Levels of questions that a reader can still follow."""
FEWEST_SHARE: Final = 0.02
"""Share of all rows that a leaf has at least."""
_FEWEST: Final = 5
_ERRORS: Final = 2.0
"""Standard errors by which more levels must predict better."""
Path = tuple[tuple[int, bool, float], ...]
"""Answers that lead to a node: number, whether it is at most a value, and the value."""
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a tree.

    Attributes:
        n, cases: rows of the node, and cases among them.
        number, cut: the question: whether this number is at most this value; None at a leaf.
        yes, no: the nodes of the answers.
    """

    n: int
    cases: int
    number: int | None = None
    cut: float = math.nan
    yes: Node | None = None
    no: Node | None = None

    def predict(self, x: Floats, depth: int = DEEPEST) -> Floats:
        """Returns the share of cases in the node of each row of ``x``; questions deeper than ``depth`` are not asked."""
        out = np.full(len(x), self.cases / self.n)
        if depth and self.number is not None and self.yes is not None and self.no is not None:
            is_yes = x[:, self.number] <= self.cut
            out[is_yes], out[~is_yes] = self.yes.predict(x[is_yes], depth - 1), self.no.predict(x[~is_yes], depth - 1)
        return out

    def walk(self, depth: int, path: Path = ()) -> Iterator[tuple[Path, Node]]:
        """Yields every node down to a depth, with the answers that lead to it."""
        yield path, self
        if depth and self.number is not None and self.yes is not None and self.no is not None:
            yield from self.yes.walk(depth - 1, (*path, (self.number, True, self.cut)))
            yield from self.no.walk(depth - 1, (*path, (self.number, False, self.cut)))


def grow(x: Floats, cases: Bools) -> Node:
    """Returns a tree of the deepest kind; a part of it is a tree of fewer levels.

    Args:
        x: finite numbers, shape ``(n, n_numbers)``.
        cases: shape ``(n,)``; some, but not all.
    """
    return _grow(x, cases, differing(x, cases), DEEPEST, max(_FEWEST, math.ceil(FEWEST_SHARE * len(cases))))


def _grow(x: Floats, cases: Bools, numbers: list[int], depth: int, fewest: int) -> Node:
    n, total = len(cases), int(cases.sum())
    found = _split(x[:, numbers], cases, fewest) if numbers and depth and 0 < total < n else None
    if found is None:
        return Node(n, total)
    number, cut = numbers[found[0]], found[1]
    is_yes = x[:, number] <= cut
    branches = (_grow(x[side], cases[side], numbers, depth - 1, fewest) for side in (is_yes, ~is_yes))
    return Node(n, total, number, cut, *branches)


def _split(x: Floats, cases: Bools, fewest: int) -> tuple[int, float] | None:
    """Returns the number and the value that explain most, None if no leaf would have enough rows."""
    n = len(cases)
    order = np.argsort(x, axis=0, kind="stable")
    values = np.take_along_axis(x, order, axis=0)
    below, size = np.cumsum(cases[order], axis=0)[:-1], np.arange(1, n)[:, None]
    total = int(cases.sum())
    explained = below**2 / size + (total - below) ** 2 / (n - size)
    can = (values[:-1] < values[1:]) & (size >= fewest) & (n - size >= fewest)
    if not can.any():
        return None
    row, number = np.unravel_index(int(np.where(can, explained, -np.inf).argmax()), can.shape)
    return int(number), float(values[row, number] + values[row + 1, number]) / 2.0


def squared_errors(x: Floats, cases: Bools, folds: Sequence[NDArray[np.intp]]) -> Floats:
    """Returns the squared error of predictions for rows that were left out, by depth from 0 on; shape ``(DEEPEST + 1, n)``."""
    out = np.zeros((DEEPEST + 1, len(cases)))
    for held in folds:
        kept = np.ones(len(cases), np.bool_)
        kept[held] = False
        tree = grow(x[kept], cases[kept])
        for depth in range(DEEPEST + 1):
            out[depth, held] = (tree.predict(x[held], depth) - cases[held]) ** 2
    return out


def depth_worth(errors: Floats) -> int:
    """Returns the depth: levels are added while they lower the mean of the squared errors by more than two standard errors."""
    depth = 0
    for deeper in range(1, len(errors)):
        gain = errors[depth] - errors[deeper]
        if gain.mean() > _ERRORS * gain.std(ddof=1) / math.sqrt(len(gain)):
            depth = deeper
    return depth
