"""Rules that change levers from a month on, with numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Decision, Event, History
from aixsim.model.policy_rules import Rule, rules_of, scenario_with
from aixsim.model.problem import Problem
from tests import worlds
from tests.lever_worlds import korea, settings_of

YEARS = range(2024, 2029)


def rule(then: dict[str, dict[str, Any]], name: str = "more", by: str = "2024-12", start: str = "2026-01", **limits: Any) -> Rule:
    return Rule(name, "launched", limits.get("at_least"), limits.get("below"), by, start, then)


def ten_a_year(*rules: Rule, levers: dict[str, Any] | None = None) -> Problem:
    """A thousand firms that all want a project, and money for ten a year."""
    chosen = worlds.settings(
        {"innovation": {"rate": 1.0}},
        levers=levers or {},
        funding={"mode": "programmes", "own_rate": 0.0, "attempts": 1000, "patience_months": 1000},
        programme=[worlds.programme(budget_krw_bn=dict.fromkeys(YEARS, 10.0))],
    )
    return worlds.problem({**chosen, "rule": rules})


def launched_by_year(history: History) -> list[int]:
    months = history.month[history.event == Event.LAUNCHED]
    return [int((months < 12 * year).sum()) for year in range(1, 6)]


def budget(factor: Any) -> dict[str, dict[str, Any]]:
    return {"budget": {"budget_factor": factor}}


CASES = {
    # By the end of 2024 ten are launched.
    "it acts below the threshold": ([rule(budget(3.0), below=11)], [10, 20, 50, 80, 110]),
    "it does not act at the threshold": ([rule(budget(3.0), below=10)], [10, 20, 30, 40, 50]),
    "it acts at at_least": ([rule(budget(3.0), at_least=10)], [10, 20, 50, 80, 110]),
    "it does not act beside the range": ([rule(budget(3.0), at_least=5, below=10)], [10, 20, 30, 40, 50]),
    "it takes money away": ([rule(budget(0.5), below=11)], [10, 20, 25, 30, 35]),
    "years that it leaves out stay": ([rule(budget({2027: 3.0}), below=11)], [10, 20, 30, 60, 70]),
    "larger grants": ([rule({"budget": {"grant_factor": 2.0}}, below=11)], [10, 20, 25, 30, 35]),
    "the later start holds": (
        [rule(budget(4.0), "late", by="2024-11", start="2027-01", below=11), rule(budget(2.0), "early", below=11)],
        [10, 20, 40, 80, 120],
    ),
    "the second sees what the first has done": (
        [rule(budget(2.0), below=11), rule(budget(5.0), "second", by="2026-12", start="2028-01", at_least=40)],
        [10, 20, 40, 60, 110],
    ),
}


@pytest.mark.parametrize(("rules", "expected"), CASES.values(), ids=CASES)
def test_projects_by_year(rules: list[Rule], expected: list[int]) -> None:
    assert launched_by_year(worlds.in_both(ten_a_year(*rules))) == expected


def test_what_the_plan_changes_before_the_start_stays() -> None:
    """The plan has five times the money in 2025 and none in 2028; the rule doubles that of 2026 and later."""
    lever = {"budget": settings_of("budget", start="2024-01", budget_factor={2025: 5.0, 2028: 0.0}, grant_factor=1.0)}
    assert launched_by_year(worlds.in_both(ten_a_year(rule(budget(2.0), below=11), levers=lever))) == [10, 60, 80, 100, 120]
    partly = rule(budget({2026: 2.0}), below=11)
    assert launched_by_year(worlds.in_both(ten_a_year(partly, levers=lever))) == [10, 60, 80, 90, 90]


def test_decisions_are_recorded_in_the_order_of_the_checks() -> None:
    later, sooner = rule(budget(2.0), "later", by="2025-12", below=20), rule(budget(2.0), "sooner", by="2025-06", start="2027-01", below=99)
    world = ten_a_year(later, sooner)
    assert [one.name for one in rules_of(world)] == ["sooner", "later"]
    assert worlds.in_both(world).decisions == (Decision("sooner", 20, acts=True), Decision("later", 20, acts=False))


def test_no_rule_that_acts_is_the_plan() -> None:
    plan, world = ten_a_year(), ten_a_year(rule(budget(9.0), below=10))
    a, b = worlds.in_both(plan), worlds.in_both(world)
    assert np.array_equal(a.canonical(), b.canonical())
    assert np.array_equal(a.pressure, b.pressure)
    scenario = draw_scenario(world, 0)
    assert scenario_with(world, scenario, b.decisions) is scenario


def test_nobody_is_equipped_twice_and_the_lottery_goes_on() -> None:
    """One a month for two years, then two a month for three years: 24 and 72 different firms, the first 24 those of the plan."""
    lever = {"smart_factories": settings_of("smart_factories", start="2024-01", per_year=12.0, delivered_share=1.0, sizes=("micro",))}
    change = rule({"smart_factories": {"per_year": 24.0}}, below=10**6)
    size = np.zeros(1000, np.int8)

    def firms(*rules: Rule) -> list[int]:
        base = ten_a_year(*rules, levers=lever)
        history = worlds.in_both(replace(base, population=replace(base.population, size=size)))
        chosen = history.event == Event.EQUIPPED
        assert (np.diff(history.month[chosen]) >= 0).all()
        return [int(firm) for firm in history.firm[chosen]]

    plan, other = firms(), firms(change)
    assert (len(plan), len(other), len(set(other))) == (60, 96, 96)
    assert set(plan[:24]) == set(other[:24])


def test_a_lever_that_the_plan_lacks_begins_at_the_start() -> None:
    """Twenty per cent of the cost for micro to medium firms, in expectation, from the middle of 2026 on."""
    world = ten_a_year(rule({"sme_subsidy": {"share": 0.2}}, start="2026-07", below=11))
    plan = draw_scenario(world, 0)
    other = scenario_with(world, plan, [Decision("more", 10, acts=True)])
    added = other.support - plan.support
    assert not added[:30].any()
    assert np.allclose(added[30:], [0.2, 0.2, 0.2, 0.0, 0.0])


def test_what_cannot_change_from_a_month_on_is_refused() -> None:
    levers = {name: settings_of(name) for name in ("parks", "regulation_free_zones", "collaboration")}
    for then in ({"parks": {"number": 1}}, {"regulation_free_zones": {"activity": 0.0}}, {"collaboration": {"number": 3}}):
        world = korea(levers)
        world = replace(world, settings={**world.settings, "rule": (rule(then, below=10**6),)})
        with pytest.raises(ValueError, match="what cannot change from a month on"):
            scenario_with(world, draw_scenario(world, 0), [Decision("more", 0, acts=True)])
