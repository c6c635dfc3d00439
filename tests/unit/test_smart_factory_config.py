"""The roll-out's config: its counts and budgets are those of the tables, and what was known at a time leaks nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aixsim.config import load
from aixsim.config.build import problems
from aixsim.config.study import Study
from aixsim.data.packaged import rows, value
from aixsim.evidence.announced_money import money_of
from aixsim.evidence.as_of import as_of, budgets_of, grants_of, middle
from aixsim.evidence.likelihood import Likelihood, data, months_seen, usable
from aixsim.evidence.prior import Prior
from aixsim.evidence.simulator import Simulator
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.uncertainties import uncertainties_of
from aixsim.random.distributions import Distribution

CONFIG = Path(__file__).parents[2] / "configs" / "smart-factory.toml"
NAME = "Smart factories"


@pytest.fixture(scope="module")
def study() -> Study:
    return load(CONFIG, {"population.scale": 0.01})


def test_its_counts_are_those_of_the_table(study: Study) -> None:
    stated = {item.month: (item.value, item.verified) for item in study.observed if item.outcome == "launched" and not item.is_share}
    table = {
        f"{row['year']}-12": (float(row["cumulative_smart_factories"]), "unverified" not in row["confidence"])
        for row in rows("smart_factory_cumulative.csv")
    }
    assert stated == table


def test_its_held_out_shares_are_those_of_the_tables(study: Study) -> None:
    sizes = {item.size: item.value for item in study.observed if item.size}
    parks = {item.park: item.value for item in study.observed if item.park}
    by_size = [float(row["adoption_rate_pct"]) for row in rows("smart_factory_adoption_by_size_2024.csv")[:4]]
    assert [100 * value for value in sizes.values()] == pytest.approx(by_size)
    by_park = {row["park"]: float(row["penetration_pct"]) for row in rows("smart_factory_by_park_2022.csv") if row["province"]}
    assert {park: 100 * value for park, value in parks.items()} == pytest.approx(by_park)
    assert all(item.held_out for item in study.observed if item.is_share)


def test_its_applicants_are_the_published_ratios(study: Study) -> None:
    new = {row["year"]: float(row["new_smart_factories"]) for row in rows("smart_factory_cumulative.csv")}
    ratios = {
        row["period"]: float(row["value"])
        for row in rows("smart_factory_dropout_and_demand.csv")
        if row["item"] == "competition ratio basic stage"
    }
    stated = {item.month[:4]: item.value for item in study.observed if item.outcome == "applicants"}
    assert stated == {year: round(ratio * new[year]) for year, ratio in ratios.items()}


def test_its_budgets_are_in_the_table(study: Study) -> None:
    table = {(row["year"], float(row["budget_krw_bn"])) for row in rows("smart_factory_budgets.csv")}
    budgets = study.settings["programme"][NAME]["budget_krw_bn"]
    for year in range(2018, 2025):
        assert (str(year), budgets[year]) in table
    assert budgets[2017] == pytest.approx(90.5 + 20.3)
    reported = value("smart_factory_budgets.csv", "budget_krw_bn", year="2014-2023")
    assert sum(middle(budgets[year]) for year in range(2014, 2024)) - 20.3 == pytest.approx(reported, rel=0.04)


def rest_of_target(month: str) -> tuple[float, int]:
    """What a forecast of that December could work out by hand: planned numbers a year after the next, and until when."""
    now = int(month[:4])
    targets = [row for row in rows("smart_factory_targets.csv") if row["of"] == "cumulative" and row["known_from"] <= month]
    target, until = float(targets[-1]["number"]), int(targets[-1]["year"])
    counted = value("smart_factory_cumulative.csv", "cumulative_smart_factories", year=str(now))
    # The plan of the next year, published within two months; that of 2018 was not found, so its money is divided by its price.
    plans = [row for row in rows("smart_factory_targets.csv") if row["of"] == "new in the year" and row["year"] == str(now + 1)]
    next_year = float(plans[0]["number"]) if plans else 91.3 / 0.05
    return (target - counted - next_year) / (until - now - 1), until


@pytest.mark.parametrize("now", [2016, 2017, 2018, 2019, 2020])
def test_its_plans_are_the_rest_of_the_target_of_the_time(study: Study, now: int) -> None:
    """From counts and targets that were known; the twin knows the count of a year later, as the config once did, and is noticed."""
    month = f"{now}-12"
    plan = next(plan for plan in study.announcements if plan.known_from == month)
    price = plan.grant_krw_bn[now + 1]
    numbers, until = rest_of_target(month)
    later = [year for year in plan.budget_krw_bn if year > now + 1]
    assert later == list(range(now + 2, min(until, 2024) + 1))
    for year in later:
        assert plan.budget_krw_bn[year] == pytest.approx(numbers * price, rel=0.003)
    if now == 2018:
        peeked = value("smart_factory_cumulative.csv", "cumulative_smart_factories", year="2019")
        assert (30_000 - peeked) / 3 * price != pytest.approx(plan.budget_krw_bn[2020], rel=0.003)


def test_a_forecast_sees_nothing_that_came_later(study: Study) -> None:
    for year in range(2016, 2024):
        month = f"{year}-12"
        assert all(item.public <= month for item in usable(study, as_of=month))
        table = study.settings["programme"][NAME]
        plans = [plan for plan in study.announcements if plan.known_from <= month]
        budgets = budgets_of(NAME, table, study, month).laws()
        announced = {plan.budget_krw_bn[year + 1] for plan in plans if year + 1 in plan.budget_krw_bn}
        assert budgets[year + 1] in announced
        for later in range(year + 2, 2025):
            law = budgets[later]
            assert isinstance(law, Distribution)
            newest = max(plans, key=lambda plan: plan.known_from).budget_krw_bn
            assert law.values[0] == newest[max(planned for planned in newest if planned <= later)]
            assert law.values[1] == pytest.approx(0.4 * (later - year - 1) ** 0.5)
    assert not [item for item in usable(study, as_of="2021-12") if item.outcome == "applicants"]
    assert len([item for item in usable(study, as_of="2022-12") if item.outcome == "applicants"]) == 4
    assert not [item for item in usable(study, as_of="2024-12") if item.held_out]
    assert min(item.month for item in usable(study, verified_only=True)) == "2015-12"


def test_budgets_that_were_not_passed_stray_together(study: Study) -> None:
    """One walk: neighbouring years go together. The twin draws every year alone, and its sums are too narrow."""
    budgets = budgets_of(NAME, study.settings["programme"][NAME], study, "2019-12")
    assert budgets.last == 2020
    walks = budgets.walks(4000, 1, 0)
    logs = np.log(np.stack([walks[year] / budgets.planned[year] for year in (2021, 2022, 2023)]))
    assert logs.std(axis=1) == pytest.approx(0.4 * np.sqrt([1, 2, 3]), rel=0.05)
    alone = np.stack([np.roll(row, 7 * k) for k, row in enumerate(logs)])
    for sample, right in ((logs, True), (alone, False)):
        near = np.abs(np.corrcoef(sample)[np.triu_indices(3, 1)] - np.sqrt([1 / 2, 1 / 3, 2 / 3])).max() < 0.05
        assert bool(near) is right
    assert (budgets.walks(4000, 1, 1)[2021] != walks[2021]).any(), "another programme has a walk of its own"


def test_what_was_not_known_is_no_money(study: Study) -> None:
    """A programme of which nobody had heard, one that has ended, and a plan that is certain because nobody doubts it."""
    table = study.settings["programme"][NAME]
    unheard = {**table, "budget_krw_bn": {2022: 5.0}, "grant_krw_bn": {2022: 0.1}}
    assert budgets_of("another", unheard, study, "2019-12").laws() == dict.fromkeys(range(2014, 2015), 0.0) | dict.fromkeys(
        range(2020, 2025), 0.0
    )
    assert grants_of("another", unheard, study, "2019-12") == {2022: 0.1}
    ended = {**unheard, "budget_krw_bn": {2015: 5.0, 2016: 5.0}}
    laws = budgets_of("another", ended, study, "2019-12").laws()
    assert sum(middle(law) for law in laws.values()) == 10.0
    certain = load(CONFIG, {"population.scale": 0.01, "calibration.policy_error": 0})
    assert budgets_of(NAME, table, certain, "2018-12").laws()[2022] == 517.0
    assert budgets_of(NAME, table, certain, "2018-12").walks(10, 1, 0) == {}


def test_simple_forecasts_see_the_same_money(study: Study) -> None:
    then, now = (money_of(study, month, 2019, n=2000, seed=3) for month in ("2019-12", "2024-12"))
    assert then.budget.tolist() == now.budget.tolist()
    assert then.budget[-1] == 342.8
    assert then.planned[-1] == pytest.approx(4000, rel=0.001)
    assert (then.budget_ahead[:, 0] == 415.0).all()
    assert then.planned_ahead[:, 0] == pytest.approx(5600, rel=0.001)
    assert np.median(then.budget_ahead[:, 1]) == pytest.approx(435.0, rel=0.03)
    assert now.budget_ahead[0].tolist() == [415.0, 400.2, 346.6, 167.1, 219.1]
    assert now.planned_ahead[:, 3].std() > 0, "the price of 2023 is uncertain"


def test_the_past_is_the_same_whatever_is_known_of_the_future(study: Study) -> None:
    """Particles keep their replicates: the twin, with other replicates, has another past."""
    problem_of, prior, months = problems(study), Prior.of(study), months_seen(study)
    values = prior.values(np.linspace(-1, 1, 3)[:, None] * np.ones(len(prior.keys)))
    then = as_of(problem_of, study, "2019-12")
    laws = uncertainties_of(then.settings)
    kept = [k for k, key in enumerate(prior.model_keys) if laws.get(key) == prior.laws[key]]
    assert 'programme."Smart factories".grant_krw_bn.2023' not in [prior.model_keys[k] for k in kept]
    assert 'programme."Smart factories".budget_krw_bn.2014' in [prior.model_keys[k] for k in kept]
    replicates = np.array([5, 6, 7])
    with Simulator(problem_of, months, 1) as now, Simulator(then, months, 1) as at_the_time:
        known = now(prior.model_keys, values[:, :-1], replicates).counts[:, OUTCOMES.index("launched")]
        keys = [prior.model_keys[k] for k in kept]
        announced = at_the_time(keys, values[:, kept], replicates).counts[:, OUTCOMES.index("launched")]
        other = at_the_time(keys, values[:, kept], replicates + 100).counts[:, OUTCOMES.index("launched")]
    until = months.index(study.horizon.index("2019-12")) + 1
    assert (known[:, :until] == announced[:, :until]).all()
    assert (known[:, -1] != announced[:, -1]).any()
    assert (other[:, :until] != announced[:, :until]).any()


def test_a_forecast_from_the_past_strays_once(study: Study) -> None:
    """The law of a budget that had not been passed has the walk in it; the programme's own would come on top."""
    walking = study.with_({'programme."Smart factories".budget_walk': 0.4})
    assert walking.settings["programme"]["Smart factories"]["budget_walk"] == 0.4
    then = as_of(problems(walking), walking, "2019-12").settings["programme"]["Smart factories"]
    assert isinstance(then["budget_krw_bn"][2022], Distribution)
    assert then["budget_walk"] == 0.0


def test_a_count_weighs_by_what_came_since_the_one_before(study: Study) -> None:
    problem = problems(study)(0)
    found = data(usable(study), problem.population, problem.scale)
    launched = [datum for datum in found if datum.item.outcome == "launched"]
    assert [datum.count for datum in launched] == [float(row["new_smart_factories"]) for row in rows("smart_factory_cumulative.csv")]
    without = data(usable(study, verified_only=True), problem.population, problem.scale)
    assert without[0].count == 1240
    shares = data([item for item in study.observed if item.size], problem.population, problem.scale)
    assert shares[0].count == pytest.approx(0.087 * 100_903, rel=0.02)


def test_the_likelihood_prefers_the_truth(study: Study) -> None:
    problem_of, prior = problems(study), Prior.of(study)
    problem = problem_of(0)
    items = [item for item in usable(study) if item.outcome == "launched"]
    law = Likelihood.of(study, items, problem)
    with Simulator(problem_of, law.months, 1) as simulator:
        seen = simulator(prior.model_keys, prior.values(np.zeros((1, len(prior.keys))))[:, :-1], np.array([0]))
    exact = tuple(replace(datum, count=float(max(law.mean(datum, seen)[0], law.floor))) for datum in law.data)
    double = tuple(replace(datum, count=2 * datum.count) for datum in exact)
    error = np.array([0.01])
    assert replace(law, data=exact)(seen, error)[0] > replace(law, data=double)(seen, error)[0] + 50
