"""Why a firm decides: one file a law. A new file that defines ``MECHANISM`` is a new mechanism."""

from __future__ import annotations

from aixsim.model.mechanism import Mechanism
from aixsim.model.plugins import offered


def mechanisms() -> dict[str, Mechanism]:
    """Returns every mechanism by name, those of plugins too, in the fixed order in which their hazards are added."""
    return offered(__name__, "MECHANISM")
