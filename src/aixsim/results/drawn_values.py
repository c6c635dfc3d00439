"""The values drawn for the uncertain parameters of a run, as arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aixsim.errors import UserError
from aixsim.results.result import Result
from aixsim.runs.arrow_columns import array_of
from aixsim.stats.given_data import refuse_not_finite


def drawn_values(result: Result) -> dict[str, NDArray[np.float64]]:
    """Returns the values of every uncertain parameter by its key, each of shape ``(n,)``, in the order of ``result.replicates``."""
    if not result.has("parameters"):
        return {}
    table = result.arrow_table("parameters")
    order = np.argsort(array_of(table["replicate"]), kind="stable")
    return {key: array_of(table[key]).astype(np.float64)[order] for key in table.column_names if key != "replicate"}


def finite_drawn_values(result: Result) -> dict[str, NDArray[np.float64]]:
    """Returns the same.

    Raises:
        UserError: a value is missing or not finite.
    """
    drawn = drawn_values(result)
    table = result.arrow_table("parameters") if drawn else None
    for key in drawn:
        if table is not None and table[key].null_count:
            raise UserError(f"{result.where}: parameters: {key} is missing in {table[key].null_count:,} replicates; run it again")
    refuse_not_finite(drawn, f"{result.where}: parameters")
    return drawn
