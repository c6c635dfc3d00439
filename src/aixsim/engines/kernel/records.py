"""Parameters as compiled code reads them: a record whose fields are named like the attributes of the class that declares them."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.model.parameters import Parameters

_TYPES = {float: np.float64, int: np.int64, bool: np.bool_}


def record(parameters: type[Parameters]) -> np.dtype[np.void]:
    """Returns the type of a record of numbers, of numbers by size class, and of what is derived from them."""
    fields: list[Any] = [(name, _TYPES[kind], (n,)) if n > 1 else (name, _TYPES[kind]) for name, kind, n in parameters.columns()]
    # Numba knows no record without fields.
    return np.dtype(fields or [("nothing", np.int8)], align=True)


def fill(target: Any, values: Parameters) -> None:
    """Writes values into a record of their class, or into all of an array of such records."""
    for name, _, _ in values.columns():
        target[name] = getattr(values, name)
