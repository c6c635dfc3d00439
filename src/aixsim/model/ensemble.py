"""An ensemble: rows of values for uncertain numbers that evidence has weighed, used instead of independent draws.

A row holds values that belong together, so that what the evidence says about one number given another is not lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aixsim.world.arrays import ReadOnly


@dataclass(frozen=True, eq=False)
class Ensemble(ReadOnly):
    """Equally weighted rows; replicate ``r`` uses row ``r mod n``, so that scenarios with one ensemble share their rows.

    Attributes:
        keys: config keys such as ``mechanisms.peers.rate``.
        values: float64, shape ``(n_rows, n_keys)``, finite.
    """

    keys: tuple[str, ...]
    values: NDArray[np.float64]

    def row(self, replicate: int) -> dict[str, float]:
        """Returns the values of a replicate by config key."""
        return dict(zip(self.keys, self.values[replicate % len(self.values)].tolist(), strict=True))
