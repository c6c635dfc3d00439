"""The hash of all code that determines numbers."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

_PARTS = ("random", "world", "model", "engines")


@cache
def model_hash() -> str:
    """Returns the SHA-256 of random numbers, world, model and engines."""
    root = Path(str(files("aixsim")))
    paths = [path for part in _PARTS for path in sorted((root / part).rglob("*.py"))]
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
