"""Morris: trajectories that change one factor a step, for screening many factors with few points."""

from __future__ import annotations

from typing import Any

from aixsim.config.designs.axis import Axis
from aixsim.errors import UserError

_LEVELS = 4
"""Of the grid in the unit cube: the usual number (Saltelli et al. 2008, Global Sensitivity Analysis, section 3.3)."""


def rows(axes: tuple[Axis, ...], size: int, seed: int) -> list[dict[str, Any]]:
    """Returns ``size`` trajectories of one row more than there are factors (Morris 1991, doi:10.2307/1269043; by SALib).

    Raises:
        UserError: SALib is not installed.
    """
    try:
        from SALib.sample import morris
    except ImportError:
        raise UserError("a Morris design needs SALib; install it with: pip install 'aixsim[sensitivity]'") from None
    problem = {"num_vars": len(axes), "names": [axis.key for axis in axes], "bounds": [[0.0, 1.0]] * len(axes)}
    units = morris.sample(problem, size, num_levels=_LEVELS, seed=seed)
    return [{axis.key: axis.at(u) for axis, u in zip(axes, row, strict=True)} for row in units.tolist()]
