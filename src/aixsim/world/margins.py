"""Margins of the population, and the table with these margins: iterative proportional fitting, then rounding to whole firms.

Source: Deming and Stephan (1940), doi:10.1214/aoms/1177731829.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aixsim.data.packaged import assumption, rows, value
from aixsim.world.classification import LARGE, PROVINCES, SECTORS, SIZES

_SURVEYED = {"micro": "micro (so-sang-gong-in)", "small": "small", "medium": "medium", "mid-size": "mid-size (jung-gyeon)"}


@dataclass(frozen=True, slots=True)
class Margins:
    """National targets, in firms (sizes) and shares (the others).

    Attributes:
        sizes: shape ``(5,)``; large counts sites.
        provinces: shape ``(17,)``, sums to 1.
        sectors: shape ``(23,)``, sums to 1.
        n_large_firms: companies that own the large sites.
    """

    sizes: NDArray[np.float64]
    provinces: NDArray[np.float64]
    sectors: NDArray[np.float64]
    n_large_firms: int


def national_margins() -> Margins:
    """Returns the margins that the packaged tables and the documented assumptions give."""
    n_large = round(value("manufacturing_totals.csv", "count", scope="large manufacturers"))
    survey = "smart_factory_adoption_by_size_2024.csv"
    sizes = [value(survey, "population_firms", size_class=_SURVEYED[name]) for name in SIZES[:LARGE]]
    sectors = np.array([value("sector_structure.csv", "establishments_10plus", sector=name) for name in SECTORS])
    factories = _factories()
    return Margins(
        sizes=np.array([*sizes, round(n_large * assumption("sites_per_large_firm"))], dtype=np.float64),
        provinces=factories / factories.sum(),
        sectors=sectors / sectors.sum(),
        n_large_firms=n_large,
    )


def _factories() -> NDArray[np.float64]:
    """Returns registered factories by province, with an assumed share of those of Chungbuk and Chungnam for Sejong."""
    stated = {row["province"]: row["registered_factories_2018"] for row in rows("region_structure.csv")}
    out = np.array([float(stated[name] or 0.0) for name in PROVINCES])
    sejong = PROVINCES.index("Sejong")
    for neighbour in ("Chungbuk", "Chungnam"):
        taken = out[PROVINCES.index(neighbour)] * assumption("sejong_share_of_chungbuk_chungnam")
        out[PROVINCES.index(neighbour)] -= taken
        out[sejong] += taken
    return out


def association() -> NDArray[np.float64]:
    """Returns the seed of the fitting, shape ``(5, 17, 23)``: which combinations are over-represented."""
    seed = np.ones((len(SIZES), len(PROVINCES), len(SECTORS)))
    for row in rows("region_specialisation.csv"):
        for sector in row["specialised_sectors"].split(";"):
            seed[:, PROVINCES.index(row["province"]), SECTORS.index(sector)] *= assumption("location_quotient")
    output = {row["province"]: row["manufacturing_output_share_2015_pct_domestic"] for row in rows("region_structure.csv")}
    shares = np.array([float(output[name] or assumption("sejong_output_share_pct")) for name in PROVINCES])
    factories = _factories()
    intensity = shares / shares.sum() / (factories / factories.sum())
    for size in ("medium", "mid-size", "large"):
        tilt = assumption(f"output_tilt_{size.replace('-', '_')}")
        seed[SIZES.index(size)] *= (intensity**tilt)[:, None]
    return seed


def fit(seed: NDArray[np.float64], margins: tuple[NDArray[np.float64], ...], rounds: int = 200) -> NDArray[np.float64]:
    """Returns the table with the given one-way margins that keeps the odds ratios of ``seed``.

    Args:
        seed: positive, one axis per margin.
        margins: targets by axis, all with the same sum.
        rounds: passes over all axes; more than needed for convergence.
    """
    table = seed.copy()
    for _ in range(rounds):
        for axis, target in enumerate(margins):
            others = tuple(other for other in range(table.ndim) if other != axis)
            shape = [-1 if a == axis else 1 for a in range(table.ndim)]
            present = table.sum(axis=others)
            # A margin of a small sample may be zero: its cells stay empty, and the factor 0 / 0 is skipped.
            table *= np.divide(target, present, out=np.zeros_like(present), where=present > 0).reshape(shape)
    return table


def whole(target: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Rounds a margin to whole numbers of a given sum, by largest remainders."""
    scaled = target / target.sum() * total
    out = np.floor(scaled).astype(np.int64)
    rest = np.argsort(-(scaled - out), kind="stable")[: total - int(out.sum())]
    out[rest] += 1
    return out


def whole_table(table: NDArray[np.float64], margins: tuple[NDArray[np.int64], ...]) -> NDArray[np.int64]:
    """Rounds a fitted table to whole firms such that every margin is met exactly.

    Cumulative rounding keeps the first margin, and every cell within one firm. Then single firms are shifted along one axis at a time,
    from a surplus to the deficit with the largest rounding error, which keeps all other margins.

    Args:
        table: fitted, axes as in ``margins``; the first is the slowest.
        margins: whole numbers, all with the same sum.
    """
    exact = np.concatenate([whole_row.ravel() / max(whole_row.sum(), 1e-300) * n for whole_row, n in zip(table, margins[0], strict=True)])
    edges = np.rint(np.cumsum(exact)).astype(np.int64)
    out = np.diff(edges, prepend=0).reshape(table.shape)
    lack = exact.reshape(table.shape) - out
    for axis in range(1, table.ndim):
        cells, missing = np.moveaxis(out, axis, 0), np.moveaxis(lack, axis, 0)
        others = tuple(range(1, table.ndim))
        while True:
            excess = cells.sum(axis=others) - margins[axis]
            if not excess.any():
                break
            giver, taker = int(np.argmax(excess)), int(np.argmin(excess))
            gain = np.where(cells[giver] > 0, missing[taker] - missing[giver], -np.inf)
            place = np.unravel_index(int(np.argmax(gain)), gain.shape)
            for line, step in ((giver, -1), (taker, 1)):
                cells[(line, *place)] += step
                missing[(line, *place)] -= step
    return out
