"""Scores against their definitions and known values, and the forecasters they judge."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from aixsim.evidence.announced_money import Money
from aixsim.evidence.backtesting import pooled
from aixsim.evidence.baselines import DRIFT, PLANNED, UNIT_COST, Counted, walk_forecasts
from aixsim.evidence.forecasts import ALL, ANNOUNCED, MODEL, Forecast, by_horizon, read_table, table_of
from aixsim.random.draws import Purpose, uniforms
from aixsim.stats.growth_curves import CURVES, bass
from aixsim.stats.naive_forecasts import drift, planned_numbers, unit_cost
from aixsim.stats.scores import crps, diebold_mariano, log_score, score, skill

NORMAL = norm.ppf(uniforms(3, 0, Purpose.COUNTING, 20_000))


def test_the_crps_is_its_definition() -> None:
    sample = np.array([1.0, 4.0, 9.0, 2.0])
    pairs = np.abs(sample[:, None] - sample[None, :]).mean()
    assert crps(sample, 3.0) == pytest.approx(np.abs(sample - 3.0).mean() - pairs / 2)


def test_the_crps_of_a_normal_forecast_is_the_known_one() -> None:
    """Gneiting and Raftery (2007), equation 21."""
    z = 0.7
    known = z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi)
    assert crps(NORMAL, z) == pytest.approx(known, abs=0.01)
    assert crps(NORMAL + 0.3, z) != pytest.approx(known, abs=0.01), "the twin: a shifted forecast is noticed"


def test_the_log_score_is_near_the_density() -> None:
    sample = np.exp(8 + 0.2 * NORMAL)
    known = -(norm.logpdf(np.log1p(3000), 8, 0.2) - np.log1p(3000))
    assert log_score(sample, 3000) == pytest.approx(known, abs=0.05)
    assert log_score(sample, 1000) > log_score(sample, 3000) + 5
    assert np.isfinite(log_score(sample, 10.0**9))


def test_intervals_and_pit_of_a_right_forecast_are_right() -> None:
    """1,000 counts from the law that is forecast; the twin forecasts half the spread."""
    truth = norm.ppf(uniforms(4, 0, Purpose.COUNTING, 1000))
    right = [score(1000 + 100 * NORMAL, 1000 + 100 * x) for x in truth]
    narrow = [score(1000 + 50 * NORMAL, 1000 + 100 * x) for x in truth]
    for level in (0.5, 0.8, 0.95):
        assert abs(np.mean([one.covers(level) for one in right]) - level) < 0.05
        assert abs(np.mean([one.covers(level) for one in narrow]) - level) > 0.1
    assert abs(np.mean([one.pit for one in right]) - 0.5) < 0.04
    assert skill([one.crps for one in right], [one.crps for one in narrow]) > 0.02
    assert np.mean([one.log_score for one in right]) < np.mean([one.log_score for one in narrow])


def test_forecasts_survive_a_file_and_are_summed_up() -> None:
    made = [
        Forecast(ALL, ANNOUNCED, origin, origin + ahead, "new", model, score(1000 + spread * NORMAL, 1000.0), 20_000)
        for origin in (2017, 2018)
        for ahead in (1, 2)
        for model, spread in ((MODEL, 100.0), ("near", 200.0), ("far", 400.0))
    ]
    again = read_table(table_of(made))
    assert [(f.origin, f.year, f.model, f.horizon, f.n) for f in again] == [(f.origin, f.year, f.model, f.horizon, f.n) for f in made]
    first, second = by_horizon(again)
    assert (first.horizon, first.n, first.best, second.horizon) == (1, 2, "near", 2)
    assert first.skill == pytest.approx(0.5, abs=0.01)
    assert first.coverage[0.8].successes == 2


def test_diebold_mariano_by_hand() -> None:
    # Differences 1, 2, 3: mean 2, variance 2/3. One year ahead: the correction is (3 + 1 - 2) / 3 = 2/3, so the statistic is
    # 2 / sqrt(2/9) * sqrt(2/3) = sqrt(12); for Student's t with 2 degrees of freedom p = 1 - t / sqrt(2 + t^2) = 1 - sqrt(12 / 14).
    assert diebold_mariano([2.0, 4.0, 6.0], [1.0, 2.0, 3.0], 1) == pytest.approx(1.0 - math.sqrt(12 / 14))
    assert diebold_mariano([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], 1) == pytest.approx(1.0 - math.sqrt(12 / 14)), "either way"
    # 1, 1, 3, 3 two years ahead: variance 1, covariance (1 - 1 + 1) / 4, so 1.5 for the mean; the correction is (4 + 1 - 4 + 2 / 4) / 4.
    assert diebold_mariano([1.0, 1.0, 3.0, 3.0], [0.0] * 4, 2) == pytest.approx(2 * student.sf(2.0, 3)), "2 / sqrt(1.5 / 4) * sqrt(1.5 / 4)"
    assert math.isnan(diebold_mariano([1.0, 2.0], [1.0, 1.0], 1)), "two origins tell nothing"
    assert math.isnan(diebold_mariano([1.0] * 4, [1.0] * 4, 1))


def test_equal_forecasts_are_seldom_found_different() -> None:
    """2,000 times eight origins: 5 % of p-values lie below 0.05, within 4 standard errors; the twin is worse by a standard deviation."""
    first, second = (norm.ppf(uniforms(seed, 0, Purpose.COUNTING, 16_000)).reshape(2000, 8) for seed in (5, 6))
    equal = np.mean([diebold_mariano(list(a), list(b), 1) < 0.05 for a, b in zip(first, second, strict=True)])
    worse = np.mean([diebold_mariano(list(a + 1.0), list(b), 1) < 0.05 for a, b in zip(first, second, strict=True)])
    assert abs(equal - 0.05) < 0.02
    assert worse > 0.3


def test_a_pool_is_half_of_each() -> None:
    one, other = np.arange(8.0)[:, None], np.full((4, 1), 100.0)
    assert pooled(one, other)[:, 0].tolist() == [0.0, 2.0, 4.0, 7.0, 100.0, 100.0, 100.0, 100.0]


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_a_growth_curve_rises_to_its_market(curve: object) -> None:
    parameters = np.array([[law.quantile(0.5) for law in curve.priors.values()]])  # type: ignore[attr-defined]
    new = curve.new(parameters, 200)  # type: ignore[attr-defined]
    assert (new > 0).all()
    assert new.sum() == pytest.approx(parameters[0, -1], rel=1e-3)


def test_the_bass_curve_solves_its_equation() -> None:
    p, q, market = 0.01, 0.4, 40_000.0
    t = np.linspace(0, 15, 15_001)
    path = bass(t, *np.array([[[p]], [[q]], [[market]]]))[0]
    share = path / market
    slope = np.gradient(share, t)
    assert np.allclose(slope[1:-1], ((p + q * share) * (1 - share))[1:-1], atol=1e-6)
    assert not np.allclose(slope[1:-1], ((p + 1.01 * q * share) * (1 - share))[1:-1], atol=1e-6)


def test_walks_go_on_as_before() -> None:
    new = np.array([300.0, 1000.0, 1500.0, 2300.0])
    ahead = drift(new, 2, 20_000, 5)
    assert np.median(ahead[:, 0]) == pytest.approx(2300 + 2000 / 3, rel=0.02)
    assert ahead[:, 1].std() > ahead[:, 0].std()
    budgets = np.array([10.0, 30.0, 48.0, 70.0])
    halved = unit_cost(new, budgets, np.full((20_000, 1), 35.0), 5)
    assert np.median(halved) == pytest.approx(1150, rel=0.02)
    with pytest.raises(ValueError, match="at least 2"):
        drift(new[:2], 1, 10, 5)


def test_planned_numbers_are_delivered_as_before() -> None:
    """Plans were exceeded by 20 % on average, with a known spread; the twin takes plans at their word and lies below."""
    planned = np.array([100.0, 200.0, 400.0, 800.0])
    delivered = np.array([0.1, 0.3, 0.2, 0.2])
    ahead = planned_numbers(planned * np.exp(delivered), planned, np.full((20_000, 2), 1000.0), 5)
    logs = np.log(ahead / 1000.0)
    assert logs.mean(axis=0) == pytest.approx([0.2, 0.2], abs=0.003)
    assert logs.std(axis=0) == pytest.approx(delivered.std(ddof=1) * np.sqrt(1.25), rel=0.03)
    assert np.corrcoef(logs.T)[0, 1] == pytest.approx(0.2, abs=0.03)
    assert abs(logs.mean()) > 0.15


def test_rules_of_money_need_money() -> None:
    counted = Counted((0, 1, 2, 3), (0, 1, 2, 3), (10.0, 20.0, 30.0, 40.0))
    budget, ahead = np.array([1.0, 2.0, 3.0, 4.0]), np.full((50, 2), 5.0)
    assert set(walk_forecasts(counted, Money(budget, budget * 10, ahead, ahead * 10), 2, n=50, seed=1)) == {DRIFT, UNIT_COST, PLANNED}
    budget[1] = 0.0
    assert set(walk_forecasts(counted, Money(budget, budget * 10, ahead, ahead * 10), 2, n=50, seed=1)) == {DRIFT}


def test_a_count_of_nothing_has_an_error_too() -> None:
    assert score(np.array([0.0, 0.0, 1.0]), 0.0).error == 0.0
    assert score(np.array([1.0, 2.0, 3.0]), 0.0).error == np.inf
