"""What firms sense: one file a sense. A new file that defines ``SENSE`` is a new sense."""

from __future__ import annotations

from collections.abc import Mapping

from aixsim.model.discovery import discover
from aixsim.model.sense import Sense


def senses() -> Mapping[str, Sense]:
    """Returns every sense by name, in a fixed order."""
    return discover(__name__, "SENSE")
