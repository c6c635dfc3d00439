"""Distributions of uncertain parameters, drawn once per replicate.

Every value is the quantile at one addressed uniform, so that two configs with the same seed draw the same quantile,
and a change of one distribution does not affect the others.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from aixsim.random.draws import Purpose, normal, uniform, uniforms_of

PARAMETERS_OF: Final[dict[str, tuple[str, ...]]] = {
    "uniform": ("low", "high"),
    "loguniform": ("low", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sigma"),
    "triangular": ("low", "mode", "high"),
    "pert": ("low", "mode", "high"),
    "beta": ("a", "b"),
    "choice": ("values",),
}
"""Parameters of each distribution by name. ``lognormal``: sigma is the standard deviation of the logarithm.
``beta`` and ``pert`` lie on 0..1 and low..high. ``choice`` takes its values with equal weight."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A named distribution.

    Attributes:
        dist: one of ``PARAMETERS_OF``.
        values: the parameters in the order of ``PARAMETERS_OF[dist]``; for ``choice`` the values themselves.
    """

    dist: str
    values: tuple[float, ...]

    def quantile(self, u: float) -> float:
        """Returns the quantile at ``u`` in (0, 1)."""
        v = self.values
        match self.dist:
            case "uniform":
                return v[0] + (v[1] - v[0]) * u
            case "loguniform":
                return math.exp(math.log(v[0]) + (math.log(v[1]) - math.log(v[0])) * u)
            case "normal":
                return v[0] + v[1] * normal(u)
            case "lognormal":
                return v[0] * math.exp(v[1] * normal(u))
            case "triangular":
                low, mode, high = v
                peak = (mode - low) / (high - low)
                if u < peak:
                    return low + math.sqrt(u * (high - low) * (mode - low))
                return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))
            case "pert":
                low, mode, high = v
                width = high - low
                return low + width * _beta_quantile(u, 1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width)
            case "beta":
                return _beta_quantile(u, v[0], v[1])
            case "choice":
                return v[min(int(u * len(v)), len(v) - 1)]
            case _:
                raise ValueError(f"unknown distribution {self.dist!r}")

    def draw(self, seed: int, replicate: int, path: str) -> float:
        """Returns the value of this replicate for the config key ``path``; the key is the address, not the order."""
        return self.quantile(uniform(seed, replicate, Purpose.PARAMETER, agent_of(path)))


def draw_all(
    distributions: Mapping[str, Distribution], seed: int, replicate: int, addresses: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Returns the value of this replicate for every config key, as ``Distribution.draw`` does for one.

    Args:
        distributions: by config key.
        seed, replicate: of the draw.
        addresses: texts that replace keys as addresses.
    """
    agents = np.array([agent_of((addresses or {}).get(path, path)) for path in distributions], np.int64)
    levels = uniforms_of(seed, replicate, Purpose.PARAMETER, agents).tolist()
    return {path: dist.quantile(u) for (path, dist), u in zip(distributions.items(), levels, strict=True)}


@lru_cache(maxsize=4096)
def agent_of(text: str) -> int:
    """Returns the address of a name, such as the key of an uncertain parameter."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def _beta_quantile(u: float, a: float, b: float) -> float:
    from scipy.special import betaincinv

    return float(betaincinv(a, b, u))
