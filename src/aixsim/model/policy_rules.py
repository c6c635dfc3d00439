"""Rules: a policy that adapts. When a count is below or above a threshold by a month, settings of levers change from a later month on.

An engine checks a rule at the start of the month after ``by``, from what it has counted until then. If the rule acts, the replicate goes on
with another scenario: that of the plan before ``start``, and from then on that of the changed levers. Both are drawn from the same
addressed random numbers, so a replicate without a rule that acts is the same to the last bit as one of the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.model.calendar import Horizon
from aixsim.model.capacity import room
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import NO_ROUTE, Decision
from aixsim.model.outcomes import OUTCOMES, effects, firm_kinds
from aixsim.model.problem import Problem
from aixsim.model.scenario import FundingLine, Scenario
from aixsim.model.uncertainties import substitute
from aixsim.model.uplift import Uplifts
from aixsim.model.windows import MONTHS, equal

CHANGEABLE: Final[dict[str, tuple[str, ...]]] = {
    "budget": ("budget_factor", "grant_factor"),
    "budget_cut": ("share",),
    "collaboration": ("quota",),
    "growth_engines": ("bonus",),
    "growth_fund": ("size_krw_tn", "pace", "ai_share", "regional_share", "loan_share"),
    "joint_development": ("strength", "reach"),
    "participants_finance": ("loans_krw_bn", "fund_krw_bn", "guarantees_krw_bn"),
    "regional_floor": ("share",),
    "semiconductor_corridor": ("bonus", "tie_factor"),
    "smart_factories": ("per_year",),
    "sme_subsidy": ("share",),
    "trade": ("diversification", "fund_usd_bn", "insurance_krw_tn"),
    "training": ("per_year",),
}
"""Settings that a rule can change, by lever: those whose effect in a month depends on the setting in that month alone. Parks, models and
zones that are open cannot become others."""
BY_CALENDAR_YEAR: Final = (("budget", "budget_factor"), ("budget", "grant_factor"), ("budget_cut", "share"), ("growth_fund", "pace"),
    ("smart_factories", "per_year"), ("training", "per_year"))  # fmt: skip
"""Those that act on whole calendar years."""
ONLY_IF_PRESENT: Final = ("collaboration",)
"""Levers that a rule can change but not begin: its models have their firms from the first month."""
_JOINED: Final = {**MONTHS, "projects_at_once": 0}
"""Fields of a scenario that change from a month on, and their axis of months."""
_FOLLOWS: Final = {"drawn", "mechanisms", "lines", "uplifts", "room"}
"""Fields that are compared otherwise, or follow from others."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a config.

    Attributes:
        name: as in the config.
        outcome: what is counted, one of ``OUTCOMES``.
        at_least, below: the rule acts if ``at_least <= count < below``, in simulated firms; None for no limit.
        by: month ``YYYY-MM`` at whose end it is counted.
        start: first month ``YYYY-MM`` of the changed settings, after ``by``.
        then: the changed settings by lever, some of ``CHANGEABLE``.
    """

    name: str
    outcome: str
    at_least: int | None
    below: int | None
    by: str
    start: str
    then: Mapping[str, Mapping[str, Any]]

    def acts(self, count: int) -> bool:
        """Returns whether it acts, given the count at the end of ``by``."""
        return (self.at_least is None or count >= self.at_least) and (self.below is None or count < self.below)


def rules_of(problem: Problem) -> tuple[Rule, ...]:
    """Returns the rules of a problem in the order in which they are checked: by month, then as in the config."""
    return tuple(sorted(problem.settings.get("rule", ()), key=lambda rule: rule.by))


class RuleBook:
    """The rules of one replicate while an engine runs.

    Attributes:
        months: months at whose start rules are checked, ascending.
        decisions: of the rules that have been checked, in that order.
    """

    def __init__(self, problem: Problem, scenario: Scenario) -> None:
        """Starts with the scenario of the plan, before any rule has been checked."""
        self._problem, self._plan, self._rules = problem, scenario, rules_of(problem)
        self._month_of = [problem.horizon.index(rule.by) + 1 for rule in self._rules]
        self.months = sorted(set(self._month_of))
        self.decisions: list[Decision] = []

    def check(self, month: int, event: NDArray[np.integer], firm: NDArray[np.integer], route: NDArray[np.integer]) -> Scenario | None:
        """Checks the rules of a month; returns the scenario to go on with, or None if none of them acts.

        Args:
            month: position in the horizon.
            event, firm, route: of all events before the month, shape ``(n_events,)`` each.
        """
        made = [
            Decision(rule.name, count := self._count(rule.outcome, event, firm, route), rule.acts(count))
            for rule, when in zip(self._rules, self._month_of, strict=True)
            if when == month
        ]
        self.decisions += made
        return scenario_with(self._problem, self._plan, self.decisions) if any(decision.acts for decision in made) else None

    def _count(self, outcome: str, event: NDArray[np.integer], firm: NDArray[np.integer], route: NDArray[np.integer]) -> int:
        change = effects(tuple(self._plan.counts.tolist()))[..., OUTCOMES.index(outcome)]
        return int(change[firm_kinds(self._problem.population)[firm], route - NO_ROUTE, event].sum())


def scenario_with(problem: Problem, plan: Scenario, decisions: Iterable[Decision]) -> Scenario:
    """Returns the scenario of a replicate after some decisions: that of the plan if no rule acts.

    Rules that act change settings one after the other, in the order of their starts, then in that of their checks: of two that change the
    same setting, the later start holds.

    Args:
        problem: the study made ready.
        plan: scenario of the replicate as planned.
        decisions: in the order of the checks.

    Raises:
        ValueError: a rule changes what cannot change from a month on.
    """
    named = {rule.name: rule for rule in rules_of(problem)}
    acting = [named[decision.rule] for decision in decisions if decision.acts]
    if not acting:
        return plan
    settings, scenario = substitute(problem.settings, plan.drawn), plan
    for rule in sorted(acting, key=lambda rule: rule.start):
        settings = {**settings, "levers": changed_levers(settings["levers"], rule, problem)}
        other = problem.varied(problem.horizon, settings, problem.seed, problem.registry)
        scenario = joined(scenario, draw_scenario(other, plan.replicate, plan.drawn), rule.start, problem.horizon)
    return scenario


def changed_levers(levers: Mapping[str, Any], rule: Rule, problem: Problem) -> dict[str, Any]:
    """Returns the settings of the levers with those that a rule changes.

    A lever that the config lacks begins with its defaults at the start of the rule. Of a setting by calendar year, earlier years stay, and
    so do years that the rule leaves out.
    """
    out = dict(levers)
    for name, then in rule.then.items():
        declared = problem.registry.levers[name].parameters
        held = levers.get(name) or {**declared.defaults(), "start": rule.start}
        out[name] = {**held, **then}
        for key in [parameter.name for parameter in declared.declared if parameter.kind == "by_year" and parameter.name in then]:
            if name in levers:
                out[name][key] = _by_year(held[key], then[key], problem.horizon, int(rule.start[:4]))
    return out


def _by_year(before: Any, after: Any, horizon: Horizon, first: int) -> dict[int, float]:
    """Returns a table by year: ``before``, and from a year on what ``after`` states."""
    one, other = (value if isinstance(value, Mapping) else dict.fromkeys(horizon.years, value) for value in (before, after))
    return {**one, **{year: value for year, value in other.items() if year >= first}}


def joined(before: Scenario, after: Scenario, start: str, horizon: Horizon) -> Scenario:
    """Returns the scenario that is one before a month and another from then on.

    Args:
        before, after: of the same replicate.
        start: first month ``YYYY-MM`` of ``after``.
        horizon: simulated months.

    Raises:
        ValueError: they differ in what cannot change from a month on.
    """
    t = horizon.index(start)
    # A budget belongs to a year, so a year that has begun keeps its own.
    year = horizon.years.index(int(start[:4])) + (not start.endswith("-01"))
    kept = [f.name for f in fields(Scenario) if f.name not in _JOINED and f.name not in _FOLLOWS]
    if differ := [name for name in kept if not equal(getattr(before, name), getattr(after, name))]:
        raise ValueError(f"a rule changes what cannot change from a month on: {', '.join(differ)}")
    lines = [_joined_line(old, new, t, year) for old, new in zip(before.lines, after.lines, strict=True)]
    fresh = after.uplifts.month >= t
    first = before.uplifts.month < t
    uplifts = Uplifts(
        *(np.concatenate([getattr(before.uplifts, f.name)[first], getattr(after.uplifts, f.name)[fresh]]) for f in fields(Uplifts))
    )
    arrays: dict[str, Any] = {name: _from(getattr(before, name), getattr(after, name), t, axis) for name, axis in _JOINED.items()}
    scenario = replace(before, lines=lines, uplifts=uplifts, **arrays)
    scenario.room = room(scenario.projects_at_once, uplifts.month[uplifts.equips], before.capacity, before.scale)
    return scenario


def _joined_line(before: FundingLine, after: FundingLine, t: int, year: int) -> FundingLine:
    by_month: dict[str, Any] = {name: _from(getattr(before, name), getattr(after, name), t) for name in ("quota", "floor")}
    by_year: dict[str, Any] = {name: _from(getattr(before, name), getattr(after, name), year) for name in ("change", "grant")}
    line = replace(before, **by_month, **by_year)
    if not equal(line, replace(after, **by_month, **by_year)):
        raise ValueError(f"a rule changes what cannot change from a month on: the rules of {line.name!r}")
    return line


def _from(before: NDArray[Any], after: NDArray[Any], first: int, axis: int = 0) -> NDArray[Any]:
    """Returns an array that is ``after`` from a position on."""
    return np.concatenate([np.split(before, [first], axis)[0], np.split(after, [first], axis)[1]], axis)
