"""Thresholds at the ends of what numbers can hold, in both engines."""

from __future__ import annotations

import pytest

from aixsim.engines.kernel.compile import callable_from_python
from aixsim.model.pressure import NEVER, UNIT, threshold


@pytest.mark.parametrize(
    ("resistance", "susceptibility", "expected"),
    [
        (1.0, 1.0, int(UNIT)),
        (1.0, 0.0, NEVER),
        (1.0, 1e-280, NEVER),
        (1.0, 5e-324, NEVER),
        (1e-300, 1.0, 1),
        (1.5, 1e5, -int(-1.5 / 1e5 * UNIT // 1)),
    ],
)
def test_threshold(resistance: float, susceptibility: float, expected: int) -> None:
    compiled = callable_from_python(threshold)
    assert threshold(resistance, susceptibility) == compiled(resistance, susceptibility) == expected
