"""Growth engines: the leading sectors of each pole or special zone."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from aixsim.data.packaged import rows
from aixsim.world.arrays import read_only
from aixsim.world.classification import POLE_OF_PROVINCE, PROVINCES, SECTORS


@cache
def growth_engines(poles: tuple[str, ...]) -> NDArray[np.bool_]:
    """Returns the provinces and sectors of the poles' growth engines, bool ``(17, 23)``, read-only.

    The plan's list of growth engines by pole was not found. A pole's engines are therefore the sectors that are over-represented
    in any of its provinces (``region_specialisation.csv``), everywhere in the pole.
    """
    sectors_of: dict[str, set[str]] = {pole: set() for pole in POLE_OF_PROVINCE.values()}
    for row in rows("region_specialisation.csv"):
        sectors_of[POLE_OF_PROVINCE[row["province"]]].update(row["specialised_sectors"].split(";"))
    cells = np.array(
        [
            [POLE_OF_PROVINCE[province] in poles and sector in sectors_of[POLE_OF_PROVINCE[province]] for sector in SECTORS]
            for province in PROVINCES
        ]
    )
    return read_only(cells)
