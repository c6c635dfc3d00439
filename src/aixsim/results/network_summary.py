"""Summary of the supply network, stored with every result."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.results.network_targets import network_targets
from aixsim.world.cache import description
from aixsim.world.classification import PROVINCES, SECTORS, TIE_KINDS
from aixsim.world.network import CUSTOMER, SUPPLIER, Network
from aixsim.world.population import Population

TIERS: Final = ("large", "tier 1", "tier 2", "tier 3", "outside")


def network_summary(population: Population, network: Network) -> Any:
    """Returns ``describe_network``, which is cached with the network: it takes as long as several replicates."""
    return description(population, network, describe_network, ("results/network_summary.py", "results/network_targets.py"))


def describe_network(population: Population, network: Network) -> dict[str, Any]:
    """Returns the content of ``network.json``.

    Supply links are the ties between a customer and a supplier; ties between sites of one company are only counted.

    Returns:
        ``n_firms``, ``n_ties``, ``ties_by_kind`` and ``supply_links_per_firm``; in ``tail``, for customers, suppliers and both together
        (``partners``), the share of firms with at least that many of them; ``tier_matrix``, shares of links with rows by the tier of the
        supplier and columns by that of the customer; in ``same`` the share of links that stay inside a sector or province, ``observed``
        and at ``random``, that is if customers were drawn regardless of it; the shares of links by both together; and ``targets``, what is
        published beside what this network has.
    """
    n = len(population)
    firm = np.repeat(np.arange(n), np.diff(network.start))
    links = network.kind == CUSTOMER
    supplier, customer = firm[links], network.partner[links]
    customers = np.bincount(supplier, minlength=n)
    suppliers = np.bincount(firm[network.kind == SUPPLIER], minlength=n)
    same_sector = population.sector[supplier] == population.sector[customer]
    same_province = population.province[supplier] == population.province[customer]
    tiers = np.zeros((len(TIERS), len(TIERS)))
    np.add.at(tiers, (population.tier[supplier], population.tier[customer]), 1.0)
    return {
        "n_firms": n,
        "n_ties": network.n_ties,
        # Each tie is stored twice, once per side: customer and supplier rows are the same links.
        "ties_by_kind": {
            "supply": len(supplier),
            TIE_KINDS[-1]: network.n_ties - len(supplier),
        },
        "supply_links_per_firm": len(supplier) / n,
        "tail": {"customers": _tail(customers), "suppliers": _tail(suppliers), "partners": _tail(customers + suppliers)},
        "tiers": list(TIERS),
        "tier_matrix": (tiers / max(len(supplier), 1)).tolist(),
        "same": {
            "sector": _preference(population.sector[supplier], population.sector[customer], len(SECTORS)),
            "province": _preference(population.province[supplier], population.province[customer], len(PROVINCES)),
        },
        "link_share_by_sector_and_province": {
            "same sector, same province": _share(same_sector & same_province),
            "same sector": _share(same_sector & ~same_province),
            "same province": _share(~same_sector & same_province),
            "neither": _share(~same_sector & ~same_province),
        },
        "targets": network_targets(population, network),
    }


def _share(which: NDArray[np.bool_]) -> float:
    return float(which.mean()) if len(which) else 0.0


def _tail(degree: NDArray[np.int64]) -> dict[str, list[float]]:
    """Returns the share of firms with at least k links, at powers of the square root of two and at the highest."""
    highest = int(degree.max(initial=0))
    steps = sorted({k for i in range(2 * highest.bit_length()) if (k := round(2 ** (i / 2))) < highest} | ({highest} - {0}))
    ordered = np.sort(degree)
    return {
        "at_least": [float(k) for k in steps],
        "share": [float((len(ordered) - np.searchsorted(ordered, k)) / len(ordered)) for k in steps],
    }


def _preference(a: NDArray[np.int8], b: NDArray[np.int8], n: int) -> dict[str, float]:
    if not len(a):
        return {"observed": 0.0, "random": 0.0}
    shares = [np.bincount(side, minlength=n) / len(side) for side in (a, b)]
    return {"observed": float((a == b).mean()), "random": float(shares[0] @ shares[1])}
