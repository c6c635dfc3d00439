"""aixsim: can South Korea reach 500 AI factories by 2030, and what would it take?

``load`` reads a config, ``run`` runs it, ``open_result`` opens what it wrote.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aixsim.api import run as run
    from aixsim.api import sweep as sweep
    from aixsim.config import load as load
    from aixsim.results.result import open_result as open_result

__all__ = ["load", "open_result", "run", "sweep"]

_HOME = {"load": "aixsim.config", "run": "aixsim.api", "sweep": "aixsim.api", "open_result": "aixsim.results.result"}


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used: the command line must answer before pandas has loaded."""
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'aixsim' has no attribute {name!r}")
