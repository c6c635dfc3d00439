"""What a government can do: one file a lever. A new file that defines ``LEVER`` is a new lever."""

from __future__ import annotations

from functools import cache

from aixsim.core.lever import Lever
from aixsim.core.registry import discover


@cache
def levers() -> dict[str, Lever]:
    """Returns every lever by name, in the fixed order in which they are applied."""
    return discover(__name__, "LEVER")
