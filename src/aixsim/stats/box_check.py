"""Boxes counted on rows that did not take part in their search: the whole search is repeated five times without one fifth of the rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.random.draws import Purpose, uniforms
from aixsim.stats.prim import cover

FOLDS: Final = 5
_SURE: Final = 2.326
"""Standard deviations above chance, one-sided 1 %, by which a box must have more cases."""
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def folds_of(n: int) -> list[NDArray[np.intp]]:
    """Returns the rows of each fifth, in an order that no design has."""
    order = np.argsort(uniforms(0, 0, Purpose.RESAMPLING, n), kind="stable")
    return [np.sort(order[k::FOLDS]) for k in range(FOLDS)]


@dataclass(frozen=True)
class Held:
    """A box on rows that were left out, over all folds.

    Attributes:
        n, cases: rows inside, and cases among them.
        of: all cases among the rows.
        z: standard deviations by which the cases exceed what chance gives.
        limited: numbers with a limit, by fold.
    """

    n: int
    cases: int
    of: int
    z: float
    limited: list[list[int]]

    @property
    def holds(self) -> bool:
        """Whether it has significantly more cases than by chance (99 %)."""
        return self.z > _SURE


def held_out(x: Floats, cases: Bools, most: int, density: float | None) -> list[Held]:
    """Returns for each of ``most`` boxes how it does on rows that were left out of the search.

    By chance, the cases inside are a hypergeometric number in every fold.
    """
    sums, limited = np.zeros((most, 5)), [list[list[int]]() for _ in range(most)]
    for held in folds_of(len(cases)):
        kept = np.ones(len(cases), np.bool_)
        kept[held] = False
        rest = held
        for at, found in enumerate(cover(x[kept], cases[kept], most, density)):
            inside, hit = found.box.holds(x[rest]), cases[rest]
            n, of, total = int(inside.sum()), int(hit.sum()), len(rest)
            spread = n * of * (total - of) * (total - n) / (total**2 * max(total - 1, 1)) if total else 0.0
            sums[at] += n, int((inside & hit).sum()), int(cases[held].sum()), n * of / max(total, 1), spread
            limited[at].append(found.box.limited)
            rest = rest[~inside]
    return [
        Held(int(row[0]), int(row[1]), int(row[2]), (row[1] - row[3]) / math.sqrt(row[4]) if row[4] else 0.0, numbers)
        for row, numbers in zip(sums.tolist(), limited, strict=True)
    ]
