"""Hashes of the code that determines numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

_PARTS = ("random", "world", "model", "engines")
_AROUND = ("config/*.py", "runs/replicates.py", "runs/tables.py")
"""Reads the problem from a config, counts goals in each replicate, and writes what is kept of it."""


def code_hash(paths: Iterable[Path]) -> str:
    """Returns the SHA-256 of some files with their names."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def model_hash() -> str:
    """Returns the SHA-256 of random numbers, world, model and engines."""
    root = Path(str(files("aixsim")))
    return code_hash(path for part in _PARTS for path in (root / part).rglob("*.py"))


@cache
def replicates_hash() -> str:
    """Returns the SHA-256 of all code that determines what is stored of a replicate: the model's, and that around it."""
    root = Path(str(files("aixsim")))
    return hashlib.sha256(f"{model_hash()} {code_hash(path for part in _AROUND for path in root.glob(part))}".encode()).hexdigest()


@cache
def results_hash() -> str:
    """Returns the hash of the code that writes result files."""
    root = Path(str(files("aixsim")))
    return code_hash([*(root / "results").glob("*.py"), *(root / "stats").glob("*.py"), root / "runs" / "tables.py"])
