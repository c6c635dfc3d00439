"""Kinds of programme: one file a kind. A new file that defines ``KIND`` is a new kind."""

from __future__ import annotations

from functools import cache

from aixsim.model.discovery import discover
from aixsim.model.programme_kind import ProgrammeKind


@cache
def programme_kinds() -> dict[str, ProgrammeKind]:
    """Returns every kind of programme by name, in a fixed order."""
    return discover(__name__, "KIND")
