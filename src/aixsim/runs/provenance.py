"""Provenance of a result: versions, seed, hashes, machine, time."""

from __future__ import annotations

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
    """Returns a provenance with the SHA-256 of its content, under ``sha256``."""
    return {**provenance, "sha256": _seal(provenance)}


def broken_seal(provenance: Mapping[str, Any]) -> str:
    """Returns why a provenance is invalid or was changed; empty if it is valid.

    A provenance holds the checksums of all other files, and its own in ``sha256``.
    """
    if "sha256" not in provenance:
        return "its 'files' have no checksum" if "files" in provenance else ""
    if provenance["sha256"] != _seal(provenance):
        return "it was changed after it was written"
    files = provenance.get("files")
    is_listed = isinstance(files, dict) and all(isinstance(value, str) for value in files.values())
    return "" if is_listed else "it lists no files"


def _seal(provenance: Mapping[str, Any]) -> str:
    return canonical_checksum({key: value for key, value in provenance.items() if key != "sha256"})


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
        "git_commit": git_commit(str(files("aixsim"))),
        "data_sha256": data_hash(),
        "model_sha256": model_hash(),
        "machine": {"system": platform.system(), "architecture": platform.machine(), "cores": os.cpu_count()},
    }


def git_commit(folder: str) -> str | None:
    """Returns the commit of a package's source tree, with ``-dirty`` if it has changes; None outside a checkout.

    A package that is installed inside another repository is not tracked there, so that commit is not used.
    """
    if git_output(folder, "ls-files", "--error-unmatch", "__init__.py") is None:
        return None
    return git_output(folder, "describe", "--always", "--dirty", "--abbrev=40", "--match=")


def git_output(folder: str, *arguments: str) -> str | None:
    """Returns the output of git in a folder; None if git fails or is missing."""
    command = ["git", "-C", folder, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603 - no user input
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None
