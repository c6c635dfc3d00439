"""Rules in both engines: the same decisions and the same histories, and faults in one of them that the comparison must find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aixsim.engines.agreement import first_difference
from aixsim.engines.kernel import replicate as kernel
from aixsim.engines.reference import diffusion_model as reference
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.policy_rules import BY_CALENDAR_YEAR, CHANGEABLE, ONLY_IF_PRESENT, Rule, RuleBook, scenario_with
from aixsim.model.problem import Problem
from aixsim.model.windows import differing
from tests import worlds
from tests.differential.test_engines import random_worlds
from tests.lever_worlds import korea, settings_of

OTHER: dict[tuple[str, str], Any] = {
    ("budget", "budget_factor"): {2026: 3.0},
    ("budget", "grant_factor"): 2.0,
    ("budget_cut", "share"): 0.9,
    ("collaboration", "quota"): 0.9,
    ("growth_engines", "bonus"): 50.0,
    ("growth_fund", "size_krw_tn"): 900.0,
    ("growth_fund", "pace"): 2.0,
    ("growth_fund", "ai_share"): 0.9,
    ("growth_fund", "regional_share"): 0.9,
    ("growth_fund", "loan_share"): 0.9,
    ("joint_development", "strength"): 9.0,
    ("joint_development", "reach"): 3,
    ("participants_finance", "loans_krw_bn"): 9e3,
    ("participants_finance", "fund_krw_bn"): 9e3,
    ("participants_finance", "guarantees_krw_bn"): 9e3,
    ("regional_floor", "share"): 0.1,
    ("semiconductor_corridor", "bonus"): 50.0,
    ("semiconductor_corridor", "tie_factor"): 90.0,
    ("smart_factories", "per_year"): 2000.0,
    ("sme_subsidy", "share"): 0.5,
    ("trade", "diversification"): 0.9,
    ("trade", "fund_usd_bn"): 9e3,
    ("trade", "insurance_krw_tn"): 900.0,
    ("training", "per_year"): 9000.0,
}
"""Another value of every setting that a rule can change."""
SETTINGS = [(lever, key) for lever, keys in CHANGEABLE.items() for key in keys]


def with_rules(world: Problem, *rules: Rule) -> Problem:
    return replace(world, settings={**world.settings, "rule": rules})


def always(lever: str, key: str, start: str = "2026-01") -> Rule:
    return Rule("always", "decided", None, 10**9, "2025-12", start, {lever: {key: OTHER[lever, key]}})


@pytest.fixture(scope="module")
def country() -> Problem:
    """A small Korea with every lever, each from 2025 on."""
    stated: dict[str, dict[str, Any]] = {"trade": {"fund_effect": 0.1}}
    levers = {name: settings_of(name, start="2025-01", **stated.get(name, {})) for name in worlds.REGISTRY.levers}
    return korea(levers)


@pytest.mark.parametrize(("lever", "key"), SETTINGS)
def test_every_setting_changes_the_scenario_from_the_start_on_alone(lever: str, key: str, country: Problem) -> None:
    start = "2026-01" if (lever, key) in BY_CALENDAR_YEAR else "2026-04"
    world = with_rules(country, always(lever, key, start))
    plan, t = draw_scenario(world, 0), world.horizon.index(start)
    book = RuleBook(world, plan)
    none = np.zeros(0, np.int64)
    other = book.check(t - 3 if start == "2026-04" else t, none, none, none)
    assert other is not None
    assert differing(plan, other)
    for name in ("climate_index", "support", "priority", "tie_factor", "cell_tie_factor", "credit", "room"):
        assert np.array_equal(getattr(plan, name)[:t], getattr(other, name)[:t]), name
    for old, new in zip(plan.lines, other.lines, strict=True):
        assert np.array_equal(old.budget, new.budget)
        assert np.array_equal(old.change[:2], new.change[:2])
        assert np.array_equal(old.grant[:2], new.grant[:2])


def test_a_history_with_a_rule_is_that_of_its_scenario_from_the_first_month(country: Problem) -> None:
    """Nothing before the start depends on what comes after it."""
    rules = [always("budget", "budget_factor"), replace(always("trade", "diversification", "2026-05"), name="second", by="2026-02")]
    world = with_rules(country, *rules)
    plan = draw_scenario(world, 0)
    history = kernel.run(world, plan)
    assert [decision.acts for decision in history.decisions] == [True, True]
    whole = kernel.run(country, scenario_with(world, plan, history.decisions))
    assert first_difference(replace(history, decisions=()), whole, world, plan) is None
    assert first_difference(replace(history, decisions=()), kernel.run(country, draw_scenario(country, 0)), world, plan) is not None


@st.composite
def rules_for(draw: st.DrawFn, world: Problem) -> tuple[Rule, ...]:
    """One to three rules that a random world can have."""
    absent = [lever for lever in ONLY_IF_PRESENT if lever not in world.settings["levers"]]
    possible = [setting for setting in SETTINGS if setting[0] not in absent]
    made = []
    for number in range(draw(st.integers(1, 3))):
        by, then = draw(st.integers(0, 17)), dict[str, dict[str, Any]]()
        for lever, key in draw(st.lists(st.sampled_from(possible), min_size=1, max_size=3, unique=True)):
            then.setdefault(lever, {})[key] = OTHER[lever, key]
        yearly = any((lever, key) in BY_CALENDAR_YEAR for lever, keys in then.items() for key in keys)
        start = by + draw(st.integers(1, 6))
        start = 12 * (start // 12 + 1) if yearly else start
        below = draw(st.sampled_from([1, 5, 20, 10**6]))
        outcome = draw(st.sampled_from(["decided", "launched", "operating", "launched_own", "queued"]))
        dates = [f"{world.horizon.date(t):%Y-%m}" for t in (by, start)]
        made.append(Rule(f"rule {number}", outcome, None, below, dates[0], dates[1], then))
    return tuple(made)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), world=random_worlds(), replicate=st.integers(0, 2**32 - 2))
def test_any_small_world_with_rules(data: st.DataObject, world: Problem, replicate: int) -> None:
    world = with_rules(world, *data.draw(rules_for(world)))
    scenario = draw_scenario(world, replicate)
    assert first_difference(kernel.run(world, scenario), reference.run(world, scenario), world, scenario) is None


class Forgetful(RuleBook):
    """Forgets the first half of what happened."""

    def check(self, month: int, event: Any, firm: Any, route: Any) -> Any:
        half = len(event) // 2
        return super().check(month, event[half:], firm[half:], route[half:])


class Idle(RuleBook):
    """Decides as it should, and changes nothing."""

    def check(self, month: int, event: Any, firm: Any, route: Any) -> None:
        super().check(month, event, firm, route)


FAULTS: dict[str, tuple[str, Callable[..., Any]]] = {
    "events are not counted": ("RuleBook", Forgetful),
    "the scenario stays": ("RuleBook", Idle),
    "the money of the lines stays": ("go_on_with", lambda *_: None),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_one_engine_is_found(fault: str, country: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    world = with_rules(country, replace(always("budget", "budget_factor"), then={"budget": {"budget_factor": 3.0}}))
    scenario = draw_scenario(world, 0)
    expected = reference.run(world, scenario)
    assert first_difference(expected, kernel.run(world, scenario), world, scenario) is None
    monkeypatch.setattr(kernel, *FAULTS[fault])
    assert first_difference(expected, kernel.run(world, scenario), world, scenario) is not None
