"""Why a firm decides: one file a law. A new file that defines ``MECHANISM`` is a new mechanism."""

from __future__ import annotations

from functools import cache

from aixsim.core.mechanism import Mechanism
from aixsim.core.registry import discover


@cache
def mechanisms() -> dict[str, Mechanism]:
    """Returns every mechanism by name, in the fixed order in which their hazards are added."""
    return discover(__name__, "MECHANISM")
