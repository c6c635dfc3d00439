"""Kinds of programme: one file a kind. A new file that defines ``KIND`` is a new kind."""

from __future__ import annotations

from collections.abc import Mapping

from aixsim.model.discovery import discover
from aixsim.model.programme_kind import ProgrammeKind


def programme_kinds() -> Mapping[str, ProgrammeKind]:
    """Returns every kind of programme by name, in a fixed order."""
    return discover(__name__, "KIND")
