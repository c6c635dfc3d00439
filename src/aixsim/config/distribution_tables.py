"""Distributions in a config: the distribution of an uncertain parameter, such as ``{ dist = "uniform", low = 0.1, high = 0.3 }``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from aixsim.config.validation import NotAllowed, finite, name, nearest
from aixsim.random.distributions import PARAMETERS_OF, Distribution

SIGMAS: Final = 6.0
"""Standard deviations within which a normal or log-normal must stay in the allowed range: one draw in 500 million lies outside."""
_THREE: Final = "low <= mode <= high and low < high"
_SHAPES: Final[dict[str, tuple[str, Callable[..., bool]]]] = {
    "uniform": ("low < high", lambda low, high: low < high),
    "loguniform": ("0 < low < high", lambda low, high: 0.0 < low < high),
    "normal": ("sd > 0", lambda _mean, sd: sd > 0.0),
    "lognormal": ("median > 0 and sigma > 0", lambda median, sigma: median > 0.0 and sigma > 0.0),
    "triangular": (_THREE, lambda low, mode, high: low <= mode <= high and low < high),
    "pert": (_THREE, lambda low, mode, high: low <= mode <= high and low < high),
    "beta": ("a > 0 and b > 0", lambda a, b: a > 0.0 and b > 0.0),
}
"""Conditions on the parameters of each distribution."""


def distribution(raw: Mapping[str, Any]) -> Distribution:
    """Returns the distribution that a table with ``dist`` describes.

    Raises:
        NotAllowed: the distribution or its parameters are unknown or invalid.
    """
    law = name(raw["dist"], tuple(PARAMETERS_OF))
    wanted = PARAMETERS_OF[law]
    for key in raw:
        if key not in (*wanted, "dist"):
            raise NotAllowed(f"{law} has no parameter {key!r}", ", ".join(wanted), nearest(key, wanted))
    for key in wanted:
        if key not in raw:
            raise NotAllowed(f"{law} lacks its parameter {key!r}", ", ".join(wanted))
    if law == "choice":
        values = raw["values"]
        if not isinstance(values, list) or not values:
            raise NotAllowed(f"found {values!r}", "a list of numbers for values")
        return Distribution("choice", tuple(finite(item, "numbers") for item in values))
    parameters = {key: finite(raw[key], f"a finite number for {key}") for key in wanted}
    rule, holds = _SHAPES[law]
    if not holds(*parameters.values()):
        raise NotAllowed(f"{law} with {parameters}", rule)
    return Distribution(law, tuple(parameters.values()))


def support(law: Distribution) -> tuple[float, float]:
    """Returns the lowest and highest value of a distribution; for a normal or log-normal those at ``SIGMAS`` standard deviations."""
    v = law.values
    match law.dist:
        case "normal":
            return v[0] - SIGMAS * v[1], v[0] + SIGMAS * v[1]
        case "lognormal":
            return v[0] * math.exp(-SIGMAS * v[1]), v[0] * math.exp(min(SIGMAS * v[1], 700.0))
        case "beta":
            return 0.0, 1.0
        case _:
            return v[0], v[-1]


DISTRIBUTION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "An uncertain parameter, drawn once per replicate.",
    "oneOf": [
        {
            "type": "object",
            "properties": {
                "dist": {"const": law},
                **{key: {"type": "array", "items": {"type": "number"}} if key == "values" else {"type": "number"} for key in wanted},
            },
            "required": ["dist", *wanted],
            "additionalProperties": False,
        }
        for law, wanted in PARAMETERS_OF.items()
    ],
}
