"""The supply network: links between tiers, with heavy-tailed degrees.

Numbers of customers and the attraction for suppliers are Pareto distributed, with the exponents found in Japan (Fujiwara and Aoyama 2010,
arXiv:0806.4280; no Korean degree data were found); a link prefers a customer of the same sector or province. Large firms buy
only from tier 1, tier 1 from tier 2, tier 2 from tier 3, and firms outside subcontracting trade with tiers 2 to 4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aixsim.data.packaged import assumption, value
from aixsim.random.draws import BUILD, Purpose, uniforms
from aixsim.world.classification import PROVINCES, SECTORS
from aixsim.world.network import CUSTOMER, SIBLING, Network
from aixsim.world.population import Population

_FACTS = "supply_network_facts.csv"
_ROUNDS = 4
"""Maximum number of new draws of links that are duplicates or link a firm to itself."""
_OUTSIDE = 4


def build_supply_chain(population: Population, seed: int, links_per_firm: float) -> Network:
    """Builds supply links and the ties between sites of one company.

    Args:
        population: with tiers and companies.
        seed: of all random numbers.
        links_per_firm: supply links per firm; 4 to 5 in Japan.
    """
    n = len(population)
    supplier = np.repeat(np.arange(n, dtype=np.int64), _n_customers(population, seed, links_per_firm))
    first_link = np.concatenate([[True], supplier[1:] != supplier[:-1]]) if len(supplier) else np.zeros(0, np.bool_)
    tier = _customer_tier(population, supplier, first_link, seed)
    pull = _attraction(population, seed)
    known = np.zeros(0, np.int64)
    links = np.zeros((2, 0), np.int64)
    for attempt in range(_ROUNDS):
        customer = _customers(population, supplier, tier, pull, seed, attempt)
        tie = np.minimum(supplier, customer) * n + np.maximum(supplier, customer)
        new = np.flatnonzero((customer >= 0) & (customer != supplier) & ~np.isin(tie, known))
        new = new[np.unique(tie[new], return_index=True)[1]]
        known = np.concatenate([known, tie[new]])
        links = np.concatenate([links, np.stack([supplier[new], customer[new]])], axis=1)
        again = np.setdiff1d(np.arange(len(supplier)), new)
        supplier, tier = supplier[again], tier[again]
        if not len(supplier):
            break
    siblings = _siblings(population)
    firm = np.concatenate([links[0], siblings[0]]).astype(np.int32)
    partner = np.concatenate([links[1], siblings[1]]).astype(np.int32)
    kind = np.repeat(np.array([CUSTOMER, SIBLING], np.int8), [links.shape[1], siblings.shape[1]])
    return Network.from_ties(n, firm, partner, kind)


def _n_customers(population: Population, seed: int, links_per_firm: float) -> NDArray[np.int64]:
    """Draws the number of customers: Pareto with the published exponent, scaled to the mean number of links.

    Large sites have none: they sell abroad and to consumers, outside the model.
    """
    n = len(population)
    exponent = value(_FACTS, "value", metric="cumulative out-degree exponent")
    size = uniforms(seed, BUILD, Purpose.DEGREE, n) ** (-1.0 / exponent)
    size = size * np.where(population.tier == _OUTSIDE, assumption("outside_links_share"), 1.0) * (population.tier > 0)
    rounding = uniforms(seed, BUILD, Purpose.DEGREE, n, attempt=1)
    highest = min(assumption("highest_degree"), n / 20)
    low, high = 0.0, 4.0 * links_per_firm
    for _ in range(40):
        factor = 0.5 * (low + high)
        number = np.minimum(np.floor(size * factor + rounding), highest)
        # By definition, a subcontractor has at least one customer.
        number = np.where((population.tier >= 1) & (population.tier < _OUTSIDE), np.maximum(number, 1), number)
        low, high = (factor, high) if number.mean() < links_per_firm else (low, factor)
    return number.astype(np.int64)


def _customer_tier(population: Population, supplier: NDArray[np.int64], first_link: NDArray[np.bool_], seed: int) -> NDArray[np.int64]:
    """Chooses the tier of the customer of every link: the one above, sometimes the firm's own; the first link always above."""
    own = population.tier[supplier].astype(np.int64)
    u = uniforms(seed, BUILD, Purpose.TIER, len(supplier), attempt=2)
    above = np.where(own == _OUTSIDE, 2 + (3 * uniforms(seed, BUILD, Purpose.TIER, len(supplier), attempt=3)).astype(np.int64), own - 1)
    return np.where((u < assumption("same_tier_share")) & ~first_link, own, above)


def _attraction(population: Population, seed: int) -> NDArray[np.float64]:
    """Draws the attraction for suppliers: Pareto with the published exponent, rank-correlated with employees."""
    n = len(population)
    chance = uniforms(seed, BUILD, Purpose.PARTNER, n, attempt=100)
    by_size = np.argsort(np.argsort(population.employees + 0.5 * chance, kind="stable"), kind="stable") / n
    share = assumption("attraction_by_size")
    rank = np.argsort(np.argsort(share * by_size + (1.0 - share) * chance, kind="stable"), kind="stable")
    exponent = value(_FACTS, "value", metric="cumulative in-degree exponent")
    pull: NDArray[np.float64] = ((rank + 0.5) / n * -1.0 + 1.0) ** (-1.0 / exponent)
    return pull


def _customers(
    population: Population, supplier: NDArray[np.int64], tier: NDArray[np.int64], pull: NDArray[np.float64], seed: int, attempt: int
) -> NDArray[np.int64]:
    """Draws a customer for every link from the narrowest pool that is not empty; -1 if the tier is empty."""
    s, p = population.sector.astype(np.int64), population.province.astype(np.int64)
    n_s, n_p = len(SECTORS), len(PROVINCES)
    own_tier = population.tier.astype(np.int64)
    # A pool is a tier within a sector and province, a sector, a province, or anywhere: by how much each of them counts in its key.
    keys = ((n_s * n_p, n_p, 1), (n_s, 1, 0), (n_p, 0, 1), (1, 0, 0))
    widths = [assumption(name) for name in ("same_sector_same_province", "same_sector", "same_province")]
    wants = np.searchsorted(np.cumsum(widths), uniforms(seed, BUILD, Purpose.POOL, len(supplier), attempt), side="right")
    u = uniforms(seed, BUILD, Purpose.PARTNER, len(supplier), attempt)
    customer = np.full(len(supplier), -1, np.int64)
    for width, (by_tier, by_sector, by_province) in enumerate(keys):
        open_links = np.flatnonzero((customer < 0) & (wants <= width))
        place = by_sector * s + by_province * p
        wanted = by_tier * tier[open_links] + place[supplier[open_links]]
        customer[open_links] = _draw(by_tier * own_tier + place, pull, wanted, u[open_links])
    return customer


def _draw(pool: NDArray[np.int64], pull: NDArray[np.float64], wanted: NDArray[np.int64], u: NDArray[np.float64]) -> NDArray[np.int64]:
    """Draws one firm from each pool with probability proportional to ``pull``; -1 if the pool is empty."""
    order = np.argsort(pool, kind="stable")
    sorted_pool = pool[order]
    ends = np.cumsum(pull[order])
    first, last = np.searchsorted(sorted_pool, wanted, "left"), np.searchsorted(sorted_pool, wanted, "right")
    start = np.where(first > 0, ends[np.maximum(first - 1, 0)], 0.0)
    stop = ends[np.maximum(last - 1, 0)]
    place = np.clip(np.searchsorted(ends, start + u * (stop - start), "right"), first, np.maximum(last - 1, first))
    drawn: NDArray[np.int64] = np.where(last > first, order[np.minimum(place, len(order) - 1)], -1)
    return drawn


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
