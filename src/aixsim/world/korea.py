"""The synthetic population of Korean factory sites, built from the packaged margins with addressed random numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from aixsim.data.packaged import assumption, rows, value
from aixsim.random.draws import BUILD, Purpose, uniforms
from aixsim.world.classification import AGENT_TYPES, LARGE, PROVINCES, SECTORS, SIZES
from aixsim.world.margins import association, fit, national_margins, whole, whole_table
from aixsim.world.population import Park, Population
from aixsim.world.subcontractors import first_tiers
from aixsim.world.supply_chain import tiers

SME = AGENT_TYPES.index("SME")
"""Large firms and suppliers are tiers 0 and 1, all others are SMEs."""


def build_korea(scale: float, seed: int) -> Population:
    """Builds the population; equal arguments give identical arrays.

    Rows are sorted by size class from large to micro, then by province and sector.

    Args:
        scale: share of the national population, 0 to 10; below 1 a stratified sample.
        seed: of all random numbers.
    """
    margins = national_margins()
    sizes = np.maximum(np.rint(margins.sizes * scale), 1).astype(np.int64)
    n = int(sizes.sum())
    targets = (sizes, whole(margins.provinces, n), whole(margins.sectors, n))
    table = fit(association(), tuple(target.astype(np.float64) for target in targets))
    cells = whole_table(table, targets)[::-1]
    count = cells.ravel()
    size = np.repeat(np.repeat(np.arange(len(SIZES))[::-1], len(PROVINCES) * len(SECTORS)), count).astype(np.int8)
    province = np.repeat(np.tile(np.repeat(np.arange(len(PROVINCES)), len(SECTORS)), len(SIZES)), count).astype(np.int8)
    sector = np.repeat(np.tile(np.arange(len(SECTORS)), len(SIZES) * len(PROVINCES)), count).astype(np.int8)
    employees = _employees(size, seed)
    first = first_tiers(size, employees, seed)
    park, parks = _tenancy(province, employees, scale, seed)
    population = Population(
        province=province,
        sector=sector,
        size=size,
        employees=employees,
        agent_type=np.minimum(first, SME).astype(np.int8),
        tier=first,
        park=park,
        company=_companies(int(sizes[LARGE]), n, max(round(margins.n_large_firms * scale), 1), seed),
        ready=_ready(size, seed),
        frailty=uniforms(seed, BUILD, Purpose.FRAILTY, n),
        parks=parks,
        weight=1.0 / scale,
    )
    return replace(population, tier=tiers(population, seed))


def employee_bounds() -> NDArray[np.float64]:
    """Returns lowest and highest number of employees by size class, shape ``(5, 2)``."""
    micro, small, medium = (assumption(f"employees_{name}_high") for name in ("micro", "small", "medium"))
    mid_size = (assumption("employees_mid_size_low"), assumption("employees_mid_size_high"))
    return np.array(
        [
            (1, micro),
            (micro + 1, small),
            (small + 1, medium),
            mid_size,
            (assumption("employees_large_low"), assumption("employees_large_high")),
        ]
    )


def published_mean_employees() -> tuple[float, float]:
    """Returns workers per establishment below ten workers (2023) and with ten or more (2024)."""
    table = "manufacturing_totals.csv"
    every, larger = {"scope": "all manufacturing", "year": "2023"}, {"scope": "mining+manufacturing 10+ workers"}
    workers = value(table, "workers_thousand", **every) - value(table, "workers_thousand", **larger, year="2023")
    number = value(table, "count", **every) - value(table, "count", **larger, year="2023")
    latest = value(table, "workers_thousand", **larger, year="2024") / value(table, "count", **larger, year="2024")
    return 1000.0 * workers / number, 1000.0 * latest


def large_employment_share() -> float:
    """Returns the published share of large sites in the workers of sites with ten or more (2021)."""
    table = "manufacturing_totals.csv"
    every, large = "manufacturing 10+ workers", "manufacturing 10+ workers, sites of large firms"
    workers = [value(table, "workers_thousand", scope=scope, year="2021") for scope in (large, every)]
    return workers[0] / workers[1]


def _employees(size: NDArray[np.int8], seed: int) -> NDArray[np.int32]:
    """Draws employees within the class from a Pareto law truncated to it.

    Three exponents are solved for published totals: of micro firms, of large sites, and of the classes between. Large sites are dealt
    the quantiles of their law, one each: the few largest hold so much of it that drawn ones would differ widely from seed to seed.
    """
    u = uniforms(seed, BUILD, Purpose.EMPLOYEES, len(size))
    micro, large = size == 0, size == LARGE
    u[large] = (np.argsort(np.argsort(u[large], kind="stable"), kind="stable") + 0.5) / np.count_nonzero(large)
    below, above = published_mean_employees()
    total = above * np.count_nonzero(~micro)
    out = np.zeros(len(size), np.int32)

    def fill(firms: NDArray[np.bool_], workers: float) -> None:
        out[firms] = _truncated_pareto(u[firms], employee_bounds()[size[firms]], workers / np.count_nonzero(firms))

    fill(micro, below * np.count_nonzero(micro))
    fill(large, large_employment_share() * total)
    fill(~micro & ~large, total - out[large].sum())
    return out


def _truncated_pareto(u: NDArray[np.float64], bounds: NDArray[np.float64], mean: float) -> NDArray[np.float64]:
    """Returns whole numbers within ``bounds``, shape ``(n, 2)``, with the exponent that gives the mean."""
    first, end = bounds[:, 0], bounds[:, 1] + 1.0

    def draw(exponent: float) -> NDArray[np.float64]:
        tail = (first / end) ** exponent
        return np.minimum(np.floor(first * (1.0 - u * (1.0 - tail)) ** (-1.0 / exponent)), bounds[:, 1])

    low, high = 0.05, 8.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if draw(middle).mean() > mean else (low, middle)
    return draw(high)


def _companies(n_sites: int, n: int, n_firms: int, seed: int) -> NDArray[np.int32]:
    """Assigns the sites of large firms (the first rows) to companies: one each, the others at random; other firms have one site."""
    n_firms = min(n_firms, n_sites)
    company = np.arange(n, dtype=np.int32)
    order = np.argsort(uniforms(seed, BUILD, Purpose.SITES, n_sites), kind="stable")
    owner = (uniforms(seed, BUILD, Purpose.SITES, n_sites, attempt=1) * n_firms).astype(np.int32)
    owner[:n_firms] = np.arange(n_firms)
    company[order] = order[owner]
    return company


def _tenancy(
    province: NDArray[np.int8], employees: NDArray[np.int32], scale: float, seed: int
) -> tuple[NDArray[np.int16], tuple[Park, ...]]:
    """Assigns firms to the parks of their province, larger firms with a higher probability."""
    listed = rows("industrial_parks.csv")
    wanted = np.array([float(row["tenants"]) * scale for row in listed])
    home = np.array([PROVINCES.index(row["province"]) for row in listed])
    u = uniforms(seed, BUILD, Purpose.TENANCY, len(province))
    key = -np.log(u) / employees ** assumption("tenancy_size_exponent")
    park = np.full(len(province), -1, np.int16)
    for place in np.unique(home):
        firms = np.flatnonzero(province == place)
        firms = firms[np.argsort(key[firms], kind="stable")]
        here = np.flatnonzero(home == place)
        room = assumption("tenancy_highest_share") * len(firms)
        edges = np.rint(np.cumsum(wanted[here]) * min(1.0, room / wanted[here].sum())).astype(np.int64)
        # Shuffled among the parks of the province, so that large firms are not all in the first park.
        tenants = firms[: edges[-1]]
        tenants = tenants[np.argsort(uniforms(seed, BUILD, Purpose.TENANCY, len(province), attempt=1)[tenants], kind="stable")]
        for index, first, last in zip(here, np.concatenate([[0], edges[:-1]]), edges, strict=True):
            park[tenants[first:last]] = index
    count = np.bincount(park[park >= 0], minlength=len(listed))
    parks = tuple(
        Park(row["park"], int(home[i]), tuple(SECTORS.index(name) for name in row["specialised_sectors"].split(";")), int(count[i]))
        for i, row in enumerate(listed)
    )
    return park, parks


def _ready(size: NDArray[np.int8], seed: int) -> NDArray[np.bool_]:
    """Marks the firms that have a smart factory, at the surveyed rate of their class; large as mid-size (assumed)."""
    survey = [row for row in rows("smart_factory_adoption_by_size_2024.csv") if row["population_firms"]]
    rates = [float(row["adoption_rate_pct"]) / 100 for row in survey[:LARGE]]
    u = uniforms(seed, BUILD, Purpose.READINESS, len(size))
    ready = np.zeros(len(size), np.bool_)
    for z, rate in enumerate([*rates, rates[-1]]):
        firms = np.flatnonzero(size == z)
        ready[firms[np.argsort(u[firms], kind="stable")][: round(rate * len(firms))]] = True
    return ready
