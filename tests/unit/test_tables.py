"""Quantiles of the group tables against NumPy's own."""

from __future__ import annotations

import numpy as np
import pytest

from aixsim.core.draws import uniforms
from aixsim.study.tables import QUANTILES, _quantiles


@pytest.mark.parametrize("n", [1, 2, 7, 100])
def test_quantiles_are_numpys(n: int) -> None:
    values = (uniforms(1, 0, 1, n * 6) * 50).astype(np.int32).reshape(n, 3, 2)
    expected = np.quantile(values, list(QUANTILES.values()), axis=0)
    np.testing.assert_allclose(_quantiles(values), expected, rtol=1e-12, atol=1e-12)
    if n > 1:
        assert not np.allclose(_quantiles(values + np.arange(n, dtype=np.int32)[:, None, None]), expected)
