"""The supply network: heavy tails, tiers, and preference for one's own; each check with a network that must fail it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.config.models import NetworkTable
from aixsim.data.packaged import value
from aixsim.random.draws import Purpose, uniforms
from aixsim.results.network_summary import describe_network
from aixsim.world.korea import build_korea
from aixsim.world.network import CUSTOMER, SIBLING, SUPPLIER, Network
from aixsim.world.population import Population
from aixsim.world.supply_chain import build_supply_chain

Built = tuple[Population, Network]


@pytest.fixture(scope="module")
def nation() -> Built:
    population = build_korea(1.0, 1)
    return population, build_supply_chain(population, 1, 4.0)


def links(network: Network) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Suppliers and customers of every supply link."""
    firm = np.repeat(np.arange(len(network)), np.diff(network.start))
    chosen = network.kind == CUSTOMER
    return firm[chosen], network.partner[chosen]


def test_both_directions_no_tie_twice_none_to_itself(nation: Built) -> None:
    _, network = nation
    firm = np.repeat(np.arange(len(network)), np.diff(network.start))
    assert not (firm == network.partner).any()
    assert len(np.unique(firm * len(network) + network.partner)) == len(firm)
    reverse = np.lexsort((firm, network.partner))
    assert np.array_equal(network.partner[reverse], firm)
    back = network.kind[reverse]
    assert np.array_equal(np.where(back == CUSTOMER, SUPPLIER, np.where(back == SUPPLIER, CUSTOMER, SIBLING)), network.kind)


def test_rows_of_suppliers_alone(nation: Built) -> None:
    network = nation[1]
    borders, suppliers = network.suppliers
    for firm in range(0, len(network), 997):
        row = slice(network.start[firm], network.start[firm + 1])
        expected = network.partner[row][network.kind[row] == SUPPLIER]
        assert suppliers[borders[firm] : borders[firm + 1]].tolist() == expected.tolist()
    assert borders[-1] == len(suppliers) == (network.kind == SUPPLIER).sum() > 0


def test_mean_number_of_links(nation: Built) -> None:
    population, network = nation
    per_firm = len(links(network)[0]) / len(population)
    assert per_firm == pytest.approx(value("supply_network_facts.csv", "value", country="JP", year="2010", unit="links per firm"), rel=0.03)


def hill(degree: NDArray[np.int64], share: float = 0.005) -> float:
    """Tail exponent from the largest degrees (Hill 1975)."""
    top = np.sort(degree)[::-1][: int(share * len(degree)) + 1].astype(np.float64)
    return float(1.0 / np.mean(np.log(top[:-1] / top[-1])))


def test_degrees_are_heavy_tailed(nation: Built) -> None:
    """Customers as in Japan; suppliers less so, because no Korean company is known to have more than 300 of tier 1."""
    population, network = nation
    supplier, customer = links(network)
    n = len(population)
    customers, suppliers = np.bincount(supplier, minlength=n), np.bincount(customer, minlength=n)
    assert 1.1 < hill(customers) < 1.4
    assert customers.max() > 100 * customers.mean()
    assert 2.0 < hill(suppliers) < 4.0
    assert suppliers.max() > 50 * suppliers.mean()
    # The twin: as many links dealt out at random have a thin tail.
    random = np.bincount((uniforms(1, 0, Purpose.PARTNER, len(supplier)) * n).astype(np.int64), minlength=n)
    assert hill(random) > 4.0


def test_who_sells_to_whom(nation: Built) -> None:
    population, network = nation
    supplier, customer = links(network)
    to_large = population.tier[customer] == 0
    assert (population.tier[supplier[to_large]] == 1).all(), "only suppliers sell to large firms"
    assert np.isin(np.flatnonzero(population.tier == 1), supplier[to_large]).all(), "every supplier does"
    assert not (population.tier[supplier] == 0).any()
    second = population.tier[supplier] == 2
    to_first = np.unique(supplier[second & (population.tier[customer] == 1)])
    assert np.array_equal(to_first, np.flatnonzero(population.tier == 2)), "every firm of tier 2 sells to one of tier 1"
    assert not (population.tier[customer[population.tier[supplier] == 3]] <= 1).any()
    subcontractors = (population.tier >= 1) & (population.tier <= 3)
    assert np.isin(np.flatnonzero(subcontractors), supplier).mean() > 0.999


def test_a_company_is_a_suppliers_customer_once(nation: Built) -> None:
    population, network = nation
    supplier, customer = links(network)
    pairs = supplier * len(population) + population.company[customer]
    assert len(np.unique(pairs)) == len(pairs)


def test_half_of_the_links_to_large_companies_stay_in_the_sector(nation: Built) -> None:
    population, network = nation
    supplier, customer = links(network)
    to_large = population.is_large()[customer]
    same = (population.sector[supplier] == population.sector[customer])[to_large].mean()
    by_chance = float(np.bincount(population.sector) @ np.bincount(population.sector)) / len(population) ** 2
    assert same == pytest.approx(0.5 + 0.5 * by_chance, abs=0.03)


@pytest.mark.parametrize("scale", [0.0005, 0.05, 1.0])
def test_a_config_cannot_ask_for_fewer_links_than_subcontractors_have(scale: float) -> None:
    population = build_korea(scale, 2)
    (fewest,) = (bound.ge for bound in NetworkTable.model_fields["links_per_firm"].metadata if hasattr(bound, "ge"))
    build_supply_chain(population, 2, fewest)
    with pytest.raises(ValueError, match=r"links_per_firm = 1: subcontractors alone have \d\.\d"):
        build_supply_chain(population, 2, 1.0)


def test_firms_outside_subcontracting_have_the_links_that_are_left(nation: Built) -> None:
    population, network = nation
    more = build_supply_chain(population, 1, 5.0)
    inside = population.tier < 4
    before, after = (np.bincount(links(one)[0], minlength=len(population)) for one in (network, more))
    assert np.array_equal(before[inside], after[inside]), "tiers do not depend on the links of others"
    assert after.sum() == pytest.approx(5.0 * len(population), rel=0.01)


def test_preference_for_ones_own_sector_and_province(nation: Built) -> None:
    population, network = nation
    same = describe_network(population, network)["same"]
    assert same["sector"]["observed"] > 3 * same["sector"]["random"]
    assert same["province"]["observed"] > 2 * same["province"]["random"]
    # The twin: with sectors dealt anew there is no preference left.
    supplier, customer = links(network)
    dealt = np.roll(population.sector, 12_345)
    observed = (dealt[supplier] == dealt[customer]).mean()
    assert observed < 3 * same["sector"]["random"]


def test_sites_of_one_company_are_tied_to_each_other(nation: Built) -> None:
    population, network = nation
    firm = np.repeat(np.arange(len(network)), np.diff(network.start))
    siblings = network.kind == SIBLING
    assert (population.company[firm[siblings]] == population.company[network.partner[siblings]]).all()
    _, sites = np.unique(population.company[population.is_large()], return_counts=True)
    assert siblings.sum() == (sites * (sites - 1)).sum()


def test_bigger_firms_have_more_suppliers(nation: Built) -> None:
    population, network = nation
    _, customer = links(network)
    suppliers = np.bincount(customer, minlength=len(population))
    second = population.tier == 2
    big = population.employees >= np.quantile(population.employees[second], 0.9)
    assert suppliers[second & big].mean() > 1.5 * suppliers[second & ~big].mean()


def test_same_seed_same_network_other_seed_another() -> None:
    population = build_korea(0.02, 1)
    a, b, c = (build_supply_chain(population, seed, 4.0) for seed in (1, 1, 2))
    assert np.array_equal(a.partner, b.partner)
    assert not np.array_equal(a.partner, c.partner)


@pytest.mark.parametrize("kind", ["none", "star", "ring", "complete"])
def test_theory_networks(kind: str) -> None:
    n = 12
    network: Network = getattr(Network, kind)(n)
    degree = np.diff(network.start)
    expected = {"none": [0] * n, "star": [n - 1] + [1] * (n - 1), "ring": [2] * n, "complete": [n - 1] * n}[kind]
    assert degree.tolist() == expected
    assert network.n_ties == sum(expected) // 2
