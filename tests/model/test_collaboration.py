"""ODD 7.6, collaboration: forms models of a large site, its suppliers and theirs; the lead commits itself, members follow it, and
programmes keep ``quota`` for them first. A model that is wound up leaves its projects running.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from aixsim.engines.reference.diffusion_model import run
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event
from aixsim.model.problem import Problem
from aixsim.world.classification import ROUTES
from aixsim.world.network import SUPPLIER, Network
from tests import worlds
from tests.model.values import LARGE, SMALL, firms, with_lever, world_of

SUPPLIES = [(0, 2), (0, 3), (1, 4), (2, 5), (2, 6), (3, 5), (3, 6), (4, 7), (3, 10), (10, 11)]
"""Who (second) sells to whom: 0 and 1 are large, 2 to 4 sell to them, 5, 6, 7 and 10 to those, 11 to 10; 8 and 9 are large and alone."""
EMPLOYEES = [900, 800, 60, 90, 50, 10, 30, 20, 700, 600, 5, 80]


def world(**changes: Any) -> Problem:
    population = firms(size=[LARGE, LARGE, *[SMALL] * 6, LARGE, LARGE, SMALL, SMALL], employees=EMPLOYEES, company=list(range(12)))
    buyer, seller = np.array(SUPPLIES, np.int32).T
    network = Network.from_ties(12, buyer, seller, np.full(len(SUPPLIES), SUPPLIER, np.int8))
    return replace(world_of(population=population, **changes), network=network)


def models(**stated: Any) -> dict[int, set[int]]:
    """Members of each model beside its lead."""
    found = with_lever("collaboration", world(), **{"start": "2024-03", "number": 2, **stated})
    return {
        int(lead): {firm for firm in np.flatnonzero(found.model_of == model).tolist() if firm != lead}
        for model, lead in enumerate(found.model_lead)
    }


def test_leads_are_large_sites_with_suppliers_and_members_their_suppliers_and_theirs() -> None:
    assert models(members=20) == {0: {2, 3, 5, 6, 10}, 1: {4, 7}}, "and not firm 11, which sells to a supplier of a supplier"


def test_the_largest_come_first_and_direct_suppliers_before_theirs() -> None:
    assert models(members=1) == {0: {3}, 1: {4}}  # 90 employees before 60
    assert models(members=2) == {0: {2, 3}, 1: {4, 7}}
    assert models(members=3) == {0: {2, 3, 6}, 1: {4, 7}}  # 30 employees before 10


def test_who_sells_to_several_of_a_circle_counts_once() -> None:
    """Firms 5 and 6 sell to both 2 and 3, so three places below those are for 6, 5 and 10."""
    assert models(members=4)[0] == {2, 3, 5, 6}
    assert models(members=5)[0] == {2, 3, 5, 6, 10}


def test_a_supplier_of_two_leads_stays_with_the_first() -> None:
    shared = [*SUPPLIES, (1, 3)]
    buyer, seller = np.array(shared, np.int32).T
    both = replace(world(), network=Network.from_ties(12, buyer, seller, np.full(len(shared), SUPPLIER, np.int8)))
    for replicate in range(6):
        found = with_lever("collaboration", both, replicate, start="2024-03", number=2)
        assert found.model_of[3] == 0
        assert sorted(found.model_of[found.model_lead]) == [0, 1]


def test_numbers_are_those_of_the_sample() -> None:
    assert len(models(number=1)) == 1
    assert len(models(number=9)) == 2, "no more than there are leads"
    assert models(number=0) == {}
    none = draw_scenario(world(), 0)
    assert (none.model_of == -1).all()
    assert [len(none.model_lead), len(none.model_start), len(none.model_stop)] == [0, 0, 0]
    tenth = with_lever("collaboration", replace(world(), scale=0.1), start="2024-03", number=14)
    assert len(tenth.model_lead) in (1, 2)  # 1.4 models: one or two by lot


def test_sites_of_one_company_lead_one_model() -> None:
    one = replace(world(), population=replace(world().population, company=np.array([0, 0, *range(2, 12)], np.int32)))
    assert len(with_lever("collaboration", one, start="2024-03", number=2).model_lead) == 1


def test_every_lead_is_drawn_as_often() -> None:
    """One model, led by firm 0 or 1: each in about half of 100 replicates, with error 5; the twin: the lots of one replicate for ever."""

    def is_fair(replicates: list[int]) -> bool:
        drawn = [int(with_lever("collaboration", world(), replicate, start="2024-03", number=1).model_lead[0]) for replicate in replicates]
        return abs(drawn.count(0) - 50) < 21

    assert is_fair(list(range(100)))
    assert not is_fair([0] * 100)


def test_the_quota_is_kept_in_the_window_and_a_larger_one_stays() -> None:
    lines = [worlds.programme()]
    found = with_lever("collaboration", world(programme=lines), start="2024-03", stop="2024-06", number=1, quota=0.2)
    assert found.lines[0].quota[:7].tolist() == [0.0, 0.0, 0.2, 0.2, 0.2, 0.0, 0.0]
    assert (found.model_start.tolist(), found.model_stop.tolist()) == ([2], [5])


def test_the_lead_commits_itself_and_members_projects_count_as_collaboration() -> None:
    """Nobody decides of its own accord. The lead decides in March and is funded in May; members see it launched and decide next month."""
    calls = worlds.programme(budget_krw_bn={2024: 100.0}, call_months=[5, 7], lag_months=0)
    chosen = world(
        end="2024-12",
        mechanisms={"collaboration": {"rate": 1000.0}},
        funding={"mode": "programmes", "own_rate": 0.0},
        programme=[calls],
        sensing={"visibility": 1.0},
    )
    history = run(chosen, with_lever("collaboration", chosen, start="2024-03", number=2, members=20))
    decided = {
        int(firm): int(month)
        for firm, month, event in zip(history.firm, history.month, history.event, strict=True)
        if event == Event.DECIDED
    }
    assert decided == {0: 2, 1: 2, 2: 5, 3: 5, 4: 5, 5: 5, 6: 5, 7: 5, 10: 5}
    routes = history.route[history.event == Event.LAUNCHED]
    assert len(routes) == 9
    assert (routes == ROUTES.index("collaboration")).all()
