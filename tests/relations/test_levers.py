"""What every lever must do, whichever file it stands in: change nothing when neutral, nothing outside its window, and push the right way.

Each check has a twin with a planted fault that it must catch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.core.classification import CAPITAL, POLE_INDEX, POLES, SIZES
from aixsim.core.history import Event, History
from aixsim.core.korea import build_korea
from aixsim.core.lever import NEVER, whole_years, window
from aixsim.core.problem import Problem
from aixsim.core.regions import growth_engines
from aixsim.core.scenario import Scenario
from aixsim.core.supply_chain import build_supply_chain
from aixsim.engines.reference import DiffusionModel, run
from aixsim.engines.scenario import draw_scenario
from aixsim.levers import levers
from tests import worlds

START, STOP, END = "2025-07", "2027-01", "2027-12"
"""A start in the middle of a year, a stop at its end: budgets are by calendar year."""
LAWS: dict[str, dict[str, Any]] = {
    "innovation": {"rate": 0.004},
    "peers": {"rate": 0.3},
    "partners": {"rate": 0.1},
    "parks": {"rate": 0.01},
    "collaboration": {"rate": 0.05},
    "zones": {"rate": 0.01},
}
STRONG: dict[str, dict[str, Any]] = {
    "budget": {"budget_factor": {2026: 2.0, 2027: 3.0}, "grant_factor": 0.5},
    "collaboration": {"number": 30},
    "growth_engines": {"bonus": 5.0},
    "regional_floor": {"share": 1.0},
    "semiconductor_corridor": {"bonus": 5.0, "tie_factor": 50.0},
    "smart_factories": {"per_year": 300.0},
}
"""Settings beside the defaults under which a lever does something in the small world; a new lever needs none if its defaults do."""


def settings_of(name: str, **stated: Any) -> dict[str, Any]:
    """Defaults, then strong settings, then what is stated."""
    return {card.name: card.default for card in levers()[name].cards} | STRONG.get(name, {}) | stated


@cache
def small_korea() -> Problem:
    population = build_korea(0.005, 1)
    world = worlds.problem(worlds.settings(LAWS), population=population, network=build_supply_chain(population, 1, 4.0), end=END)
    return replace(world, scale=0.1)


def korea(instruments: dict[str, dict[str, Any]], *, open_funding: bool = False) -> Problem:
    """A small Korea with every law switched on; funded by calls, or with money for everybody."""
    base = small_korea()
    slow = {"median_months": dict.fromkeys(SIZES, 6.0), "abandonment_per_year": 0.0 if open_funding else 0.1}
    common = {"levers": instruments, "climate": {"volatility": 0.1}, "economics": {"elasticity": 0.7}}
    if open_funding:
        return replace(base, settings=worlds.settings(LAWS, implementation=slow, **common))
    pots = [
        worlds.programme(name="yearly", budget_krw_bn=dict.fromkeys(range(2024, 2029), 60.0), call_months=[3, 9]),
        worlds.programme(
            name="long", budget_krw_bn=dict.fromkeys(range(2024, 2029), 30.0), call_months=[5], instalments=3, sizes=["medium", "large"]
        ),
    ]
    return replace(
        base,
        settings=worlds.settings(
            LAWS,
            funding={"mode": "programmes", "own_rate": 0.05},
            programme=pots,
            sensing={"visibility": 0.4, "disappointment": 0.3},
            implementation={**slow, "success": dict.fromkeys(SIZES, 0.7)},
            **common,
        ),
    )


@cache
def without(open_funding: bool = False, replicate: int = 0) -> History:
    return worlds.simulate(korea({}, open_funding=open_funding), replicate)


def events(history: History, before: int | None = None) -> list[list[int]]:
    rows = history.canonical()
    return rows[rows[:, 0] < before].tolist() if before is not None else rows.tolist()


# --- what of a scenario acts when

MONTHS = {
    "climate": 0,
    "support": 0,
    "park_service": 1,
    "priority": 0,
    "zone": 0,
    "tie_factor": 0,
    "cell_tie_factor": 0,
    "credit": 0,
    "own_rate": 0,
}
"""Fields with an axis of months, and which axis."""
THROUGH_OTHERS = {"park_duration_factor", "zone_duration_factor", "model_of", "model_lead"}
"""Fields that do nothing where parks are closed, zones inactive, and models not started."""


def outside(without_it: Scenario, with_it: Scenario, settings: dict[str, Any], world: Problem) -> set[str]:
    """Returns the fields in which two scenarios differ outside the window of a lever."""
    first, end = window(settings, world.horizon)
    years = whole_years(settings, world.horizon)
    touched = {world.horizon.year_index(t) for t in range(first, end)}
    out = set()
    for field in fields(Scenario):
        a, b = getattr(without_it, field.name), getattr(with_it, field.name)
        if field.name in MONTHS:
            keep = np.ones(world.horizon.n_months, np.bool_)
            keep[first:end] = False
            differs = not np.array_equal(np.compress(keep, a, MONTHS[field.name]), np.compress(keep, b, MONTHS[field.name]))
        elif field.name in ("park_open", "park_close", "model_start", "model_stop"):
            differs = _open_outside(with_it, field.name.partition("_")[0], first, end)
        elif field.name == "uplifts":
            differs = bool(((b.month < first) | (b.month >= end)).any())
        elif field.name == "pots":
            differs = _pots_differ(a, b, first, end, years, touched)
        elif field.name in THROUGH_OTHERS:
            differs = False
        else:
            differs = not _equal(a, b)
        if differs:
            out.add(field.name)
    return out


def _open_outside(scenario: Scenario, what: str, first: int, end: int) -> bool:
    """Whether a park or model is open in a month of the horizon outside the window."""
    n_months = len(scenario.climate)
    opening, closing = (scenario.park_open, scenario.park_close) if what == "park" else (scenario.model_start, scenario.model_stop)
    inside = np.zeros(n_months, np.bool_)
    inside[first:end] = True
    months = np.arange(n_months)
    return any(bool(((a <= months) & (months < b) & ~inside).any()) for a, b in zip(opening, closing, strict=True))


def _pots_differ(a: list[Any], b: list[Any], first: int, end: int, years: NDArray[np.bool_], touched: set[int]) -> bool:
    """Pots that only the second has may have money in the years that the window touches alone."""
    for old, new in zip(a, b, strict=False):
        keep = np.ones(len(old.quota), np.bool_)
        keep[first:end] = False
        same = old.name == new.name and np.array_equal(old.budget, new.budget)
        same &= np.array_equal(old.change[~years], new.change[~years]) and np.array_equal(old.grant[~years], new.grant[~years])
        same &= np.array_equal(old.quota[keep], new.quota[keep]) and np.array_equal(old.floor[keep], new.floor[keep])
        if not same:
            return True
    return any(pot.budget[year] > 0 for pot in b[len(a) :] for year in range(len(pot.budget)) if year not in touched)


def _equal(a: Any, b: Any) -> bool:
    """Whether two values of a scenario are the same to the last bit."""
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(_equal(x, y) for x, y in zip(a, b, strict=True))
    if hasattr(a, "__dataclass_fields__") and not callable(a):
        return type(a) is type(b) and all(_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    return bool(a == b)


@pytest.fixture(params=sorted(levers()))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# --- neutral


def test_a_neutral_lever_changes_no_bit(name: str) -> None:
    """Neither alone nor among all the others."""
    neutral = settings_of(name, **levers()[name].neutral)
    others = {other: settings_of(other) for other in levers() if other != name}
    assert _equal(draw_scenario(korea(others), 3), draw_scenario(korea({**others, name: neutral}), 3))
    assert _equal(draw_scenario(korea({}), 3), draw_scenario(korea({name: neutral}), 3))
    assert not _equal(draw_scenario(korea({}), 3), draw_scenario(korea({name: settings_of(name, start=START)}), 3)), (
        "the twin: a lever that acts"
    )
    ran = worlds.simulate(korea({name: neutral}))
    assert events(ran) == events(without())
    assert np.array_equal(ran.pressure, without().pressure)


# --- window


def test_a_lever_acts_only_inside_its_window(name: str) -> None:
    world = korea({name: settings_of(name, start=START, stop=NEVER)})
    start, stop = (world.horizon.index(month) for month in (START, STOP))
    ran = worlds.simulate(world)
    assert events(ran, start) == events(without(), start)
    assert events(ran) != events(without()), "a lever that does nothing says nothing"
    stopped = worlds.simulate(korea({name: settings_of(name, start=START, stop=STOP)}))
    assert events(stopped, stop) == events(ran, stop)


def test_a_history_before_the_start_shows_a_lever_that_ignores_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lever = levers()["joint_development"]

    def careless(scenario: Scenario, settings: Any, problem: Problem) -> None:
        lever.apply(scenario, {**settings, "start": "2024-01"}, problem)

    monkeypatch.setattr("aixsim.engines.scenario.levers", lambda: {lever.name: replace(lever, apply=careless)})
    ran = worlds.simulate(korea({lever.name: settings_of(lever.name, start=START)}))
    start = small_korea().horizon.index(START)
    assert events(ran, start) != events(without(), start)


@pytest.mark.parametrize(
    ("start", "stop"), [(START, NEVER), (START, STOP), ("2000-01", "2027-07"), ("2026-01", "2026-01"), ("2050-01", NEVER)]
)
def test_a_scenario_is_as_ever_outside_the_window(name: str, start: str, stop: str) -> None:
    chosen = settings_of(name, start=start, stop=stop)
    world = korea({name: chosen})
    before, after = draw_scenario(korea({}), 0), draw_scenario(world, 0)
    assert outside(before, after, chosen, world) == set()
    if start == stop or start > END:
        assert _equal(before, after)


@pytest.mark.parametrize("ignored", ["start", "stop"])
def test_a_lever_that_ignores_its_window_is_caught(name: str, ignored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lever = levers()[name]

    def careless(scenario: Scenario, settings: Any, problem: Problem) -> None:
        lever.apply(scenario, {**settings, ignored: "2024-01" if ignored == "start" else NEVER}, problem)

    monkeypatch.setattr("aixsim.engines.scenario.levers", lambda: {name: replace(lever, apply=careless)})
    chosen = settings_of(name, start="2026-07", stop="2027-01")
    if name == "parks":
        chosen |= {"first_opening": "2024-03", "later_opening": "2024-03"}
    if name in ("budget", "budget_cut"):
        chosen |= {"start": "2026-01", "stop": "2027-01"}
    world = korea({name: chosen})
    assert outside(draw_scenario(korea({}), 0), draw_scenario(world, 0), chosen, world)


def test_the_order_of_levers_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last bit, and for budgets to the won."""
    world = korea({name: settings_of(name) for name in levers()})
    forward = draw_scenario(world, 1)
    monkeypatch.setattr("aixsim.engines.scenario.levers", lambda: dict(reversed(levers().items())))
    backward = draw_scenario(world, 1)
    for a, b in zip(forward.pots, backward.pots, strict=True):
        assert np.abs(a.change - b.change).max() <= 1
        b.change = a.change
    assert _equal(forward, backward)

    def greedy(scenario: Scenario, settings: Any, problem: Problem) -> None:
        scenario.priority[:] = settings["bonus"]

    unfair = {**levers(), "growth_engines": replace(levers()["growth_engines"], apply=greedy)}
    monkeypatch.setattr("aixsim.engines.scenario.levers", lambda: unfair)
    one = draw_scenario(world, 1)
    monkeypatch.setattr("aixsim.engines.scenario.levers", lambda: dict(reversed(unfair.items())))
    assert not _equal(one.priority, draw_scenario(world, 1).priority), "the twin: a lever that overwrites what others do"


# --- sign

Measure = Callable[[Problem, Scenario, History], float]


def funded(world: Problem, scenario: Scenario, history: History) -> float:
    return float(history.funded.sum())


def funded_where(cells: NDArray[np.bool_]) -> Measure:
    """Share of the funded projects in some provinces and sectors."""

    def measure(world: Problem, scenario: Scenario, history: History) -> float:
        firm = history.firm[history.event == Event.FUNDED]
        return float(cells[world.population.province[firm], world.population.sector[firm]].mean())

    return measure


def count_of(event: Event, route: int | None = None) -> Measure:
    def measure(world: Problem, scenario: Scenario, history: History) -> float:
        return float(((history.event == event) & (route is None or history.route == route)).sum())

    return measure


def priority(world: Problem, scenario: Scenario, history: History) -> float:
    return float(scenario.priority.sum())


def swings(world: Problem, scenario: Scenario, history: History) -> float:
    """Standard deviation of the climate inside the window."""
    return float(np.log(scenario.climate[world.horizon.index("2026-01") :]).std())


REGIONS = np.repeat((np.array(POLE_INDEX) != CAPITAL)[:, None], 23, axis=1)
SIGNS: list[tuple[str, dict[str, Any], Measure, int]] = [
    ("budget", {"budget_factor": 2.0, "grant_factor": 1.0}, funded, +1),
    ("budget", {"budget_factor": 1.0, "grant_factor": 3.0}, funded, -1),
    ("budget_cut", {"start": "2025-01"}, funded, -1),
    ("collaboration", {"start": "2024-06"}, count_of(Event.LAUNCHED, 1), +1),
    ("parks", {"first_opening": "2024-06"}, count_of(Event.LAUNCHED, 2), +1),
    ("growth_engines", {"start": "2024-01"}, funded_where(growth_engines(POLES)), +1),
    ("regional_floor", {"start": "2024-01"}, funded_where(REGIONS), +1),
    ("growth_fund", {"start": "2024-01"}, count_of(Event.LAUNCHED, 3), +1),
    ("semiconductor_corridor", {"start": "2024-01"}, priority, +1),
    ("trade", {"diversification": 0.0, "cptpp": 0.0, "insurance_damping": 0.5}, swings, -1),
    ("smart_factories", {}, count_of(Event.EQUIPPED), +1),
]
"""Where theory gives a sign: settings, what is measured, and which way it goes."""
SOONER: list[tuple[str, dict[str, Any]]] = [
    ("collaboration", {"start": "2024-06"}),
    ("parks", {"first_opening": "2024-06"}),
    ("growth_fund", {}),
    ("joint_development", {}),
    ("regulation_free_zones", {}),
    ("semiconductor_corridor", {"start": "2024-06"}),
    ("smart_factories", {}),
    ("sme_subsidy", {}),
    ("trade", {"diversification": 0.1, "insurance_krw_tn": 0.0}),
    ("training", {"per_year": 300.0}),
]
"""Levers under which no firm decides later and some decide sooner, where there is money for everybody."""


def has_sign(sign: int, before: float, after: float) -> bool:
    return sign * (after - before) > 0


@pytest.mark.parametrize(("lever", "stated", "measure", "sign"), SIGNS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_lever_pushes_the_right_way(lever: str, stated: dict[str, Any], measure: Measure, sign: int) -> None:
    worlds_of = korea({}), korea({lever: settings_of(lever, **stated)})
    totals = []
    for world in worlds_of:
        scenario = draw_scenario(world, 0)
        totals.append(measure(world, scenario, without() if world is worlds_of[0] else run(world, scenario)))
    before, after = totals
    assert has_sign(sign, before, after), (before, after)
    assert not has_sign(sign, after, before), "the twin: a lever that pushes the other way"
    assert not has_sign(sign, before, before), "the twin: a lever that does nothing"


@pytest.mark.parametrize(("lever", "stated"), SOONER, ids=lambda value: value if isinstance(value, str) else "")
def test_no_firm_decides_later(lever: str, stated: dict[str, Any]) -> None:
    world = korea({lever: settings_of(lever, **stated)}, open_funding=True)
    n = len(world.population)
    before, after = (worlds.first_month(history, Event.DECIDED, n) for history in (without(True), worlds.simulate(world)))
    assert (after <= before).all()
    assert (after < before).any(), "the lever must reach somebody, or the relation says nothing"
    assert not (before <= after).all(), "the twin: the same lever with its sign turned"


def test_every_lever_states_its_sign() -> None:
    """A new lever adds a row to ``SIGNS`` or ``SOONER``; one whose sign theory leaves open says so with a measure that it moves."""
    assert {row[0] for row in SIGNS} | {row[0] for row in SOONER} == set(levers())


# --- money


@dataclass
class Ledger:
    """Double entry of the pots: what was planned, what levers changed, what was spent, what is left."""

    planned: NDArray[np.int64]
    history: History
    left: NDArray[np.int64]


def ledger(instruments: dict[str, dict[str, Any]]) -> Ledger:
    world = korea(instruments)
    scenario = draw_scenario(world, 0)
    model = DiffusionModel(world, scenario)
    for _ in range(world.horizon.n_months):
        model.step()
    return Ledger(np.array([pot.budget for pot in scenario.pots]), model.history(), np.array(model.left))


def test_changed_budgets_are_conserved_to_the_won() -> None:
    cut = ledger({"budget_cut": settings_of("budget_cut", start="2026-01", share=0.9)})
    assert np.array_equal(cut.history.spent + cut.left, cut.history.budget)
    assert (cut.left >= 0).all()
    assert (cut.history.spent >= 0).all()
    assert np.array_equal(cut.history.budget[:, :2], cut.planned[:, :2])
    assert cut.history.budget[0, 2] == round(cut.planned[0, 2] * 0.1)
    reserved = ledger({})
    assert np.array_equal(cut.history.spent[:, :2], reserved.history.spent[:, :2])
    assert cut.history.budget[1, 2] > cut.planned[1, 2] // 10, "what earlier calls have reserved is not cut"
    more = ledger({"budget": settings_of("budget", budget_factor=2.0, grant_factor=1.0)})
    assert np.array_equal(more.history.budget[:, 2:], 2 * more.planned[:, 2:])
    assert np.array_equal(more.history.spent + more.left, more.history.budget)
