"""Where a result comes from: versions, seed, hashes, machine, time."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from aixsim.model.fingerprint import model_hash
from aixsim.model.plugins import Plugin

_PACKAGES = ("mesa", "numba", "numpy", "scipy", "pandas", "pyarrow", "pydantic")


def data_hash() -> str:
    """Returns the SHA-256 of the packaged tables."""
    return _hash(sorted((Path(str(files("aixsim"))) / "data").glob("*.csv")))


def run_id(config: str, own_files: Sequence[Path] = (), plugins: Sequence[Plugin] = ()) -> str:
    """Returns twelve letters that stand for everything that determines the numbers of a run.

    Args:
        config: the fully resolved config with seed and number of replicates.
        own_files: tables of the user that the config names; their content counts, not their names.
        plugins: mechanisms and levers of the user.
    """
    own = [*map(_content, own_files), *(plugin.digest for plugin in plugins)]
    return hashlib.sha256("\n".join((config, version("aixsim"), data_hash(), model_hash(), *own)).encode()).hexdigest()[:12]


def _content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


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


def _hash(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
