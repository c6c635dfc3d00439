"""Switching values: their intervals hold the true value as often as they say, on a curve that is known; narrow intervals do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from aixsim.random.draws import uniforms
from aixsim.stats.intervals import proportion
from aixsim.stats.root_finding import Curve, chances

Floats = NDArray[np.float64]
N, N_BASE = 80, 800
SLOPE, NOISE = 2.0, 1.0


class World:
    """A goal that is reached if ``SLOPE`` times the value, less a half, and a normal number of the replicate are positive.

    In the base the value is uniform on the range, as the number is drawn there.
    """

    def __init__(self, seed: int, slope: float = SLOPE) -> None:
        self.slope = slope
        self.luck = ndtri(uniforms(seed, 1, 0, N_BASE)) * NOISE
        self.drawn = uniforms(seed, 2, 0, N_BASE)

    def reached(self, value: float | Floats) -> Floats:
        return np.asarray(self.slope * (value - 0.5) + self.luck > 0.0, np.float64)

    def curve(self) -> Curve:
        base = self.reached(self.drawn)
        rows = np.array([self.reached(0.0)[:N], self.reached(1.0)[:N]])
        return Curve(np.array([0.0, 1.0]), rows, base[:N], base, 0.95)

    def solved(self, level: float) -> Curve:
        """Returns the curve after three rounds of values between the ends."""
        curve = self.curve()
        for _ in range(3):
            for place in curve.to_try(level):
                at = int(np.searchsorted(curve.places, place))
                rows = np.insert(curve.reached, at, self.reached(place)[:N], axis=0)
                curve = replace(curve, places=np.insert(curve.places, at, place), reached=rows)
        return curve


def truth(level: float) -> float:
    return float(ndtri(level)) * NOISE / SLOPE + 0.5


def held(level: float, narrow: Callable[[float, float], float] = lambda end, _: end) -> int:
    """Returns how many of 200 intervals hold the true value; ``narrow`` alters their ends, given the estimate."""
    n = 0
    for seed in range(200):
        curve = World(seed).solved(level)
        found = curve.crossing(level)
        if found is None:  # held if it is left open that one of the ends is on the other side
            n += any(end.low <= level <= end.high for end in curve.chances())
            continue
        low = 0.0 if found.low is None else narrow(found.low, found.at)
        high = 1.0 if found.high is None else narrow(found.high, found.at)
        n += low <= truth(level) <= high
    return n


@pytest.mark.parametrize("level", [0.5, 0.8])
def test_intervals_hold_the_true_value(level: float) -> None:
    # At least 190 of 200 are expected; fewer than 181 once in a thousand times.
    assert held(level) >= 181
    assert held(level, lambda end, at: at + 0.5 * (end - at)) < 181, "the twin: intervals half as wide are noticed"


def test_the_base_makes_intervals_narrower() -> None:
    world = World(1)
    curve = world.solved(0.5)
    alone = replace(curve, base=curve.paired).crossing(0.5)
    found = curve.crossing(0.5)
    assert found is not None
    assert alone is not None
    assert None not in (found.low, found.high, alone.low, alone.high)
    assert found.high - found.low < 0.95 * (alone.high - alone.low)  # type: ignore[operator]
    assert len(curve.places) <= 8


def test_a_crossing_by_hand() -> None:
    # Half of the replicates at the start, all but one of 100 at the end: the line between is at 0.75 where 0.25 of 0.49 are passed.
    half, most = np.repeat([0.0, 1.0], 50), np.repeat([0.0, 1.0], [1, 99])
    curve = Curve(np.array([0.0, 1.0]), np.array([half, most]), half, half, 0.95)
    found = curve.crossing(0.75)
    assert found is not None
    assert found.at == pytest.approx(0.25 / 0.49, abs=1e-6)
    assert found.rises
    assert curve.to_try(0.75) == [found.at]
    assert curve.crossing(0.3) is None
    assert curve.to_try(0.3) == []
    falling = replace(curve, reached=curve.reached[::-1].copy())
    back = falling.crossing(0.75)
    assert back is not None
    assert back.at == pytest.approx(1.0 - found.at)
    assert not back.rises


def test_an_interval_that_reaches_the_end_of_the_range_is_open() -> None:
    few, more = np.repeat([0.0, 1.0], [51, 49]), np.repeat([0.0, 1.0], [49, 51])
    curve = Curve(np.array([0.0, 1.0]), np.array([few, more]), few, few, 0.95)
    found = curve.crossing(0.5)
    assert found is not None
    assert found.at == pytest.approx(0.5)
    assert (found.low, found.high) == (None, None)
    assert curve.to_try(0.5) == [], "no replicates are spent on what only seems to cross"


def test_probabilities_without_a_base_are_shares() -> None:
    """A base that is always reached tells nothing: the estimate is the share, and its interval the exact one."""
    ones, y = np.ones(50), np.repeat([0.0, 1.0], [20, 30])
    (estimate,), (low,), (high,) = chances(y[None], ones, ones, 0.95)
    exact = proportion(30, 50, 0.95)
    assert estimate == exact.estimate
    assert (low, high) == pytest.approx(exact.clopper_pearson)
    assert [float(one[0]) for one in chances(np.ones((1, 50)), ones, ones, 0.95)] == pytest.approx(
        [1.0, proportion(50, 50, 0.95).clopper_pearson[0], 1.0]
    )


def covered(base_too_long: float) -> int:
    """Returns how many of 400 intervals hold the probability at the upper end; the base is taken for so many times as many replicates."""
    n = 0
    for seed in range(400):
        curve = World(1000 + seed).curve()
        base = np.tile(curve.base, int(base_too_long))
        paired = curve.paired if base_too_long == 1.0 else curve.reached[1]  # planted: every replicate counts as one of the base
        _, low, high = chances(curve.reached[1:], paired, base, 0.95)
        n += low[0] <= ndtr(0.5 * SLOPE / NOISE) <= high[0]
    return n


def test_intervals_of_probabilities_hold_the_truth() -> None:
    assert covered(1.0) >= 366  # 380 are expected, 366 or fewer once in a thousand
    assert covered(20.0) < 366


def test_the_change_between_the_ends() -> None:
    true = float(ndtr(0.5 * SLOPE) - ndtr(-0.5 * SLOPE))
    changes = [World(seed).curve().change() for seed in range(200)]
    assert sum(one.low <= true <= one.high for one in changes) >= 181
    assert sum(one.low <= true + 0.15 <= one.high for one in changes) < 181, "the twin"
    assert np.mean([one.estimate for one in changes]) == pytest.approx(true, abs=0.015)
    curve = World(5).curve()
    assert curve.change().estimate == pytest.approx(curve.chances()[1].estimate - curve.chances()[0].estimate)
