"""ODD 7.2.1: a programme that states ``public_share`` pays that share of a project's cost, up to its grant, and the firm brings the rest;
the lead of its started collaboration model relieves both. A firm whose scope is below ``least_scope`` does not apply.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aixsim.model import matching
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event, History
from aixsim.model.matching import Matching
from aixsim.model.problem import Problem
from aixsim.random.draws import Purpose, normal, uniforms
from aixsim.world.classification import ROUTES
from aixsim.world.network import SUPPLIER, Network
from aixsim.world.population import Population
from tests import worlds
from tests.model.values import BN, LARGE, MID_SIZE, SMALL, by_size, firms, values, with_lever, world_of

PROGRAMME, COLLABORATION, OWN = (ROUTES.index(name) for name in ("programme", "collaboration", "own"))


# --- scalar laws


@pytest.mark.parametrize(
    ("ratio", "z", "exponent", "spread", "expected"),
    [
        (1.0, 0.0, 0.5, 0.0, 3.0),  # the mean firm
        (4.0, 0.0, 0.5, 0.0, 6.0),  # 3 x sqrt(4)
        (0.25, 0.0, 0.5, 0.0, 1.5),
        (9.0, 5.0, 0.0, 0.0, 3.0),  # neither size nor luck
        (1.0, 0.0, 0.0, 0.5, 3.0 * 0.882497),  # e^-0.125
        (1.0, 1.0, 0.0, 0.5, 3.0 * 1.454991),  # e^(0.5 - 0.125)
        (4.0, -1.0, 0.5, 0.5, 6.0 * 0.535261),  # e^(-0.5 - 0.125)
    ],
)
def test_cost_by_size_and_spread(ratio: float, z: float, exponent: float, spread: float, expected: float) -> None:
    p = values(Matching, cost_exponent=exponent, cost_spread=spread)
    assert matching.cost_at_start(math.log(ratio), z, 3.0, p) == pytest.approx(expected, rel=1e-6)


def test_the_spread_leaves_the_mean_cost_as_it_is() -> None:
    p = values(Matching, cost_spread=0.5)
    z = [normal((k + 0.5) / 10_000) for k in range(10_000)]
    costs = np.array([matching.cost_at_start(0.0, x, 1.0, p) for x in z])
    assert costs.mean() == pytest.approx(1.0, abs=0.001)
    assert (costs * math.exp(0.125)).mean() != pytest.approx(1.0, abs=0.1), "the twin: without - spread^2 / 2 the mean is 1.133"


@pytest.mark.parametrize(
    ("z", "size", "spread", "expected"),
    [
        (0.0, SMALL, 1.0, 0.22),  # 0.01 of sales of 22
        (1.0, SMALL, 1.0, 0.22 * math.e),
        (-1.0, SMALL, 0.5, 0.22 * 0.606531),  # e^-0.5
        (0.0, MID_SIZE, 1.0, 0.66),  # three times the share
        (0.0, LARGE, 1.0, 220.0),  # a thousand times
    ],
)
def test_own_means(z: float, size: int, spread: float, expected: float) -> None:
    p = values(Matching, own_share=0.01, own_spread=spread)
    assert matching.own_means(math.log(22.0), z, size, p) == pytest.approx(expected, rel=1e-6)


BILLS = [  # cost, grant, share and lambda, then what state, lead and firm pay
    (10.0, 4.0, 0.5, 0.0, 4.0, 0.0, 6.0),  # the grant is less than half of the cost
    (6.0, 4.0, 0.5, 0.0, 3.0, 0.0, 3.0),  # half of the cost is less than the grant
    (8.0, 4.0, 0.5, 0.0, 4.0, 0.0, 4.0),  # both the same
    (10.0, 4.0, 0.5, 0.4, 2.4, 2.8, 4.8),  # 4 x 0.6; 6 x 0.8; the lead 4 x 0.4 + 6 x 0.2
    (6.0, 4.0, 0.5, 0.4, 1.8, 1.8, 2.4),  # 3 x 0.6; 3 x 0.8; 3 x 0.4 + 3 x 0.2
    (10.0, 4.0, 0.0, 0.0, 0.0, 0.0, 10.0),  # the state gives nothing
    (10.0, 100.0, 1.0, 0.0, 10.0, 0.0, 0.0),  # the state gives all
    (10.0, 4.0, 0.5, 1.0, 0.0, 7.0, 3.0),  # the lead pays all of the public part and half of the other
    (0.0, 4.0, 0.5, 0.4, 0.0, 0.0, 0.0),
]


@pytest.mark.parametrize(("cost", "grant", "share", "lead_share", "state", "lead", "own"), BILLS)
def test_who_pays_what(cost: float, grant: float, share: float, lead_share: float, state: float, lead: float, own: float) -> None:
    won = round(cost * BN), round(grant * BN), share, lead_share
    gives, due = matching.grant_of(*won), matching.due_from_firm(*won)
    assert (gives, won[0] - gives - due, due) == (round(state * BN), round(lead * BN), round(own * BN))


def test_state_lead_and_firm_pay_the_scope_of_the_cost_to_the_won() -> None:
    for u in uniforms(7, 0, Purpose.MERIT, 2500).reshape(500, 5).tolist():
        cost, most, means = (1 + int(x * 400 * BN) for x in u[:3])
        share, lead_share = u[3:]
        state, due = matching.grant_of(cost, most, share, lead_share), matching.due_from_firm(cost, most, share, lead_share)
        lead, own = cost - state - due, min(due, means)
        assert min(state, due, lead) >= 0
        assert state <= most
        assert state + lead + own == round(matching.scope(cost, due, means) * cost)


@pytest.mark.parametrize(
    ("due", "means", "expected"),
    [(6, 2, 0.6), (6, 0, 0.4), (6, 6, 1.0), (6, 60, 1.0), (0, 0, 1.0), (10, 0, 0.0), (6, 3, 0.7)],  # (10 - due + means) / 10
)
def test_scope_is_the_share_that_is_paid_for(due: int, means: int, expected: float) -> None:
    assert matching.scope(10 * BN, due * BN, means * BN) == expected


def test_a_project_that_costs_nothing_is_paid_for() -> None:
    assert matching.scope(0, 0, 0) == 1.0


def test_the_state_gives_something_when_it_gives_a_won() -> None:
    p = values(Matching, least_scope=0.0, least_grant_share=0.0)
    assert [matching.applies(10, state, 9, 9, p) for state in (0, 1)] == [False, True]


def test_mean_employees_are_at_least_one() -> None:
    assert matching.log_mean_employees(np.array([0.0, 1.0, 1.5, math.e])).tolist() == pytest.approx([0.0, 0.0, 0.405465, 1.0])


def test_signs() -> None:
    """More money of the state relieves the firm; a lead relieves state and firm; neither moves the other way anywhere."""
    steps = np.linspace(0.0, 1.0, 21).tolist()
    for cost in (3 * BN, 300 * BN):
        by_share = [(cost, 100 * BN, x, 0.4) for x in steps]
        by_grant = [(cost, int(x * cost), 0.7, 0.4) for x in steps]
        by_lead = [(cost, 100 * BN, 0.7, x) for x in steps]
        for bills, sign in ((by_share, 1), (by_grant, 1), (by_lead, -1)):
            given = [sign * matching.grant_of(*bill) for bill in bills]
            relieved = [-matching.due_from_firm(*bill) for bill in bills]
            for path in (given, relieved):
                assert path == sorted(path)
                assert path[0] < path[-1]


def test_money_of_the_month() -> None:
    assert matching.means_now(2.0, 0.8, 0.25) == 2_000_000_000  # 2 x 0.8 x 1.25
    assert matching.project_cost(3.0, 0.9, 0.5, 0.2) == 1_080_000_000  # 3 x 0.9 x 0.5 x 0.8


# --- small worlds: firms decide in month 0; a small one of 40 employees has sales of 20 and can bring 2; its project costs 10


def shared(**stated: Any) -> dict[str, Any]:
    """A programme with a call in every month of 2024 that pays half of the cost, at most 4, unless stated otherwise."""
    stated = {"grant_krw_bn": 4.0, "public_share": by_size(*[0.5] * 5), "call_months": [3], "budget_krw_bn": {2024: 100.0}, **stated}
    return worlds.programme(**stated)


def matched(*programmes: dict[str, Any], population: Population | None = None, **changes: Any) -> Problem:
    """Firms of a textbook world that ask for public money; nobody pays itself unless ``own_rate`` is stated."""
    chosen: dict[str, Any] = {
        "funding": {"mode": "programmes", "own_rate": 0.0, "attempts": 1000, "patience_months": 1200, **changes.pop("funding", {})},
        "matching": {"cost_exponent": 0.0, "cost_spread": 0.0, "own_share": 0.1, "own_spread": 0.0, **changes.pop("matching", {})},
        "economics": {
            "project_cost_krw_bn": by_size(1.0, 10.0, 10.0, 10.0, 20.0),
            "sales_per_employee_krw_bn": 0.5,
            "elasticity": 0.0,
            "learning_rate": 0.0,
            **changes.pop("economics", {}),
        },
    }
    population = population or firms(size=[SMALL], employees=[40])
    mechanisms = {"innovation": {"rate": 10.0}}  # below 128 in a year, so that who fails decides again
    return world_of(end="2024-12", population=population, mechanisms=mechanisms, programme=list(programmes), **chosen, **changes)


def paid(history: History, route: int = PROGRAMME) -> list[float]:
    """What state, lead and firm pay in 2024, KRW bn."""
    return [int(won) / BN for won in history.paid[0, route]]


def n_events(history: History, event: Event) -> int:
    return int((history.event == event).sum())


def test_the_firm_brings_what_it_can() -> None:
    history = worlds.in_both(matched(shared()))
    assert paid(history) == [4.0, 0.0, 2.0]  # due 6, means 2: scope (10 - 6 + 2) / 10 = 0.6
    assert history.spent.sum() == 4 * BN
    assert (n_events(history, Event.LAUNCHED), n_events(history, Event.SHORT)) == (1, 1)


def test_climate_and_credit_change_what_it_can_bring() -> None:
    assert paid(worlds.in_both(matched(shared(), climate={"level": 1.5}))) == [4.0, 0.0, 3.0]  # 2 x 1.5
    world = matched(shared())
    scenario = draw_scenario(world, 0)
    scenario.credit[:] = 0.25
    assert paid(worlds.in_both(world, scenario=scenario)) == [4.0, 0.0, 2.5]  # 2 x 1.25


def test_cost_falls_with_experience() -> None:
    """One factory operates at the start and experience is 1, so costs halve: 2.5 public, 2.5 due."""
    world = matched(
        shared(),
        population=firms(size=[SMALL] * 2, employees=[40] * 2),
        initial_adopters=1,
        economics={"learning_rate": 0.5, "experience": 1.0},
    )
    assert paid(worlds.in_both(world)) == [2.5, 0.0, 2.0]


def test_cost_rises_with_size_within_the_class() -> None:
    """10 and 90 employees, 50 on average: costs of 2 and 18; half of 2 is below the grant of 4; the small one has sales of 5 x 100 %."""
    world = matched(
        shared(),
        population=firms(size=[SMALL] * 2, employees=[10, 90]),
        matching={"cost_exponent": 1.0, "own_share": 1.0, "own_spread": 0.0},
    )
    assert paid(worlds.in_both(world)) == [5.0, 0.0, 15.0]  # 1 + 4 of the state; 1 + 14 of the firms


def model_world(**changes: Any) -> Problem:
    """A large lead of 1,000 employees, project 20, and a small member of 40, project 10."""
    network = Network.from_ties(2, np.array([0], np.int32), np.array([1], np.int32), np.array([SUPPLIER], np.int8))
    population = firms(size=[LARGE, SMALL], employees=[1000, 40], agent_type=[0, 1], tier=[0, 1])
    return replace(matched(shared(), population=population, matching={"lead_share": 0.4}, **changes), network=network)


def test_a_lead_relieves_state_and_member_but_not_itself() -> None:
    world = model_world()
    history = worlds.in_both(world, scenario=with_lever("collaboration", world, start="2024-01", number=1))
    # member: state 4 x 0.6 = 2.4, due 6 x 0.8 = 4.8, lead 10 - 2.4 - 4.8 = 2.8, means 2, scope 0.72; lead: 4 of the state, 16 of its own
    assert paid(history, COLLABORATION) == [2.4 + 4.0, 2.8, 2.0 + 16.0]
    assert n_events(history, Event.SHORT) == 0


def test_a_model_that_is_wound_up_or_not_yet_formed_relieves_nobody() -> None:
    world = model_world()
    windows: list[dict[str, Any]] = [{"start": "2024-01", "stop": "2024-03"}, {"start": "2024-04"}]
    for window in windows:  # the call is in March
        history = worlds.in_both(world, scenario=with_lever("collaboration", world, number=1, **window))
        assert paid(history) == [4.0 + 4.0, 0.0, 2.0 + 16.0]


@pytest.mark.parametrize(("least", "applies"), [(0.59, True), (0.6, True), (0.61, False), (1.0, False)])
def test_who_applies_and_who_is_not_refused(least: float, applies: bool) -> None:
    """A scope of 0.6. With one attempt a refusal would be a withdrawal, as the budget of the twin shows, which is below one grant."""
    history = worlds.in_both(matched(shared(call_months=[3, 6]), matching={"least_scope": least}, funding={"attempts": 1}))
    assert (n_events(history, Event.FUNDED), n_events(history, Event.WITHDRAWN)) == (int(applies), 0)
    assert history.applicants.sum() == int(applies)
    twin = worlds.in_both(matched(shared(budget_krw_bn={2024: 3.9}), matching={"least_scope": least}, funding={"attempts": 1}))
    assert n_events(twin, Event.WITHDRAWN) == int(applies)


def test_a_class_that_the_state_gives_nothing_does_not_apply() -> None:
    rich = {"own_share": 100.0, "least_scope": 0.0}
    history = worlds.in_both(matched(shared(public_share=by_size(0.5, 0.0, 0.5, 0.5, 0.5)), matching=rich))
    assert history.applicants.sum() == 0
    assert worlds.in_both(matched(shared(), matching=rich)).applicants.sum() == 1


def test_a_tenth_of_a_billion_funds_no_plant_of_300() -> None:
    """Scope (0.1 + 2) / 300; without public_share the same grant is paid whatever the project costs, and the firm pays 299.9."""
    plant: dict[str, Any] = {"economics": {"project_cost_krw_bn": by_size(*[300.0] * 5)}}
    assert worlds.in_both(matched(shared(grant_krw_bn=0.1), **plant)).funded.sum() == 0
    blind = worlds.programme(name="blind", grant_krw_bn=0.1, call_months=[4], budget_krw_bn={2024: 10.0})
    history = worlds.in_both(matched(shared(grant_krw_bn=0.1), blind, **plant))
    assert history.funded[:, 0].tolist() == [0, 1]
    assert paid(history) == [0.1, 0.0, 299.9]


def test_a_programme_without_a_share_pays_its_grant_and_the_firm_the_rest() -> None:
    large_only = shared(sizes=["large"])
    blind = worlds.programme(name="blind", grant_krw_bn=4.0, call_months=[3])
    history = worlds.in_both(matched(large_only, blind))
    assert paid(history) == [4.0, 0.0, 6.0], "although it can bring 2 only"
    assert n_events(history, Event.SHORT) == 0
    cheap: dict[str, Any] = {"economics": {"project_cost_krw_bn": by_size(*[3.0] * 5)}}
    assert paid(worlds.in_both(matched(large_only, blind, **cheap))) == [4.0, 0.0, 0.0], "a grant above the cost"


def test_a_firm_that_pays_itself_pays_all() -> None:
    history = worlds.in_both(
        matched(shared(call_months=[12]), funding={"own_rate": 10.0, "own_burden_half": 1000.0}, matching={"own_share": 1e-6})
    )
    assert paid(history, OWN) == [0.0, 0.0, 10.0]
    assert (n_events(history, Event.LAUNCHED), n_events(history, Event.SHORT)) == (1, 0)


def test_a_firm_keeps_its_cost_and_its_means() -> None:
    """It fails, decides again after a month and is funded again: every attempt costs the same won."""
    world = matched(
        shared(call_months=list(range(1, 13)), grant_krw_bn=1000.0, budget_krw_bn={2024: 10_000.0}),
        matching={"cost_spread": 0.5, "own_spread": 0.5, "own_share": 0.05, "least_scope": 0.0},
        implementation={"success": by_size(*[0.0] * 5), "pause_months": 1},
    )
    history = worlds.in_both(world)
    n, (state, _, own) = n_events(history, Event.FUNDED), history.paid[0, PROGRAMME].tolist()
    z, x = (normal(float(uniforms(world.seed, 0, purpose, 1)[0])) for purpose in (Purpose.PROJECT_COST, Purpose.OWN_MEANS))
    cost = 10.0 * math.exp(0.5 * z - 0.125)
    assert n > 5
    assert state / n / BN == pytest.approx(cost / 2, abs=1e-9)
    assert own / n / BN == pytest.approx(min(cost / 2, math.exp(0.5 * x)), abs=1e-9)  # 0.05 of 20
