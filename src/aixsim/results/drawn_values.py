"""The values drawn for the uncertain parameters of a run, as arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aixsim.results.result import Result
from aixsim.runs.arrow_columns import array_of


def drawn_values(result: Result) -> dict[str, NDArray[np.float64]]:
    """Returns the values of every uncertain parameter by its key, each of shape ``(n,)``, in the order of ``result.replicates``."""
    if not result.has("parameters"):
        return {}
    table = result.arrow_table("parameters")
    order = np.argsort(array_of(table["replicate"]), kind="stable")
    return {key: array_of(table[key]).astype(np.float64)[order] for key in table.column_names if key != "replicate"}
