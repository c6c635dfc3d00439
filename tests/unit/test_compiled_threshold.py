"""The compiled threshold is that of Python, also at the ends of what numbers can hold."""

from __future__ import annotations

import pytest

from aixsim.engines.kernel.compile import callable_from_python
from aixsim.model.pressure import threshold
from tests.model.test_pressure import THRESHOLDS


@pytest.mark.parametrize(("resistance", "susceptibility", "expected"), THRESHOLDS)
def test_threshold(resistance: float, susceptibility: float, expected: int) -> None:
    assert callable_from_python(threshold)(resistance, susceptibility) == expected
