"""What a government can do: one file a lever. A new file that defines ``LEVER`` is a new lever."""

from __future__ import annotations

from aixsim.model.lever import Lever
from aixsim.model.plugins import offered


def levers() -> dict[str, Lever]:
    """Returns every lever by name, those of plugins too, in the fixed order in which they are applied."""
    return offered(__name__, "LEVER")
