"""The supply network: who delivers to whom, drawn from published numbers of customers; tiers follow from it.

A subcontractor has large customers (Poisson) and SME customers (Pareto, exponent of Fujiwara and Aoyama 2010, arXiv:0806.4280). What
pulls suppliers is a power of the customer's employees, never a rank. The rest of the links belong to firms outside subcontracting,
which sell to SMEs alone. Large sites have no customers: they sell abroad and to consumers, which is outside the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aixsim.data.packaged import assumption
from aixsim.random.draws import BUILD, Purpose, uniforms
from aixsim.world.network import CUSTOMER, SIBLING, Network
from aixsim.world.pools import Pools, by_employees
from aixsim.world.population import Population
from aixsim.world.subcontractors import OUTSIDE, n_large_customers, published

_ROUNDS = 4
"""Links that fall on an existing tie or on the firm itself are drawn again, at most so often."""
_SEARCHES = 40

Ints = NDArray[np.int64]


@dataclass(slots=True)
class _Links:
    """Supply links: firms of both ends, and the marks of all pairs that are tied, sorted."""

    supplier: Ints
    customer: Ints
    known: Ints


def build_supply_chain(population: Population, seed: int, links_per_firm: float) -> Network:
    """Builds supply links and the ties between sites of one company.

    Args:
        population: with tiers and companies.
        seed: of everything that is drawn.
        links_per_firm: supply links over firms; Japan has 4 to 5. What the links of subcontractors leave belongs to firms outside.

    Raises:
        ValueError: subcontractors alone have more links.
    """
    n = len(population)
    links = _subcontract_links(population, seed)
    rest = round(links_per_firm * n) - len(links.supplier)
    outside = population.tier == OUTSIDE
    if rest < 0:
        raise ValueError(f"links_per_firm = {links_per_firm:g}: subcontractors alone have {len(links.supplier) / n:.3f}")
    number = _pareto_numbers(outside, rest / max(int(outside.sum()), 1), 0, Purpose.TRADE, seed)
    _add(links, _smes(population), population.company, np.repeat(np.arange(n), number), Purpose.TRADE_PARTNER, seed)
    siblings = _siblings(population)
    firm = np.concatenate([links.supplier, siblings[0]]).astype(np.int32)
    partner = np.concatenate([links.customer, siblings[1]]).astype(np.int32)
    kind = np.repeat(np.array([CUSTOMER, SIBLING], np.int8), [len(links.supplier), siblings.shape[1]])
    return Network.from_ties(n, firm, partner, kind)


def tiers(population: Population, seed: int) -> NDArray[np.int8]:
    """Returns the steps of every firm to the nearest large one along its customers, int8 ``(n,)``.

    Args:
        population: in which all subcontractors without a large customer have tier 2.
        seed: of everything that is drawn.

    Returns:
        0 large, 1 and 2, 3 for subcontractors farther away, and 4 outside subcontracting.
    """
    links = _subcontract_links(population, seed)
    to_first = np.zeros(len(population), np.bool_)
    to_first[links.supplier[population.tier[links.customer] == 1]] = True
    return np.where((population.tier == 2) & ~to_first, 3, population.tier).astype(np.int8)


def _subcontract_links(population: Population, seed: int) -> _Links:
    """Draws the customers of all subcontractors; the same for tiers 2 and 3."""
    firms = np.arange(len(population))
    subcontractor = (population.tier > 0) & (population.tier < OUTSIDE)
    n_large = n_large_customers(population.size, population.employees, subcontractor, seed)
    n_large = np.where(population.tier == 1, np.maximum(n_large, 1), 0)
    n_sme = _pareto_numbers(subcontractor, published("SME customers of a subcontractor"), 1, Purpose.DEGREE, seed)
    links = _Links(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))
    _add(links, _large(population), population.company, np.repeat(firms, n_large), Purpose.COMPANY, seed)
    _add(links, _smes(population), population.company, np.repeat(firms, n_sme), Purpose.PARTNER, seed)
    return links


def _pareto_numbers(firms: NDArray[np.bool_], mean: float, lowest: int, purpose: Purpose, seed: int) -> Ints:
    """Draws numbers of customers: Pareto with the published exponent, scaled to a mean over ``firms``; 0 for all others."""
    n = len(firms)
    out = np.zeros(n, np.int64)
    size = uniforms(seed, BUILD, purpose, n)[firms] ** (-1.0 / published("exponent of the number of customers"))
    rounding = uniforms(seed, BUILD, purpose, n, attempt=1)[firms]
    highest = min(assumption("highest_degree"), n / 20)
    low, high = 0.0, 4.0 * mean
    number = np.zeros(len(size))
    for _ in range(_SEARCHES):
        factor = 0.5 * (low + high)
        number = np.maximum(np.minimum(np.floor(size * factor + rounding), highest), lowest)
        low, high = (factor, high) if number.sum() < mean * len(size) else (low, factor)
    out[firms] = number
    return out


def _add(links: _Links, pools: Pools, owner: NDArray[np.int32], supplier: Ints, purpose: Purpose, seed: int) -> None:
    """Draws a customer for each of ``supplier`` and adds what is a new tie: two firms, or a firm and a company, are tied once."""
    for attempt in range(_ROUNDS):
        width, u = (uniforms(seed, BUILD, purpose, len(supplier), attempt=2 * attempt + which) for which in (0, 1))
        customer = pools.draw(supplier, width, u)
        company = owner[customer].astype(np.int64)
        tie = np.minimum(supplier, company) * len(owner) + np.maximum(supplier, company)
        place = np.searchsorted(links.known, tie)
        known = np.append(links.known, -1)[place] == tie
        new = np.flatnonzero((customer >= 0) & (customer != supplier) & ~known)
        new = np.sort(new[np.unique(tie[new], return_index=True)[1]])
        links.known = np.sort(np.concatenate([links.known, tie[new]]))
        links.supplier = np.concatenate([links.supplier, supplier[new]])
        links.customer = np.concatenate([links.customer, customer[new]])
        supplier = np.delete(supplier, new)
        if not len(supplier):
            break


def _smes(population: Population) -> Pools:
    """Pools of firms that are not large, whether subcontractors or not."""
    firms = np.flatnonzero(~population.is_large())
    pull = by_employees(population, firms, assumption("sme_pull_exponent"))
    shares = (assumption("same_sector_same_province"), assumption("same_sector"), assumption("same_province"))
    return Pools(population, firms, pull, shares)


def _large(population: Population) -> Pools:
    """Pools of large sites: a company's pull is split among its sites by employees."""
    sites = np.flatnonzero(population.is_large())
    pull = by_employees(population, sites, assumption("large_pull_exponent"))
    return Pools(population, sites, pull, (0.0, assumption("large_customer_same_sector"), 0.0))


def _siblings(population: Population) -> NDArray[np.int64]:
    """Returns all pairs of sites of one company, shape ``(2, n_pairs)``."""
    large = np.flatnonzero(population.is_large())
    large = large[np.argsort(population.company[large], kind="stable")]
    company = population.company[large]
    pairs = [np.zeros((2, 0), np.int64)]
    for apart in range(1, int(np.bincount(company).max(initial=1))):
        same = np.flatnonzero(company[apart:] == company[:-apart])
        pairs.append(np.stack([large[same], large[same + apart]]))
    return np.concatenate(pairs, axis=1)
