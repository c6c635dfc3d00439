"""What must hold between runs, whatever the numbers: each with a fault that must be noticed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event
from aixsim.model.problem import Problem
from aixsim.model.tabulation import group_counts, outcome_counts
from aixsim.world.classification import PROVINCES, SECTORS, SIZES
from aixsim.world.korea import build_korea
from aixsim.world.network import Network
from aixsim.world.population import Population
from aixsim.world.supply_chain import build_supply_chain
from tests import worlds

LAWS: dict[str, dict[str, Any]] = {
    "innovation": {"rate": 0.004},
    "peers": {"rate": 0.3},
    "partners": {"rate": 0.1},
    "parks": {"rate": 0.01},
    "collaboration": {"rate": 0.05},
}
LEVERS: dict[str, dict[str, Any]] = {"parks": {}, "collaboration": {}}


def korea(**changes: Any) -> Problem:
    """A small Korea with everything switched on."""
    population = build_korea(0.005, 1)
    chosen = worlds.settings(
        changes.pop("laws", LAWS),
        levers={
            name: worlds.REGISTRY.levers[name].parameters.defaults() | stated for name, stated in changes.pop("levers", LEVERS).items()
        },
        **{"implementation": {"median_months": dict.fromkeys(SIZES, 6.0), "abandonment_per_year": 0.1}, **changes},
    )
    world = worlds.problem(chosen, population=population, network=build_supply_chain(population, 1, 4.0), end="2028-12")
    return replace(world, scale=0.1)


def decided_in(world: Problem, replicate: int) -> NDArray[np.int64]:
    return worlds.first_month(worlds.simulate(world, replicate), Event.DECIDED, len(world.population))


@cache
def decided_without(replicate: int) -> NDArray[np.int64]:
    """When firms decide without a stronger lever."""
    return decided_in(korea(), replicate)


@pytest.fixture(scope="module")
def funded() -> Problem:
    return korea(
        funding={"mode": "programmes"},
        programme=[
            worlds.programme(
                name="a", budget_krw_bn=dict.fromkeys(range(2024, 2029), 9.3), call_months=[3, 9], instalments=3, regional_floor=0.4
            )
        ],
        sensing={"visibility": 0.4, "disappointment": 0.3},
        implementation={"median_months": dict.fromkeys(SIZES, 6.0), "success": dict.fromkeys(SIZES, 0.7), "abandonment_per_year": 0.1},
    )


STRONGER = [
    ("laws", {**LAWS, "innovation": {"rate": 0.0044}}),
    ("laws", {**LAWS, "peers": {"rate": 0.4}}),
    ("laws", {**LAWS, "partners": {"rate": 0.2}}),
    ("laws", {**LAWS, "parks": {"rate": 0.02}}),
    ("levers", {"parks": {"number": 20}, "collaboration": {}}),
    ("levers", {"parks": {"capacity": 1e6}, "collaboration": {}}),
]


@pytest.mark.parametrize(("key", "value"), STRONGER)
def test_a_stronger_lever_makes_no_firm_decide_later(key: str, value: dict[str, Any]) -> None:
    strong = korea(**{key: value})
    earlier = False
    for replicate in range(2):
        before, after = decided_without(replicate), decided_in(strong, replicate)
        assert (after <= before).all()
        earlier |= bool((after < before).any())
    assert earlier, "the lever must reach somebody, or the relation says nothing"


def test_the_relation_would_notice_other_luck() -> None:
    weak, strong = korea(), replace(korea(laws={**LAWS, "innovation": {"rate": 0.0044}}), seed=worlds.SEED + 1)
    n = len(weak.population)
    before, after = (worlds.first_month(worlds.simulate(world), Event.DECIDED, n) for world in (weak, strong))
    assert not (after <= before).all()


@pytest.mark.parametrize("lever", ["parks", "collaboration"])
def test_a_neutral_lever_changes_no_bit(lever: str, funded: Problem) -> None:
    settings = dict(funded.settings)
    without = replace(funded, settings={**settings, "levers": {k: v for k, v in settings["levers"].items() if k != lever}})
    stated = {**settings["levers"], lever: {**settings["levers"][lever], **worlds.REGISTRY.levers[lever].neutral}}
    neutral = replace(funded, settings={**settings, "levers": stated})
    a, b, c = (worlds.simulate(world) for world in (without, neutral, funded))
    assert np.array_equal(a.canonical(), b.canonical())
    assert np.array_equal(a.pressure, b.pressure)
    assert not np.array_equal(a.canonical(), c.canonical())


def isolated(budget: float, *, tied: bool) -> Problem:
    """Firm 0 alone in Jeju, sixty others in Gyeonggi; optionally a tie between the two worlds."""
    n = 61
    population = replace(
        Population.homogeneous(n, 1),
        province=np.array([PROVINCES.index("Jeju")] + [PROVINCES.index("Gyeonggi")] * (n - 1), np.int8),
        sector=np.array([0] + [SECTORS.index("machinery")] * (n - 1), np.int8),
    )
    ring = np.arange(1, n, dtype=np.int32)
    firm, partner = ring, np.roll(ring, -1)
    if tied:
        firm, partner = np.append(firm, np.int32(1)), np.append(partner, np.int32(0))
    chosen = worlds.settings(
        {"innovation": {"rate": 0.03}, "peers": {"rate": 0.1}, "partners": {"rate": 0.5}},
        funding={"mode": "programmes", "own_rate": 0.0, "attempts": 1000, "patience_months": 1000},
        economics={"learning_rate": 0.0},
        programme=[
            worlds.programme(budget_krw_bn=dict.fromkeys(range(2024, 2029), budget), provinces=["Jeju"], call_months=list(range(1, 13)))
        ],
    )
    return worlds.problem(chosen, population=population, network=Network.from_ties(n, firm, partner, np.zeros(len(firm), np.int8)))


def others(world: Problem, replicate: int) -> list[list[int]]:
    history = worlds.simulate(world, replicate).canonical()
    return history[history[:, 1] != 0].tolist()


def test_subsidising_an_isolated_firm_changes_nobody_else() -> None:
    for replicate in range(10):
        assert others(isolated(0.0, tied=False), replicate) == others(isolated(5.0, tied=False), replicate)
    assert any(others(isolated(0.0, tied=True), r) != others(isolated(5.0, tied=True), r) for r in range(10))


def test_money_is_conserved_to_the_won(funded: Problem) -> None:
    spent_something = False
    nation = replace(funded, scale=1.0)  # a sample rounds its budgets to whole grants
    for replicate in range(3):
        scenario = draw_scenario(nation, replicate)
        model = DiffusionModel(nation, scenario)
        for _ in range(nation.horizon.n_months):
            model.step()
        history = model.history()
        left = np.array([by_year[: len(nation.horizon.years)] for by_year in model.accounts.left])
        assert np.array_equal(history.spent + left, history.budget)
        assert (history.spent >= 0).all()
        assert (left >= 0).all()
        for k, line in enumerate(scenario.lines):
            assert history.budget[k].sum() == line.budget.sum()
            paid = _paid(line, history.funded[k])
            assert np.array_equal(paid, history.spent[k]), "every won spent belongs to a funded project"
            assert not np.array_equal(_paid(line, history.funded[k] + 1), history.spent[k])
        spent_something |= bool(history.spent.any())
    assert spent_something


def _paid(line: Any, funded: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Money by year of so many projects, all of one grant size: first instalment with the remainder, then equal parts."""
    paid = np.zeros(len(line.budget), np.int64)
    for year, number in enumerate(funded):
        part = line.grant[year, 0] // line.instalments
        for later in range(year, min(year + line.instalments, len(paid))):
            paid[later] += number * (part if later > year else line.grant[year, 0] - part * (line.instalments - 1))
    return paid


def test_counts_from_events_equal_counts_from_agents(funded: Problem) -> None:
    """Double entry: what the events add up to is what the agents say of themselves."""
    from aixsim.engines.reference.codes import Stage

    scenario = draw_scenario(funded, 0)
    model = DiffusionModel(funded, scenario)
    for _ in range(funded.horizon.n_months):
        model.step()
    table = outcome_counts(model.history(), scenario.counts, funded.horizon.n_months, funded.population)[:, -1]
    own = [firm for firm in model.firms if firm.stage == Stage.OPERATING and firm.route == 3]
    assert table[2] == sum(firm.stage == Stage.OPERATING for firm in model.firms) - len(own)
    assert table[7] == len(own)
    assert table[0] == sum(firm.stage != Stage.POTENTIAL or firm.episode > 0 for firm in model.firms)


def test_groups_add_up_to_the_whole(funded: Problem) -> None:
    scenario = draw_scenario(funded, 0)
    history = worlds.simulate(funded)
    n = funded.horizon.n_months
    total = outcome_counts(history, scenario.counts, n, funded.population)
    groups = group_counts(history, scenario.counts, n, funded.population)
    assert total[1, -1] > 0
    start = 0
    for size in (3, 8, 17, 5, 23):
        assert np.array_equal(groups[start : start + size].sum(axis=0), total)
        start += size
    assert np.array_equal(groups[start : start + 3, 1].sum(axis=0), total[1])


def test_exchanging_the_names_of_two_provinces_changes_names_alone() -> None:
    """Provinces of one pole, no parks: the label itself must carry no meaning."""
    world = korea(levers={"collaboration": {}})
    seoul, incheon = PROVINCES.index("Seoul"), PROVINCES.index("Incheon")
    renamed = world.population.province.copy()
    renamed[world.population.province == seoul] = incheon
    renamed[world.population.province == incheon] = seoul
    other = replace(world, population=replace(world.population, province=renamed, park=np.full(len(renamed), -1, np.int16)))
    same = replace(world, population=replace(world.population, park=np.full(len(renamed), -1, np.int16)))
    a, b = worlds.simulate(same), worlds.simulate(other)
    assert np.array_equal(a.canonical(), b.canonical())
    merged = np.where(world.population.province == seoul, incheon, world.population.province).astype(np.int8)
    c = worlds.simulate(replace(same, population=replace(same.population, province=merged)))
    assert not np.array_equal(a.pressure, c.pressure), "merging two provinces is more than a name"
