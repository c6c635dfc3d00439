"""What is averaged over points: probabilities that share their luck, smooth surfaces, bands."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from aixsim.results.main_effects import UNSET, by_strength, levels, main_effects, strength, varied
from aixsim.results.pooled_chance import pooled_chances
from aixsim.results.sweep_bands import CountTally
from aixsim.stats.smooth_surface import smooth_surface
from tests.runs.made import GOAL, luck, made, shares

CHANCES = np.array([0.3, 0.4, 0.5, 0.6, 0.7])


def drawn(seed: int, *, common: bool, n: int = 80) -> list[NDArray[np.bool_]]:
    """Returns five points whose replicates have two thirds of their luck in common, or none."""
    normal = stats.norm.ppf(luck(seed, len(CHANCES) + 1, n))
    mine = np.sqrt(2 / 3) * normal[-1] + np.sqrt(1 / 3) * normal[:-1] if common else normal[:-1]
    return [mine[k] < stats.norm.ppf(chance) for k, chance in enumerate(CHANCES)]


def covered(*, common: bool, told: bool, n_sets: int = 400) -> float:
    """Returns how often the interval of the mean holds the truth, when the sweep is told that luck is common, or that it is not."""
    found = 0
    for seed in range(n_sets):
        sweep = made([{}] * len(CHANCES), drawn(seed, common=common), common=told)
        (chance,) = pooled_chances(sweep, GOAL, [sweep.points])
        found += int(chance.low <= CHANCES.mean() <= chance.high)
    return found / n_sets


@pytest.mark.parametrize("common", [True, False])
def test_intervals_of_a_mean_hold_the_truth(common: bool) -> None:
    assert covered(common=common, told=common) > 0.92


def test_intervals_that_forget_common_luck_do_not() -> None:
    assert covered(common=True, told=False) < 0.87, "the check would not notice"


def test_a_single_point_gets_its_exact_interval() -> None:
    sweep = made([{}], shares(0.3))
    (chance,) = pooled_chances(sweep, GOAL, [sweep.points])
    exact = stats.binomtest(30, 100).proportion_ci(0.95, "exact")
    assert (chance.low, chance.high) == pytest.approx((exact.low, exact.high))


def test_certainty_is_never_claimed() -> None:
    sweep = made([{}, {}], shares(1.0, 1.0))
    (chance,) = pooled_chances(sweep, GOAL, [sweep.points])
    assert (chance.estimate, chance.high) == (1.0, 1.0)
    assert chance.low == pytest.approx(stats.beta.ppf(0.025, 100, 1)), "as if the two points had the same luck"


def test_points_count_alike_however_many_replicates_they_have() -> None:
    sweep = made([{}, {}], [*shares(0.2, n=1000), *shares(0.8, n=10)])
    (chance,) = pooled_chances(sweep, GOAL, [sweep.points])
    assert chance.estimate == pytest.approx(0.5)
    assert (chance.n_points, chance.n) == (2, 1010)


def test_main_effects_are_means_over_levels() -> None:
    grid = [{"a.x": x, "b.y": y} for x in (1, 2) for y in (10.0, 20.0, 30.0)]
    sweep = made(grid, shares(0.1, 0.2, 0.3, 0.5, 0.7, 0.9))
    assert varied(sweep) == ["a.x", "b.y"]
    assert by_strength(sweep) == ["a.x", "b.y"]
    assert strength(sweep, "a.x") == pytest.approx(0.5)
    assert strength(sweep, "b.y") == pytest.approx(0.3)
    effects = main_effects(sweep, ["b.y"])["b.y"]
    assert [(effect.level.label, round(effect.chance.estimate, 3)) for effect in effects] == [("10", 0.3), ("20", 0.45), ("30", 0.6)]


def test_levels_of_one_at_a_time_compare_with_the_row_that_changes_nothing() -> None:
    sweep = made([{}, {"a": 1.0}, {"a": 2.0}, {"b": True}], shares(0.5, 0.1, 0.9, 0.6))
    by_a, by_b = (levels(sweep.points, factor) for factor in ("a", "b"))
    assert [(level.label, [point.id for point in level.points]) for level in by_a] == [(UNSET, [0]), ("1", [1]), ("2", [2])]
    assert [(level.label, [point.id for point in level.points]) for level in by_b] == [(UNSET, [0]), ("true", [3])]


def test_many_values_become_ranges_of_equally_many_points() -> None:
    values = luck(1, 60)
    sweep = made([{"a": float(x)} for x in values], shares(*[0.5] * 60))
    found = levels(sweep.points, "a")
    assert [len(level.points) for level in found] == [10] * 6
    ends = [(min(p.values["a"] for p in level.points), max(p.values["a"] for p in level.points)) for level in found]
    assert all(before[1] < after[0] for before, after in itertools.pairwise(ends))


def truth(places: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-8 * (places[:, 0] - 0.5 * places[:, 1] - 0.2))), np.float64)


def test_the_surface_finds_the_law_behind_noisy_shares() -> None:
    places = luck(3, 80, 2)
    noisy = np.asarray(stats.binom.ppf(luck(4, 80), 100, truth(places))) / 100
    surface = smooth_surface(places, noisy)
    assert surface is not None
    where = np.stack(np.meshgrid(*[np.linspace(0.25, 0.75, 15)] * 2), axis=-1).reshape(-1, 2)
    assert np.abs(surface(where) - truth(where)).max() < 0.1
    assert np.abs(surface(where) - truth(where[:, ::-1])).max() > 0.3, "with the axes exchanged it must fail"


def test_the_surface_is_of_the_mean_and_not_of_mean_logits() -> None:
    places = np.repeat(luck(5, 30, 2), 2, axis=0)
    surface = smooth_surface(places, np.tile([0.02, 0.58], 30))
    assert surface is not None
    assert surface(places) == pytest.approx(np.full(60, 0.3), abs=0.02)


def test_nothing_is_extrapolated_and_nothing_made_of_a_line() -> None:
    places = luck(6, 40, 2)
    surface = smooth_surface(places, truth(places))
    assert surface is not None
    assert np.isnan(surface(np.array([[-0.1, 0.5], [1.2, 1.2]]))).all()
    assert np.isfinite(surface(places)).all()
    line = np.linspace(0, 1, 20)
    assert smooth_surface(np.stack([line, 2 * line], axis=1), line) is None
    assert smooth_surface(places[:5], truth(places[:5])) is None


def test_bands_are_quantiles_exact_until_counts_are_many() -> None:
    counts = (5000 * luck(7, 200, 3)).astype(np.int32)
    months = np.tile(np.arange(3), 200)
    tally = CountTally(3)
    tally.add(months, counts.ravel(), 1.0)
    expected = np.quantile(counts, [0.05, 0.5, 0.95], axis=0, method="inverted_cdf")
    assert tally.width == 1
    assert (tally.quantiles([0.05, 0.5, 0.95]) == expected).all()
    tally.add(months, 10 * counts.ravel(), 1.0)
    both = np.quantile(np.concatenate([counts, 10 * counts]), [0.05, 0.5, 0.95], axis=0, method="inverted_cdf")
    assert tally.width > 1
    assert np.abs(tally.quantiles([0.05, 0.5, 0.95]) - both).max() <= tally.width / 2


def test_bands_weigh_points_and_not_replicates() -> None:
    tally = CountTally(1)
    tally.add(np.zeros(900, np.int64), np.full(900, 100, np.int32), 1 / 900)
    tally.add(np.zeros(30, np.int64), np.full(30, 200, np.int32), 1 / 30)
    assert tally.quantiles([0.45, 0.55]).ravel().tolist() == [100.0, 200.0]
