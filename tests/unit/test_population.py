"""The Korean population: every margin against its table, exactly."""

from __future__ import annotations

import numpy as np
import pytest

from aixsim.data.packaged import assumption, rows, value
from aixsim.world.classification import LARGE, PROVINCES, SECTORS
from aixsim.world.korea import _truncated_pareto, build_korea, employee_bounds, large_employment_share, published_mean_employees
from aixsim.world.margins import fit, national_margins, whole, whole_table
from aixsim.world.population import Population


@pytest.fixture(scope="module")
def nation() -> Population:
    return build_korea(1.0, 1)


def test_the_nation_has_about_164_000_firms(nation: Population) -> None:
    assert len(nation) == 163_273 + round(730 * assumption("sites_per_large_firm"))


@pytest.mark.parametrize("scale", [1.0, 0.05, 0.003, 0.0005])
def test_every_margin_is_met_exactly(scale: float) -> None:
    population = build_korea(scale, 3)
    margins, n = national_margins(), len(population)
    assert np.bincount(population.size, minlength=5).tolist() == np.maximum(np.rint(margins.sizes * scale), 1).tolist()
    assert np.array_equal(np.bincount(population.province, minlength=17), whole(margins.provinces, n))
    assert np.array_equal(np.bincount(population.sector, minlength=23), whole(margins.sectors, n))
    assert population.weight == pytest.approx(1 / scale)


def test_margins_are_those_of_the_tables() -> None:
    margins = national_margins()
    assert margins.sizes[:LARGE].tolist() == [100_903, 44_410, 15_837, 2_123]
    gyeonggi, seoul = (value("region_structure.csv", "registered_factories_2018", province=name) for name in ("Gyeonggi", "Seoul"))
    shares = margins.provinces
    assert shares[PROVINCES.index("Gyeonggi")] / shares[PROVINCES.index("Seoul")] == pytest.approx(gyeonggi / seoul)
    assert shares[PROVINCES.index("Sejong")] == pytest.approx(0.05 * (8730 + 10213) / 192_244, rel=1e-3)
    food, machinery = (value("sector_structure.csv", "establishments_10plus", sector=name) for name in ("food", "machinery"))
    assert margins.sectors[SECTORS.index("food")] / margins.sectors[SECTORS.index("machinery")] == pytest.approx(food / machinery)


def test_fitting_keeps_the_association_that_the_margins_leave_open(nation: Population) -> None:
    busan = nation.province == PROVINCES.index("Busan")
    ships = nation.sector == SECTORS.index("other transport equipment")
    assert ships[busan].mean() > 1.3 * ships.mean()
    ulsan = nation.province == PROVINCES.index("Ulsan")
    assert nation.is_large()[ulsan].mean() > 3 * nation.is_large().mean()


def test_rounding_meets_the_margins_of_any_table() -> None:
    margins = (np.array([5, 7, 1]), np.array([6, 7]), np.array([4, 4, 5]))
    table = fit(np.arange(1.0, 19.0).reshape(3, 2, 3), tuple(m.astype(float) for m in margins))
    out = whole_table(table, margins)
    for axis, target in enumerate(margins):
        assert np.array_equal(out.sum(axis=tuple(a for a in range(3) if a != axis)), target)
    assert (out >= 0).all()
    assert np.abs(out - table).max() < 2


def test_employees_lie_in_their_class_and_meet_the_published_means(nation: Population) -> None:
    bounds = employee_bounds()[nation.size]
    assert ((nation.employees >= bounds[:, 0]) & (nation.employees <= bounds[:, 1])).all()
    below, above = published_mean_employees()
    assert above == pytest.approx(3_046_000 / 73_890)
    assert nation.employees[nation.size > 0].mean() == pytest.approx(above, rel=1e-3)
    assert nation.employees[nation.size == 0].mean() == pytest.approx(below, rel=1e-3)


def test_large_sites_have_a_law_of_their_own(nation: Population) -> None:
    """1,570 quantiles of a Pareto law from 100 to 34,000 with mean 0.30538 * 41.22 * 63,940 / 1,570 = 512.7: its exponent is 1.07."""
    large = np.sort(nation.employees[nation.is_large()])
    assert large_employment_share() == pytest.approx(888.689 / 2910.145)
    assert large.sum() == pytest.approx(large_employment_share() * nation.employees[nation.size > 0].sum(), rel=1e-3)
    assert large.mean() == pytest.approx(512.7, rel=2e-3)
    exponent = 1.07
    middle = 100 * (1 - 0.5 * (1 - (100 / 34_001) ** exponent)) ** (-1 / exponent)
    assert np.median(large) == pytest.approx(middle, rel=0.01)
    assert 20_000 < large[-1] <= 34_000
    assert np.array_equal(large, np.sort(build_korea(1.0, 2).employees[:1570])), "which site is large is drawn, not how large"
    assert not np.array_equal(nation.employees[:1570], build_korea(1.0, 2).employees[:1570])
    # The twin: with 300 employees as the smallest site the same employment leaves no giant.
    quantiles = (np.arange(1570) + 0.5) / 1570
    assert _truncated_pareto(quantiles, np.tile([300.0, 34_000.0], (1570, 1)), 512.7).max() < 10_000


def test_companies_tiers_readiness(nation: Population) -> None:
    large = nation.is_large()
    assert len(np.unique(nation.company[large])) == 730
    assert (nation.company[~large] == np.flatnonzero(~large)).all()
    subcontractors = round(0.432 * 163_273)
    assert np.count_nonzero((nation.tier >= 1) & (nation.tier <= 3)) == subcontractors
    for size in range(LARGE):
        of_class = nation.tier[nation.size == size]
        assert ((of_class >= 1) & (of_class <= 3)).mean() == pytest.approx(0.432, abs=0.03), "as many in every class"
    assert not (nation.tier[nation.size == 0] == 1).any(), "micro firms sell to SMEs alone"
    assert np.array_equal(nation.agent_type == 0, large)
    assert np.array_equal(nation.agent_type == 1, nation.tier == 1)
    assert nation.employees[nation.tier == 1].mean() > 1.5 * nation.employees[nation.tier > 1].mean()
    for size, rate in enumerate((0.087, 0.285, 0.542, 0.857)):
        of_class = nation.ready[nation.size == size]
        assert of_class.sum() == round(rate * len(of_class))


def test_tenants_sit_in_parks_of_their_province(nation: Population) -> None:
    listed = rows("industrial_parks.csv")
    assert [park.name for park in nation.parks] == [row["park"] for row in listed]
    tenants = np.bincount(nation.park[nation.park >= 0], minlength=len(listed))
    assert tenants.tolist() == [park.n_tenants for park in nation.parks]
    for index, park in enumerate(nation.parks):
        assert (nation.province[nation.park == index] == park.province).all()
        assert park.n_tenants <= int(listed[index]["tenants"])
    for province in range(17):
        here = nation.province == province
        assert (nation.park[here] >= 0).mean() <= assumption("tenancy_highest_share") + 1e-3
    assert nation.employees[nation.park >= 0].mean() > nation.employees[nation.park < 0].mean()
    counted = value("smart_factory_by_park_2022.csv", "tenant_firms", park="Changwon")
    assert nation.parks[0].n_tenants == counted
