"""Population and supply network beside what is published about them (``network_targets.csv``)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.data.packaged import rows
from aixsim.world.network import CUSTOMER, Network
from aixsim.world.population import Population
from aixsim.world.subcontractors import OUTSIDE, surveyed

_COMPANIES, _SITES = 152, 20
"""National numbers of the companies and sites that two targets are about; a sample has its share of them."""
_TAIL = 0.005
"""Share of firms that the tail of a degree consists of."""


def network_targets(population: Population, network: Network) -> list[dict[str, Any]]:
    """Returns every target beside the figure of this population and network, in the order of the table.

    Returns:
        ``name``, ``unit``, the published ``value``, the range ``low`` to ``high`` in which the model is said to meet it, and ``model``;
        None where the firms that a target is about do not exist.
    """
    measured = _measured(population, network)
    return [
        {
            "name": row["name"],
            "unit": row["unit"],
            **{key: float(row[key]) for key in ("value", "low", "high")},
            "model": measured[row["name"]],
        }
        for row in rows("network_targets.csv")
    ]


def is_met(target: dict[str, Any]) -> bool:
    """Returns whether the model lies in the range of a target."""
    return target["model"] is not None and target["low"] <= target["model"] <= target["high"]


def _measured(population: Population, network: Network) -> dict[str, float | None]:
    n = len(population)
    firm = np.repeat(np.arange(n), np.diff(network.start))
    links = network.kind == CUSTOMER
    supplier, customer = firm[links], network.partner[links]
    large, scale = population.is_large(), 1.0 / population.weight
    customers, suppliers = np.bincount(supplier, minlength=n), np.bincount(customer, minlength=n)
    partners = customers + suppliers
    subcontractor = (population.tier > 0) & (population.tier < OUTSIDE)
    frame = subcontractor & surveyed(population.size)
    to_large = large[customer]
    tier = np.minimum(_steps(large, supplier, customer), 3)[supplier[frame[supplier]]]
    companies, site = np.unique(population.company[large], return_inverse=True)
    company_of = np.zeros(n, np.int64)
    company_of[large] = site
    of_company = np.bincount(company_of[customer[to_large]], minlength=len(companies))
    employees = np.bincount(site, weights=population.employees[large], minlength=len(companies))
    most = np.argsort(-employees, kind="stable")[: max(round(_COMPANIES * scale), 1)]
    hubs = np.argsort(-suppliers, kind="stable")[: max(round(_SITES * scale), 1)]
    ten_or_more = population.employees[population.size > 0].sum()
    return {
        "SME manufacturers that are subcontractors": _mean(100.0 * (subcontractor & (customers > 0))[~large]),
        "large customers of a subcontractor": _mean(np.bincount(supplier[to_large], minlength=n)[frame]),
        "SME customers of a subcontractor": _mean(np.bincount(supplier[~to_large], minlength=n)[subcontractor]),
        **{f"relations of tier {step}": _mean(100.0 * (tier == step)) for step in (1, 2, 3)},
        "suppliers of the 152 largest companies": _mean(of_company[most]),
        "suppliers of the company with most": float(of_company.max()) if len(companies) else None,
        "large sites among the 20 sites with most suppliers": _SITES * float(large[hubs].mean()),
        "rank correlation of employees and partners": _correlation(_ranks(population.employees), _ranks(partners)),
        "rank correlation of suppliers and employees of large companies": _correlation(_ranks(employees), _ranks(of_company)),
        "correlation of partners across a supply link": _correlation(
            partners[np.concatenate([supplier, customer])], partners[np.concatenate([customer, supplier])]
        ),
        "exponent of the number of suppliers": _tail_exponent(suppliers),
        "exponent of the number of customers": _tail_exponent(customers),
        "supply links of a firm": len(supplier) / n,
        "SMEs that give out orders": _mean(100.0 * (suppliers > 0)[~large]),
        "employees of the largest site": float(population.employees.max()),
        "employment in large sites": 100.0 * float(population.employees[large].sum() / ten_or_more) if ten_or_more else None,
    }


def _steps(large: NDArray[np.bool_], supplier: NDArray[np.int64], customer: NDArray[np.int32]) -> NDArray[np.int64]:
    """Returns the steps of every firm along its customers to the nearest large one; the number of firms where there is no way."""
    steps = np.where(large, 0, len(large))
    for step in range(1, len(large)):
        near = supplier[(steps[customer] == step - 1) & (steps[supplier] > step)]
        if not len(near):
            break
        steps[near] = step
    return steps


def _mean(values: NDArray[Any]) -> float | None:
    return float(values.mean()) if len(values) else None


def _ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    """Returns mean ranks: equal values share the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - 0.5 * (count - 1))[place]


def _correlation(a: NDArray[Any], b: NDArray[Any]) -> float | None:
    if len(a) < 2 or not a.std() or not b.std():
        return None
    return float(np.corrcoef(a, b)[0, 1])


def _tail_exponent(degree: NDArray[np.int64]) -> float | None:
    """Returns the exponent of the cumulative distribution among the highest degrees (Hill 1975, doi:10.1214/aos/1176343247)."""
    top = np.sort(degree)[::-1][: int(_TAIL * len(degree)) + 1].astype(np.float64)
    spread = np.log(top[:-1] / top[-1]).sum() if len(top) > 1 and top[-1] else 0.0
    return float((len(top) - 1) / spread) if spread else None
