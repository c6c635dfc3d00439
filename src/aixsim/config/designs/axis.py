"""A factor of a sweep, as a design sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aixsim.errors import UserError
from aixsim.random.distributions import Distribution


class DesignError(UserError):
    """A design that cannot take a factor.

    Attributes:
        key: the factor.
        found, allowed: what is wrong, and what would be right.
    """

    def __init__(self, key: str, found: str, allowed: str) -> None:
        """Keeps the facts as fields."""
        super().__init__(f"{key}: {found}; allowed: {allowed}")
        self.key, self.found, self.allowed = key, found, allowed


@dataclass(frozen=True, slots=True)
class Axis:
    """A factor.

    Attributes:
        key: config key that it sets.
        levels: the values that it takes, in order; empty for a distribution.
        law: the distribution that it is drawn from; None for levels.
    """

    key: str
    levels: tuple[Any, ...] = ()
    law: Distribution | None = None

    def at(self, u: float) -> Any:
        """Returns the value below which a share ``u`` in 0..1 lies; levels have equal shares."""
        if self.law is not None:
            return self.law.quantile(min(max(u, _EDGE), 1.0 - _EDGE))
        return self.levels[min(int(u * len(self.levels)), len(self.levels) - 1)]


_EDGE = 2.0**-40
"""Designs may touch 0 and 1, where a normal distribution has no quantile."""
