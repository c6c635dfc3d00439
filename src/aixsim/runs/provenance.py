"""Where a result comes from: versions, seed, hashes, machine, time."""

from __future__ import annotations

import datetime as dt
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from aixsim.model.fingerprint import code_hash, model_hash
from aixsim.runs.files import canonical_checksum

_PACKAGES = ("mesa", "numba", "numpy", "scipy", "pandas", "pyarrow", "pydantic")


@cache
def data_hash() -> str:
    """Returns the SHA-256 of the packaged tables."""
    return code_hash((Path(str(files("aixsim"))) / "data").glob("*.csv"))


def sealed(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a provenance with the SHA-256 of all that it says, under ``sha256``."""
    said = {key: value for key, value in provenance.items() if key != "sha256"}
    return {**said, "sha256": canonical_checksum(said)}


def now() -> str:
    """Returns the local time, ISO 8601 to the second."""
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")


def command() -> str:
    """Returns the command line of this process."""
    return shlex.join(sys.argv)


@cache
def environment() -> dict[str, Any]:
    """Returns versions, code state and machine, ready for JSON."""
    return {
        "aixsim": version("aixsim"),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "git_commit": _git_commit(),
        "data_sha256": data_hash(),
        "model_sha256": model_hash(),
        "machine": {"system": platform.system(), "architecture": platform.machine(), "cores": os.cpu_count()},
    }


def _git_commit() -> str | None:
    """Returns the commit of the source tree, with ``-dirty`` when it was changed; None outside a checkout."""
    command = ["git", "-C", str(files("aixsim")), "describe", "--always", "--dirty", "--abbrev=40", "--match="]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
