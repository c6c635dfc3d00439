"""The prior of a study: its uncertain parameters and the dispersion of the counts, transformed from a standard normal space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aixsim.config.observations import OBSERVATION
from aixsim.config.study import Study
from aixsim.model.uncertainties import uncertainties_of
from aixsim.random.distributions import Distribution

Floats = NDArray[np.float64]
DISPERSION = f"{OBSERVATION}dispersion"


@dataclass(frozen=True, slots=True)
class Prior:
    """Independent distributions.

    Attributes:
        laws: by config key; parameters of the observation model last.
    """

    laws: dict[str, Distribution]

    @classmethod
    def of(cls, study: Study) -> Prior:
        """Returns the prior of a study, with a fixed dispersion as a one-point distribution."""
        dispersion = study.calibration.dispersion
        law = dispersion if isinstance(dispersion, Distribution) else Distribution("choice", (float(dispersion),))
        return cls({**uncertainties_of(study.settings), DISPERSION: law})

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys."""
        return tuple(self.laws)

    @property
    def model_keys(self) -> tuple[str, ...]:
        """Keys of the config: all except those of the observation model."""
        return tuple(key for key in self.laws if not key.startswith(OBSERVATION))

    def values(self, z: Floats) -> Floats:
        """Returns the values at points of the standard normal space, both of shape ``(n, n_keys)``."""
        from scipy.special import ndtr

        u = ndtr(z).clip(1e-15, 1.0 - 1e-15)
        return np.stack([_quantiles(law, z[:, k], u[:, k]) for k, law in enumerate(self.laws.values())], axis=1)


def _quantiles(law: Distribution, z: Floats, u: Floats) -> Floats:
    """Returns ``law.quantile`` at ``u = Phi(z)``, up to rounding; common distributions are vectorised."""
    v = law.values
    match law.dist:
        case "uniform":
            return v[0] + (v[1] - v[0]) * u
        case "loguniform":
            return np.exp(np.log(v[0]) + (np.log(v[1]) - np.log(v[0])) * u)
        case "normal":
            return v[0] + v[1] * z
        case "lognormal":
            return v[0] * np.exp(v[1] * z)
        case _:
            return np.array([law.quantile(level) for level in u.tolist()])
