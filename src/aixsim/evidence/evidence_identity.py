"""What a calibration or back-test is known by: everything that determines its numbers."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from aixsim.config.study import Study
from aixsim.runs.provenance import run_id

_PARTS = ("analysis", "config", "evidence", "study")


def identity_of(study: Study, what: str) -> str:
    """Returns twelve letters that stand for a study with its own files and for the code that weighs it.

    Args:
        study: with seed.
        what: kind and options of the calculation.
    """
    return run_id(f"{study.to_toml()}\n{what}\n{_code()}", study.own_files, study.registry.used(study.settings))


@cache
def _code() -> str:
    """Returns the SHA-256 of all code that weighs, beside the model's own, which ``run_id`` covers."""
    digest = hashlib.sha256()
    for part in _PARTS:
        for path in sorted((Path(str(files("aixsim"))) / part).rglob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
