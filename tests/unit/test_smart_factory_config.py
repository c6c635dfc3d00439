"""The roll-out's config: its counts and budgets are those of the tables, and what was known at a time leaks nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aixsim.config import load
from aixsim.config.build import problems
from aixsim.config.study import Study
from aixsim.core.classification import OUTCOMES
from aixsim.core.distributions import Distribution
from aixsim.core.problem import uncertainties_of
from aixsim.data.tables import rows
from aixsim.evidence.as_of import as_of, known_budgets
from aixsim.evidence.likelihood import Likelihood, data, months_seen, usable
from aixsim.evidence.prior import Prior
from aixsim.evidence.simulator import Simulator

CONFIG = Path(__file__).parents[2] / "configs" / "smart-factory.toml"


@pytest.fixture(scope="module")
def study() -> Study:
    return load(CONFIG, ["population.scale=0.01"])


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
    budgets = study.settings["programme"][0]["budget_krw_bn"]
    for year in (2018, 2019, 2020, 2022, 2023, 2024):
        assert (str(year), budgets[year]) in table
    assert budgets[2017] == pytest.approx(90.5 + 20.3)
    others = sum(value for year, value in budgets.items() if isinstance(value, float) and 2015 <= year <= 2024) - 50.0 - 20.3 - 50.0
    assert budgets[2021].values[0] < 2141.0 - others < budgets[2021].values[1]


def test_a_forecast_sees_nothing_that_came_later(study: Study) -> None:
    for year in range(2016, 2024):
        month = f"{year}-12"
        assert all(item.public <= month for item in usable(study, as_of=month))
        table = study.settings["programme"][0]
        plans = [plan for plan in study.announcements if plan.known_from <= month]
        budgets = known_budgets(table, plans, study, month)
        for later in range(year + 1, 2025):
            announced = {plan.budget_krw_bn[later] for plan in plans if later in plan.budget_krw_bn}
            assert budgets[later] in announced or budgets[later].dist == "lognormal"  # type: ignore[union-attr]
    assert not [item for item in usable(study, as_of="2021-12") if item.outcome == "applicants"]
    assert len([item for item in usable(study, as_of="2022-12") if item.outcome == "applicants"]) == 4
    assert not [item for item in usable(study, as_of="2024-12") if item.held_out]
    assert min(item.month for item in usable(study, verified_only=True)) == "2017-12"


def test_an_unannounced_budget_strays_ever_further(study: Study) -> None:
    table = study.settings["programme"][0]
    plans = [plan for plan in study.announcements if plan.known_from <= "2017-12"]
    budgets = known_budgets(table, plans, study, "2017-12")
    assert budgets[2018] == 91.3
    assert budgets[2019] == Distribution("lognormal", (91.3, 0.4))
    assert budgets[2022] == Distribution("lognormal", (91.3, 0.8))


def test_the_past_is_the_same_whatever_is_known_of_the_future(study: Study) -> None:
    """Particles keep their luck: the twin, with other luck, has another past."""
    problem_of, prior, months = problems(study), Prior.of(study), months_seen(study)
    values = prior.values(np.linspace(-1, 1, 3)[:, None] * np.ones(len(prior.keys)))
    then = as_of(problem_of, study, "2019-12")
    laws = uncertainties_of(then.settings)
    kept = [k for k, key in enumerate(prior.model_keys) if laws.get(key) == prior.laws[key]]
    assert "programme[0].grant_krw_bn.2023" not in [prior.model_keys[k] for k in kept]
    luck = np.array([5, 6, 7])
    with Simulator(problem_of, months, 1) as now, Simulator(then, months, 1) as at_the_time:
        known = now(prior.model_keys, values[:, :-1], luck).counts[:, OUTCOMES.index("launched")]
        keys = [prior.model_keys[k] for k in kept]
        announced = at_the_time(keys, values[:, kept], luck).counts[:, OUTCOMES.index("launched")]
        other = at_the_time(keys, values[:, kept], luck + 100).counts[:, OUTCOMES.index("launched")]
    until = months.index(study.horizon.index("2019-12")) + 1
    assert (known[:, :until] == announced[:, :until]).all()
    assert (known[:, -1] != announced[:, -1]).any()
    assert (other[:, :until] != announced[:, :until]).any()


def test_a_count_weighs_by_what_came_since_the_one_before(study: Study) -> None:
    problem = problems(study)(0)
    found = data(usable(study), problem.population, problem.scale)
    launched = [datum for datum in found if datum.item.outcome == "launched"]
    assert [datum.count for datum in launched] == [float(row["new_smart_factories"]) for row in rows("smart_factory_cumulative.csv")]
    without = data(usable(study, verified_only=True), problem.population, problem.scale)
    assert without[0].count == 5003
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
