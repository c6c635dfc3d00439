"""Files that are complete or not there: written beside, flushed to the disk, renamed."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

ASIDE = ".aside"
"""Ending of a file that is still being written; what a dead process left of it may be deleted."""


def write_durably(path: Path, content: bytes) -> None:
    """Lets a file appear with its whole content, or not at all; when this returns it survives a loss of power.

    Raises:
        OSError: the disk refuses; an earlier file of this name is as it was.
    """
    aside = path.with_name(path.name + ASIDE)
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    rename_durably(aside, path)


def rename_durably(aside: Path, path: Path) -> None:
    """Puts a complete file in its place, and makes that survive a loss of power.

    Raises:
        OSError: the disk refuses.
    """
    os.replace(aside, path)  # noqa: PTH105 - all that the disk is asked for goes through one module, where tests let it fail
    if os.name == "nt":
        return  # folders cannot be opened there, and renames need no help
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def checksum(content: bytes) -> str:
    """Returns the SHA-256 of a content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def canonical_checksum(document: Any) -> str:
    """Returns the SHA-256 of a JSON document, whatever the order of its keys and its layout."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return checksum(text.encode("utf-8", "surrogatepass"))
