"""The prior in its standard normal space."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from aixsim.evidence.prior import Prior
from aixsim.random.distributions import Distribution

LAWS = {
    "uniform": (2.0, 5.0),
    "loguniform": (0.01, 3.0),
    "normal": (1.0, 2.0),
    "lognormal": (0.05, 0.7),
    "triangular": (0.0, 1.0, 4.0),
    "pert": (0.0, 1.0, 4.0),
    "beta": (2.0, 3.0),
    "choice": (1.0, 2.0, 7.0),
}


@pytest.mark.parametrize("name", LAWS)
def test_values_are_the_quantiles_of_the_law(name: str) -> None:
    law, levels = Distribution(name, LAWS[name]), np.array([0.001, 0.2, 0.5, 0.77, 0.999])
    found = Prior({"a": law}).values(ndtri(levels)[:, None])[:, 0]
    assert np.allclose(found, [law.quantile(u) for u in levels.tolist()], rtol=1e-9)
