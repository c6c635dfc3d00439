"""Boxes in which cases are frequent: the patient rule induction method (PRIM; Friedman and Fisher 1999, doi:10.1023/A:1008894516817).

A box is a lower and an upper limit of some numbers; only numbers that differ between cases and others (``monte_carlo_filtering``) may have
one. Peeling cuts off, again and again, the 5 % of the rows in the box at one end of one
number whose removal raises the share of cases most, per row removed (Kwakkel and Jaxa-Rozen 2016, doi:10.1016/j.envsoft.2015.11.020).
Of all boxes on this way the one is taken whose rows agree best with the cases (phi coefficient), or the largest with a wanted density.
Pasting moves its limits out again as long as the share of cases does not fall. Limits that are not significant are dropped by their
quasi-p-values (Bryant and Lempert 2010, doi:10.1016/j.techfore.2009.08.002), and the box is searched again among the other numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.stats.monte_carlo_filtering import differing

SHARE: Final = 0.05
"""Share of the rows of a box that one step removes or adds."""
FEWEST_SHARE: Final = 0.02
"""Share of all rows that a box has at least."""
_FEWEST: Final = 5
_DOUBT: Final = 0.05
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Box:
    """Limits of numbers, infinite where there is none.

    Attributes:
        low, high: shape ``(n_numbers,)`` each; values equal to a limit are inside.
    """

    low: Floats
    high: Floats

    @classmethod
    def everything(cls, n_numbers: int) -> Box:
        """Returns the box without limits."""
        return cls(np.full(n_numbers, -np.inf), np.full(n_numbers, np.inf))

    def holds(self, x: Floats) -> Bools:
        """Returns which rows are inside; ``x`` has shape ``(n, n_numbers)``."""
        inside: Bools = np.all((x >= self.low) & (x <= self.high), axis=1)
        return inside

    @property
    def limited(self) -> list[int]:
        """The numbers that have a limit."""
        found: list[int] = np.flatnonzero(np.isfinite(self.low) | np.isfinite(self.high)).tolist()
        return found

    def with_limit(self, number: int, *, upper: bool, to: float) -> Box:
        """Returns the box with another limit of a number."""
        low, high = self.low.copy(), self.high.copy()
        (high if upper else low)[number] = to
        return Box(low, high)

    def without(self, number: int) -> Box:
        """Returns the box without the limits of a number."""
        return self.with_limit(number, upper=False, to=-np.inf).with_limit(number, upper=True, to=np.inf)


@dataclass(frozen=True, slots=True)
class Found:
    """A box, and the way to it.

    Attributes:
        box: pasted, and without insignificant limits.
        steps: boxes of the peeling, the first without limits.
        chosen: position of the step that was taken.
    """

    box: Box
    steps: Sequence[Box]
    chosen: int


def coverage_and_density(inside: Bools, cases: Bools) -> tuple[float, float]:
    """Returns the share of all cases that is inside, and the share of cases among what is inside; 0 where there is none."""
    hits = int((inside & cases).sum())
    return hits / max(int(cases.sum()), 1), hits / max(int(inside.sum()), 1)


def find_box(x: Floats, cases: Bools, density: float | None = None) -> Found:
    """Returns the box in which cases are frequent.

    Args:
        x: finite numbers, shape ``(n, n_numbers)``.
        cases: shape ``(n,)``; some, but not all.
        density: least share of cases of the step that is taken, if a step has it; by default the step is the one with the largest phi
            coefficient.
    """
    numbers = differing(x, cases)
    while True:
        steps = [_spread(box, numbers, x.shape[1]) for box in peel(x[:, numbers], cases)]
        chosen = _choice(steps, x, cases, density)
        wide = paste(steps[chosen], x, cases)
        box = drop(wide, x, cases, len(numbers))
        if box.limited == wide.limited:
            return Found(box, steps, chosen)
        numbers = box.limited  # without the others, the way to the box is another


def _choice(steps: Sequence[Box], x: Floats, cases: Bools, density: float | None) -> int:
    """Returns the position of the step that is taken; arguments as for ``find_box``."""
    measured = [coverage_and_density(box.holds(x), cases) for box in steps]
    dense = [] if density is None else [at for at, (_, share) in enumerate(measured) if share >= density]
    if dense:
        return max(dense, key=lambda at: measured[at])
    return max(range(len(steps)), key=lambda at: phi(steps[at].holds(x), cases))


def _spread(box: Box, numbers: Sequence[int], n_numbers: int) -> Box:
    """Returns a box of some numbers as one of all."""
    out = Box.everything(n_numbers)
    out.low[numbers], out.high[numbers] = box.low, box.high
    return out


def phi(inside: Bools, cases: Bools) -> float:
    """Returns the correlation of two marks; 0 where one is constant."""
    n, a, b, both = len(cases), int(inside.sum()), int(cases.sum()), int((inside & cases).sum())
    spread = a * (n - a) * b * (n - b)
    return (n * both - a * b) / math.sqrt(spread) if spread else 0.0


def peel(x: Floats, cases: Bools) -> list[Box]:
    """Returns ever smaller boxes, from the one without limits; arguments as for ``find_box``."""
    box, least = Box.everything(x.shape[1]), max(_FEWEST, math.ceil(FEWEST_SHARE * len(x)))
    steps, rows, hits = [box], x, cases
    while x.shape[1] and not hits.all():
        n = len(rows)
        cut, ordered = max(int(SHARE * n), 1), np.sort(rows, axis=0)
        # Rows with equal values go together, so that a step may remove more than its share.
        kept = np.stack([rows > ordered[cut - 1], rows < ordered[n - 1 - (cut - 1)]])
        n_kept = kept.sum(axis=1)
        share = (hits[None, :, None] & kept).sum(axis=1) / np.maximum(n_kept, 1)
        gain = np.where((n_kept >= least) & (n_kept < n), (share - hits.mean()) / np.maximum(n - n_kept, 1), -np.inf)
        upper, number = np.unravel_index(int(gain.argmax()), gain.shape)
        if not np.isfinite(gain[upper, number]):
            break
        stay = kept[upper, :, number]
        inside, outside = rows[stay, number], rows[~stay, number]
        edges = (inside.max(), outside.min()) if upper else (outside.max(), inside.min())
        box = box.with_limit(int(number), upper=bool(upper), to=float(sum(edges)) / 2.0)
        rows, hits = rows[stay], hits[stay]
        steps.append(box)
    return steps


def paste(box: Box, x: Floats, cases: Bools) -> Box:
    """Returns the box with its limits moved out as long as the share of cases does not fall; arguments as for ``find_box``."""
    while True:
        inside = box.holds(x)
        best, share = None, cases[inside].mean()
        for number in box.limited:
            for upper, edge in ((False, box.low[number]), (True, box.high[number])):
                if not np.isfinite(edge):
                    continue
                values = x[box.with_limit(number, upper=upper, to=np.inf if upper else -np.inf).holds(x), number]
                beyond = np.sort(values[values > edge]) if upper else np.sort(values[values < edge])[::-1]
                step = max(int(SHARE * inside.sum()), 1)
                to = (np.inf if upper else -np.inf) if len(beyond) <= step else float(beyond[step - 1] + beyond[step]) / 2.0
                wider = box.with_limit(number, upper=upper, to=to)
                if (found := cases[wider.holds(x)].mean()) >= share:
                    best, share = wider, found
        if best is None:
            return box
        box = best


def quasi_p(box: Box, number: int, x: Floats, cases: Bools) -> float:
    """Returns the probability of so many cases in the box if the limits of a number had no effect on the share of cases."""
    from scipy.special import bdtrc

    inside, wider = box.holds(x), box.without(number).holds(x)
    n, hits = int(inside.sum()), int((inside & cases).sum())
    return 1.0 if hits == 0 else float(bdtrc(hits - 1, n, cases[wider].mean()))


def drop(box: Box, x: Floats, cases: Bools, n_tests: int) -> Box:
    """Returns the box without the numbers whose quasi-p-value, times the number of tests, is above 5 %, the largest first."""
    while limited := box.limited:
        worst = max(limited, key=lambda number: quasi_p(box, number, x, cases))
        if quasi_p(box, worst, x, cases) * n_tests <= _DOUBT:
            return box
        box = box.without(worst)
    return box


def cover(x: Floats, cases: Bools, most: int, density: float | None = None) -> list[Found]:
    """Returns boxes one after another, each found among the rows that no earlier one holds; at most ``most``, and none without limits."""
    rest, found = np.ones(len(x), np.bool_), list[Found]()
    while len(found) < most and 0 < cases[rest].sum() < rest.sum():
        one = find_box(x[rest], cases[rest], density)
        if not one.box.limited:
            break
        found.append(one)
        rest &= ~one.box.holds(x)
    return found
