"""The hash of all code that determines numbers."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

_PARTS = ("core", "mechanisms", "levers", "engines")
_NO_MODEL = ("cli.py", "__init__.py", "documentation.py", "simulation.py", "catalogue.py")


@cache
def model_hash() -> str:
    """Returns the SHA-256 of core, mechanisms, levers, submodels and engines."""
    root = Path(str(files("aixsim")))
    paths = [path for part in _PARTS for path in sorted((root / part).rglob("*.py"))]
    paths += [path for path in sorted(root.glob("*.py")) if path.name not in _NO_MODEL]
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
