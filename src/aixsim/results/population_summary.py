"""Number of firms by group, and hashes of firms and ties, by which two results can be compared."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.world.classification import GROUPS
from aixsim.world.network import Network
from aixsim.world.population import Population, firm_levels

_TRAITS: Final = ("province", "sector", "size", "employees", "agent_type", "tier", "park", "company", "ready", "frailty")


def describe_firms(population: Population, network: Network) -> dict[str, Any]:
    """Returns the content of ``firms.json``, on the simulated population.

    Returns:
        ``n_firms``; ``by``, the number of firms by group and level, as in ``groups.parquet``; ``population_sha256`` and
        ``network_sha256``, hashes of firms and ties. If every replicate has its own population, all values are those of the
        first replicate.
    """
    by = {
        group: dict(zip(GROUPS[group], np.bincount(level, minlength=len(GROUPS[group])).tolist(), strict=True))
        for group, level in firm_levels(population).items()
    }
    return {
        "n_firms": len(population),
        "by": by,
        "population_sha256": _mark(*(getattr(population, trait) for trait in _TRAITS)),
        "network_sha256": _mark(network.start, network.partner, network.kind),
    }


def _mark(*arrays: NDArray[Any]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
