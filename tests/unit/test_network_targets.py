"""Population and network meet what is published; each target has a fault that makes it be missed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.data.packaged import assumption, rows, value
from aixsim.report.network_page import PAGE, SCALES, network_page
from aixsim.results.network_targets import is_met, network_targets
from aixsim.world import korea, pools, subcontractors, supply_chain
from aixsim.world.classification import LARGE
from aixsim.world.korea import build_korea
from aixsim.world.network import CUSTOMER, Network
from aixsim.world.population import Population
from aixsim.world.supply_chain import build_supply_chain

Patch = pytest.MonkeyPatch
NOT_MET = {"exponent of the number of suppliers", "SMEs that give out orders"}
"""The ODD says why; a target that comes to be met must leave the list."""


def figures(scale: float = 1.0, seed: int = 1, links: float = 4.0) -> dict[str, float | None]:
    population = build_korea(scale, seed)
    return {row["name"]: row["model"] for row in network_targets(population, build_supply_chain(population, seed, links))}


@pytest.fixture(scope="module")
def nation() -> tuple[Population, Network]:
    population = build_korea(1.0, 1)
    return population, build_supply_chain(population, 1, 4.0)


@pytest.mark.parametrize("name", [row["name"] for row in rows("network_targets.csv")])
def test_the_nation_meets_the_target(nation: tuple[Population, Network], name: str) -> None:
    (target,) = (row for row in network_targets(*nation) if row["name"] == name)
    assert is_met(target) is (name not in NOT_MET), target


def published_as(name: str, wrong: float) -> Callable[[Patch], None]:
    def plant(patch: Patch) -> None:
        def read(target: str) -> float:
            return wrong if target == name else value("network_targets.csv", "value", name=target)

        for module in (subcontractors, supply_chain):
            patch.setattr(module, "published", read)

    return plant


def assumed_as(wrong: dict[str, float]) -> Callable[[Patch], None]:
    def plant(patch: Patch) -> None:
        for module in (korea, subcontractors, supply_chain):
            patch.setattr(module, "assumption", lambda name: wrong.get(name, assumption(name)))

    return plant


def tier_one_of_the_car_chain(patch: Patch) -> None:
    """One subcontractor in 22 sells to large firms: 237 of tier 1 and 5,000 below."""
    drawn = subcontractors.n_large_customers

    def few(size: NDArray[np.int8], employees: NDArray[np.int32], who: NDArray[np.bool_], seed: int) -> NDArray[np.int64]:
        return np.where(np.arange(len(size)) % 22 == 0, drawn(size, employees, who, seed), 0)

    for module in (subcontractors, supply_chain):
        patch.setattr(module, "n_large_customers", few)


def pull_by_rank(patch: Patch) -> None:
    """What pulls suppliers is a Pareto quantile of a rank by lot, whatever the employees."""

    def by_rank(population: Population, firms: NDArray[np.int64], exponent: float) -> NDArray[np.float64]:
        lot = (firms * 7919) % 100_003 / 100_003
        pull: NDArray[np.float64] = (1.0 - lot) ** (-1.0 / 1.35)
        return pull

    patch.setattr(supply_chain, "by_employees", by_rank)


def one_exponent_for_all(patch: Patch) -> None:
    """Large sites share the law of the others: they hold what it leaves them."""
    patch.setattr(korea, "large_employment_share", lambda: 0.25)
    assumed_as({"employees_large_low": 300.0, "employees_large_high": 10_000.0})(patch)


def like_sells_to_like(patch: Patch) -> None:
    """Firms with many partners trade with each other, and the small with the small."""
    add = supply_chain._add

    def sorted_pairs(links: supply_chain._Links, *given: object) -> None:
        add(links, *given)  # type: ignore[arg-type]  # handed on as they came
        partners = np.bincount(np.concatenate([links.supplier, links.customer]))
        links.supplier = links.supplier[np.argsort(partners[links.supplier], kind="stable")]
        links.customer = links.customer[np.argsort(partners[links.customer], kind="stable")]

    patch.setattr(supply_chain, "_add", sorted_pairs)


FAULTS: dict[str, tuple[Callable[[Patch], None], set[str]]] = {
    "subcontractors of 1993": (
        published_as("SME manufacturers that are subcontractors", 57.2),
        {"SME manufacturers that are subcontractors", "supply links of a firm"},
    ),
    "tier 1 of the car chain": (
        tier_one_of_the_car_chain,
        {
            "large customers of a subcontractor",
            "relations of tier 1",
            "relations of tier 2",
            "relations of tier 3",
            "suppliers of the 152 largest companies",
            "suppliers of the company with most",
            "large sites among the 20 sites with most suppliers",
        },
    ),
    "pull by rank": (
        pull_by_rank,
        {
            "suppliers of the company with most",
            "large sites among the 20 sites with most suppliers",
            "rank correlation of employees and partners",
            "rank correlation of suppliers and employees of large companies",
        },
    ),
    "pull in proportion to employees": (
        assumed_as({"large_pull_exponent": 1.0}),
        {"suppliers of the company with most", "suppliers of the 152 largest companies"},
    ),
    "three SME customers": (published_as("SME customers of a subcontractor", 3.0), {"SME customers of a subcontractor"}),
    "customers without a tail": (published_as("exponent of the number of customers", 4.0), {"exponent of the number of customers"}),
    "one exponent of employees": (one_exponent_for_all, {"employees of the largest site", "employment in large sites"}),
    "like sells to like": (like_sells_to_like, {"correlation of partners across a supply link"}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_misses_its_targets(monkeypatch: Patch, fault: str) -> None:
    plant, missed = FAULTS[fault]
    plant(monkeypatch)
    population = build_korea(1.0, 1)
    links = 5.5 if "supply links of a firm" in missed else 4.0
    targets = network_targets(population, build_supply_chain(population, 1, links))
    met = {target["name"]: target["model"] for target in targets if is_met(target)}
    assert not missed & set(met), met


def test_every_target_has_a_fault() -> None:
    caught = set().union(*(missed for _, missed in FAULTS.values()))
    assert caught == {row["name"] for row in rows("network_targets.csv")} - NOT_MET


def test_another_seed_is_near() -> None:
    """What firms draw one by one hardly varies; the hubs of one draw may lie beside their range."""
    model = figures(seed=2)
    assert model["large customers of a subcontractor"] == pytest.approx(1.4, rel=0.02)
    assert model["SME customers of a subcontractor"] == pytest.approx(7.6, rel=0.02)
    assert model["relations of tier 1"] == pytest.approx(70.6, abs=4)
    assert model["suppliers of the 152 largest companies"] == pytest.approx(100, rel=0.1)
    assert model["suppliers of the company with most"] == pytest.approx(270, rel=0.2)


def test_a_sample_keeps_numbers_of_customers_and_has_smaller_hubs() -> None:
    model = figures(scale=0.05)
    assert model["large customers of a subcontractor"] == pytest.approx(1.4, rel=0.05)
    assert model["SME customers of a subcontractor"] == pytest.approx(7.6, rel=0.05)
    assert model["supply links of a firm"] == pytest.approx(4.0, rel=0.01)
    assert model["employment in large sites"] == pytest.approx(30.5, abs=0.2)
    most, largest = model["suppliers of the company with most"], model["employees of the largest site"]
    assert most is not None
    assert largest is not None
    assert most < 208
    assert largest < 20_000


def test_targets_are_those_of_the_facts() -> None:
    facts = {
        "SME manufacturers that are subcontractors": ("SME manufacturers that are subcontract suppliers", "2010"),
        "large customers of a subcontractor": ("large parents of a subcontractor", "1993"),
        "SME customers of a subcontractor": ("SME parents of a subcontractor", "1993"),
        "suppliers of the 152 largest companies": ("SME suppliers of a manufacturer of the top 30 groups, mean", "2000"),
        "exponent of the number of customers": ("cumulative out-degree exponent", "2010"),
        "exponent of the number of suppliers": ("cumulative in-degree exponent", "2010"),
        "SMEs that give out orders": ("SME manufacturers that give out orders", "2010"),
    }
    for step in (1, 2, 3):
        facts[f"relations of tier {step}"] = (f"relations of tier {step}", "1993")
    for name, (metric, year) in facts.items():
        assert subcontractors.published(name) == value("supply_network_facts.csv", "value", metric=metric, year=year)
    known = {row["source_id"] for row in rows("sources.csv")}
    for row in rows("network_targets.csv"):
        assert set(row["source_id"].split(";")) <= known
        assert float(row["low"]) <= float(row["value"]) <= float(row["high"])


def hand() -> tuple[Population, Network]:
    """Two sites of one large company (0, 1), tier 1 (2, 3), tier 2 (4), tier 3 (5), a micro subcontractor (6), and one outside (7)."""
    population = Population.homogeneous(8, 1)
    changes = {
        "size": np.array([LARGE, LARGE, 1, 1, 1, 1, 0, 1], np.int8),
        "employees": np.array([900, 100, 40, 10, 20, 20, 5, 20], np.int32),
        "tier": np.array([0, 0, 1, 1, 2, 3, 3, 4], np.int8),
        "company": np.array([0, 0, 2, 3, 4, 5, 6, 7], np.int32),
    }
    population = Population(**{**{field: getattr(population, field) for field in population.__dataclass_fields__}, **changes})
    firm, partner = np.array([2, 2, 3, 4, 4, 5, 6, 7, 0]), np.array([0, 3, 1, 2, 3, 4, 5, 6, 1])
    kind = np.array([CUSTOMER] * 8 + [2], np.int8)
    return population, Network.from_ties(8, firm.astype(np.int32), partner.astype(np.int32), kind)


def test_targets_counted_by_hand() -> None:
    model = {row["name"]: row["model"] for row in network_targets(*hand())}
    assert model["SME manufacturers that are subcontractors"] == pytest.approx(100 * 5 / 6)
    assert model["large customers of a subcontractor"] == 2 / 4, "the micro firm is not surveyed"
    assert model["SME customers of a subcontractor"] == 5 / 5
    assert [model[f"relations of tier {step}"] for step in (1, 2, 3)] == [50.0, pytest.approx(100 / 3), pytest.approx(100 / 6)]
    assert model["suppliers of the 152 largest companies"] == model["suppliers of the company with most"] == 2.0, "one company, two sites"
    assert model["supply links of a firm"] == 1.0
    assert model["SMEs that give out orders"] == pytest.approx(100 * 5 / 6)
    assert model["employees of the largest site"] == 900
    assert model["employment in large sites"] == pytest.approx(100 * 1000 / 1110)
    assert model["rank correlation of suppliers and employees of large companies"] is None


def test_pull_of_companies_and_their_sites_by_hand() -> None:
    """A company of 900 + 100 pulls as the root of 1,000, nine tenths of it at the larger site; an SME as the root of its own."""
    population = hand()[0]
    assert pools.by_employees(population, np.array([0, 1, 2]), 0.5) == pytest.approx([0.9 * 1000**0.5, 0.1 * 1000**0.5, 40**0.5])


def test_poisson_numbers_by_hand() -> None:
    """exp(-1.4) = 0.2466; with one more 0.5918, with two 0.8335."""
    u = np.array([0.2, 0.3, 0.59, 0.60, 0.83, 0.84, 1 - 2.0**-53])
    numbers = subcontractors.poisson(u, np.full(7, 1.4))
    assert numbers[:6].tolist() == [0, 1, 1, 2, 2, 3]
    assert 10 < numbers[6] < 100
    assert subcontractors.poisson(np.array([0.5]), np.array([100.0]))[0] == 100


def test_tiers_are_the_steps_along_customers(nation: tuple[Population, Network]) -> None:
    population, network = nation
    firm = np.repeat(np.arange(len(network)), np.diff(network.start))
    links = network.kind == CUSTOMER
    supplier, customer = firm[links], network.partner[links]
    steps = np.where(population.is_large(), 0, 9)
    for step in (1, 2):
        near = supplier[(steps[customer] == step - 1) & (steps[supplier] > step)]
        steps[near] = step
    inside = population.tier < subcontractors.OUTSIDE
    assert (np.minimum(steps, 3) == population.tier)[inside].all()
    assert np.array_equal(population.agent_type, np.minimum(population.tier, 2))


def test_the_page_is_fresh(nation: tuple[Population, Network]) -> None:
    population = build_korea(SCALES[1], 1)
    page = network_page([network_targets(*nation), network_targets(population, build_supply_chain(population, 1, 4.0))])
    assert (Path(__file__).parents[2] / PAGE).read_text(encoding="utf-8") == page, "run `make docs`"
