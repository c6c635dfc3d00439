"""Genealogy: by hand in a small world, against the pressures of the reference engine mechanism by mechanism, and a reproduction number that
is known; every check with a planted fault that it finds.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.answers import replay
from aixsim.answers.ancestors import LEAD, Genealogy, _reaches, genealogy_of, pressures
from aixsim.answers.replay import Replay
from aixsim.answers.spells import spells_of
from aixsim.engines.kernel import replicate as kernel
from aixsim.engines.reference.codes import Stage
from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import NO_ROUTE, Event, History
from aixsim.model.policy_rules import Rule
from aixsim.model.pressure import PACE_UNIT
from aixsim.model.problem import Problem
from aixsim.model.sensing import visible_share
from aixsim.world.classification import SIZES
from aixsim.world.network import CUSTOMER, SUPPLIER, Network
from tests import lever_worlds, worlds

LEVERS = (
    "collaboration", "parks", "training", "joint_development", "regulation_free_zones", "semiconductor_corridor", "smart_factories"
)  # those that change exposures, ties or resistances  # fmt: skip


def country(*, open_funding: bool) -> Problem:
    base = lever_worlds.korea({name: lever_worlds.settings_of(name) for name in LEVERS}, open_funding=open_funding)
    laws = {**base.settings["mechanisms"], "ai_users": worlds.law("ai_users", rate=0.05)}
    return replace(base, settings={**base.settings, "mechanisms": dict(sorted(laws.items()))})


@cache
def by_the_reference_engine(open_funding: bool) -> tuple[Problem, dict[tuple[int, int], dict[str, float]], History]:
    """Returns what each mechanism has pressed each deciding firm, by firm and month, as its agents sensed it month by month."""
    world = country(open_funding=open_funding)
    model = DiffusionModel(world, draw_scenario(world, 0))
    pressed: dict[int, dict[str, float]] = {firm.identity: {} for firm in model.firms}
    decided: dict[tuple[int, int], dict[str, float]] = {}
    before = [firm.stage for firm in model.firms]
    for month in range(world.horizon.n_months):
        already = len(model.log.rows)
        model.step()
        made = {who for _, event, who, _ in model.log.rows[already:] if event in (Event.DECIDED, Event.DECIDED_AGAIN)}
        for firm in model.firms:
            if firm.identity not in made and firm.stage != Stage.POTENTIAL:
                continue
            who = firm.identity
            if before[who] != Stage.POTENTIAL:
                pressed[who] = {}
            factor = float(model.case.tie_factor[month, firm.tier]) * float(model.case.cell_tie_factor[month, firm.province, firm.sector])
            hazards = {**firm.milieu.hazards, **{name: hazard * factor for name, hazard in firm.hazards.items()}}
            for name, hazard in hazards.items():
                pressed[who][name] = pressed[who].get(name, 0.0) + hazard * model.pace[firm.size] / PACE_UNIT
            if who in made:
                decided[who, month] = pressed[who]
        # A firm that decides and is launched, or fails, in one month was potential at its start all the same.
        before = [firm.stage for firm in model.firms]
    return world, decided, model.history()


def agrees(found: Genealogy, decided: dict[tuple[int, int], dict[str, float]]) -> bool:
    keys = list(zip(found.decisions.firm.tolist(), found.decisions.last.tolist(), strict=True))
    assert set(keys) == set(decided)
    lead = found.causes.index(LEAD)
    for d, key in enumerate(keys):
        total = sum(decided[key].values())
        expected = [decided[key].get(name, 0.0) / total for name in found.causes]
        if found.share[d, lead] == 0.0 and not np.allclose(found.share[d], expected, rtol=0.0, atol=1e-9):
            return False
    return True


@pytest.mark.parametrize("open_funding", [False, True])
def test_shares_are_the_pressures_of_the_reference_engine(open_funding: bool) -> None:
    world, decided, history = by_the_reference_engine(open_funding)
    found = genealogy_of(world, draw_scenario(world, 0), history)
    assert len(found.decisions) > 200
    assert (found.decisions.episode > 0).any() == (not open_funding), "firms whose project failed decide again"
    assert found.share.sum(axis=1) == pytest.approx(np.ones(len(found.decisions)), abs=1e-12)
    assert agrees(found, decided)


FAULTS: dict[str, tuple[Any, str, Any]] = {
    "nobody is disappointing": (replay, "visible_share", lambda o, launched, _, total, p: visible_share(o, launched, 0, total, p)),
    "all months are alike": (replay, "_paces", lambda world, *_: (np.full((world.horizon.n_months, 5), PACE_UNIT),) * 2),
    "a large customer weighs as a supplier": (replay, "_LARGE_CUSTOMER", 1),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_what_is_sensed_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world, decided, history = by_the_reference_engine(open_funding=False)
    place, what, wrong = FAULTS[name]
    monkeypatch.setattr(place, what, wrong)
    scenario = draw_scenario(world, 0)
    assert not (agrees(genealogy_of(world, scenario, history), decided) and (pressures(world, scenario, history) == history.pressure).all())


@pytest.mark.parametrize("open_funding", [False, True])
def test_pressures_of_all_firms_are_those_of_the_engines_exactly(open_funding: bool) -> None:
    world, _, history = by_the_reference_engine(open_funding)
    assert (pressures(world, draw_scenario(world, 0), history) == history.pressure).all()


def test_rules_that_act_are_in_the_pressures(monkeypatch: pytest.MonkeyPatch) -> None:
    world = country(open_funding=False)
    then = {"semiconductor_corridor": {"tie_factor": 9.0}, "trade": {"diversification": 0.9}}
    rules = [Rule("always", "decided", None, 10**9, "2025-06", "2026-01", then)]
    world = replace(world, settings={**world.settings, "rule": rules})
    scenario, history = draw_scenario(world, 0), worlds.in_both(world)
    assert [decision.acts for decision in history.decisions] == [True]
    assert (pressures(world, scenario, history) == history.pressure).all()
    # Planted fault: the plan as it was before the rule.
    monkeypatch.setattr(replay, "scenario_with", lambda _problem, plan, _decisions: plan)
    assert not (pressures(world, scenario, history) == history.pressure).all()


def test_both_engines_have_one_genealogy() -> None:
    world, _, history = by_the_reference_engine(open_funding=False)
    scenario = draw_scenario(world, 0)
    one, other = (genealogy_of(world, scenario, each, peers=True) for each in (history, kernel.run(world, scenario)))
    for name in ("share", "support", "project", "projects", "reproduction", "child", "parent", "cause", "weight"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_firms_decide_in_the_month_in_which_they_reach_their_resistance_and_leads_when_their_model_starts() -> None:
    world, _, history = by_the_reference_engine(open_funding=False)
    scenario = draw_scenario(world, 0)
    found, seen = genealogy_of(world, scenario, history), Replay(world, scenario, history)
    spells = spells_of(history, scenario.implementation.pause_months, world)
    led = found.share[:, found.causes.index(LEAD)] == 1.0
    assert led.any()
    assert set(found.decisions.firm[led].tolist()) <= set(scenario.model_lead.tolist())
    for d in [*np.flatnonzero(led).tolist(), *np.flatnonzero(~led)[::20].tolist()]:
        mine = spells.where(spells.firm == found.decisions.firm[d])
        episode = int(found.decisions.episode[d])
        assert _reaches(seen, mine, episode) == (not led[d])
        mine.last[episode] -= 1
        assert mine.last[episode] < mine.first[episode] or not _reaches(seen, mine, episode), "not a month earlier"


def history_of(rows: list[tuple[int, Event, int]], n_firms: int) -> History:
    """Returns a history in which just these events happened: month, event, firm."""
    table = np.array([(month, int(event), firm) for month, event, firm in rows], np.int32)
    route = np.where(np.isin(table[:, 1], (Event.LAUNCHED, Event.OPERATING, Event.FAILED)), 0, NO_ROUTE).astype(np.int32)
    none, paid, pressure = np.zeros((0, 1), np.int64), np.zeros((1, 4, 3), np.int64), np.zeros(n_firms, np.int64)
    return History(table[:, 0], table[:, 1], table[:, 2], route, pressure, (), none, none, none, none, none, paid)


def three_firms(disappointment: float = 0.0) -> Problem:
    """Firm 2 buys from firm 1, weight 1, and sells to firm 0, weight 2; a launched factory counts a half."""
    ties = Network.from_ties(3, np.array([2, 2], np.int32), np.array([0, 1], np.int32), np.array([CUSTOMER, SUPPLIER], np.int8))
    laws = {"innovation": worlds.law("innovation", rate=0.01), "partners": worlds.law("partners", rate=0.12)}
    sensing = {"visibility": 0.5, "disappointment": disappointment, "customer_weight": 2.0, "supplier_weight": 1.0}
    return worlds.problem(worlds.settings(laws, sensing=sensing), 3, end="2024-06", network=ties)


def test_three_firms_by_hand() -> None:
    """Firm 0 launches in month 0 and operates from month 2; firm 1 does both in month 1; firm 2 decides in month 4.

    Firm 2 senses 0; (2 x 0.5) / 3 = 1/3; (1 + 1) / 3 = 2/3; 1; 1: ties press 0.12 x 3 = 0.36, its own initiative 5 x 0.01.
    """
    events = [(0, Event.DECIDED, 0), (0, Event.LAUNCHED, 0), (1, Event.DECIDED, 1), (1, Event.LAUNCHED, 1), (1, Event.OPERATING, 1)]
    events += [(2, Event.OPERATING, 0), (4, Event.DECIDED, 2), (4, Event.LAUNCHED, 2)]
    world = three_firms()
    found = genealogy_of(world, draw_scenario(world, 0), history_of(events, 3))
    assert dict(zip(found.causes, found.share[2], strict=True)) == pytest.approx(
        {"innovation": 5 / 41, "partners": 36 / 41, "lead": 0.0, "initial": 0.0}
    )
    # Firm 0 presses 0.04 in months 1 and 2, 0.08 in 3 and 4; firm 1 presses 0.04 in months 2 to 4. Their own parents: none.
    last = found.child == 2
    assert dict(zip(found.parent[last].tolist(), found.weight[last], strict=True)) == pytest.approx({0: 24 / 41, 1: 12 / 41})
    # Firm 1 saw nobody: in month 1 it sensed firm 2, its only partner, which had not decided.
    assert found.share[1, found.causes.index("innovation")] == 1.0
    assert found.reproduction[:, 0] == pytest.approx([24 / 41, 12 / 41, 0.0])
    assert found.project.tolist() == [0, 1, 2]


def test_a_failure_takes_away_what_others_show_and_has_no_share() -> None:
    """Firm 1 fails in month 2: firm 2 senses (2 - 0.5) / 3 = 1/2 in months 3 and 4, all of it from firm 0."""
    events = [(0, Event.DECIDED, 0), (0, Event.LAUNCHED, 0), (0, Event.OPERATING, 0), (1, Event.DECIDED, 1), (1, Event.LAUNCHED, 1)]
    events += [(2, Event.FAILED, 1), (4, Event.DECIDED, 2)]
    world = three_firms(disappointment=0.5)
    found = genealogy_of(world, draw_scenario(world, 0), history_of(events, 3))
    # Months 1 to 4: 0.08, (2 + 0.5) / 3 x 0.12 = 0.1 of which firm 1 has a fifth, 0.06, 0.06.
    total = 0.05 + 0.08 + 0.1 + 0.06 + 0.06
    last = found.child == 2
    assert dict(zip(found.parent[last].tolist(), found.weight[last], strict=True)) == pytest.approx({0: 0.28 / total, 1: 0.02 / total})
    assert found.project.tolist() == [0, 1, -1]


def test_a_hub_has_all_its_leaves() -> None:
    """In a star without initiative every leaf follows the hub alone: its reproduction number is the number of leaves that decide."""
    laws = {"partners": worlds.law("partners", rate=0.05)}
    world = worlds.problem(worlds.settings(laws, initial_adopters=1), 200, end="2025-12", network=Network.star(200))
    history = worlds.in_both(world)
    found = genealogy_of(world, draw_scenario(world, 0), history)
    leaves = int((history.event == Event.DECIDED).sum()) - 1
    assert leaves > 50
    hub = found.projects[:, 0] == 0
    assert found.reproduction[hub][0, :2] == pytest.approx([leaves, leaves])
    assert not found.reproduction[~hub].any()


def error_of_the_reproduction_number(seen: float) -> float:
    """Returns how many standard errors the reproduction number of the first factories is from the known one.

    V first factories press each of n firms by ``q V / n`` a month for T months. As long as no other factory is seen, ``(n - V) (1 - exp(-q
    V T / n))`` firms decide in expectation, and each of the first has an equal share in all of them.

    Args:
        seen: visibility of launched projects, none of which operates within the horizon; 0 for the known number.
    """
    n, first, q, months = 20_000, 100, 0.05, 24
    implementation = {"median_months": dict.fromkeys(SIZES, 240.0), "sigma": 0.0}
    chosen = worlds.settings(
        {"peers": worlds.law("peers", rate=q)}, initial_adopters=first, sensing={"visibility": seen}, implementation=implementation
    )
    world = worlds.problem(chosen, n, end="2025-12")
    scenario = draw_scenario(world, 0)
    found = genealogy_of(world, scenario, kernel.run(world, scenario))
    chance = 1.0 - np.exp(-q * first * months / n)
    deciding = found.reproduction[found.projects[:, 2] < 0, 0]
    assert len(deciding) == first
    assert np.ptp(deciding) < 1e-9
    return float(abs(deciding.mean() * first - (n - first) * chance) / np.sqrt((n - first) * chance * (1.0 - chance)))


def test_a_reproduction_number_that_is_known() -> None:
    assert error_of_the_reproduction_number(0.0) < 3.3
    # Planted fault: those that follow are seen, too.
    assert error_of_the_reproduction_number(1.0) > 4.0


def test_parents_one_by_one_add_up_to_reproduction_numbers() -> None:
    world, _, history = by_the_reference_engine(open_funding=False)
    scenario = draw_scenario(world, 0)
    found = genealogy_of(world, scenario, history, peers=True)
    counted = np.append(scenario.counts[found.projects[:, 1]], False)[found.project]
    weight: NDArray[np.float64] = np.zeros(len(found.projects))
    np.add.at(weight, found.parent, found.weight * counted[found.child])
    assert found.reproduction[:, 1] == pytest.approx(weight, abs=1e-9)
    assert weight.sum() > 1.0
    # A decision never has more in its parents than in the mechanisms that see them; without failures in sight just as much.
    seen = found.share[:, [found.causes.index(name) for name in ("peers", "partners", "collaboration")]].sum(axis=1)
    has = np.zeros(len(found.decisions))
    np.add.at(has, found.child, found.weight)
    launched = found.project >= 0
    assert has[launched] == pytest.approx(seen[launched], abs=1e-9)


def test_a_sense_that_no_history_tells_is_named() -> None:
    with pytest.raises(ValueError, match="sense 'gossip': it cannot be rebuilt from a history; known: peer_share"):
        replay._known("gossip", {"peer_share": len})
