"""Machine code on disk: one file a piece, complete or not there, checked when it is read.

The store is a convenience: a folder that cannot be written, or a file that is damaged, costs a compilation and nothing else. Where the
user's folder cannot be written, the code is kept for the processes of this run alone, so that workers need not compile again.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path

from aixsim.model.fingerprint import model_hash
from aixsim.world.cache import cache_folder

_OF_THIS_RUN = "AIXSIM_COMPILED"
_PREFIX = "compiled-"
_STALE = 24 * 3600.0
"""Seconds since the last piece was written after which a folder of another version is given up."""
_CHECK = hashlib.sha256().digest_size


def code_folder() -> Path:
    """Returns the folder: named after the hash of all code of the model, so that no stale code is ever found."""
    if chosen := os.environ.get(_OF_THIS_RUN):
        return Path(chosen)
    return cache_folder() / f"{_PREFIX}{model_hash()[:16]}"


def has_code(name: str) -> bool:
    """Returns whether a piece whose name starts so is there."""
    try:
        return any(path.name.startswith(name) for path in code_folder().iterdir())
    except OSError:
        return False


def read_code(name: str) -> bytes | None:
    """Returns a piece; None when it is missing or is not what was written, as executing damaged machine code ends in a crash."""
    try:
        stored = (code_folder() / name).read_bytes()
    except OSError:
        return None
    check, code = stored[:_CHECK], stored[_CHECK:]
    return code if hashlib.sha256(code).digest() == check else None


def write_code(name: str, code: bytes) -> None:
    """Keeps a piece; of processes that write the same one at the same time the last wins, and any is right."""
    folder = code_folder()
    is_new = _OF_THIS_RUN not in os.environ and not folder.exists()
    written = _write(folder, name, code)
    if written and is_new:
        _remove_stale(folder)
    if not written and _OF_THIS_RUN not in os.environ:
        with suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix="aixsim-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            os.environ[_OF_THIS_RUN] = str(folder)  # inherited by the workers
            _write(folder, name, code)


def _remove_stale(ours: Path) -> None:
    """Removes code of other versions, now that this one begins to keep its own; what was written of late another process may be using.

    Even if it is, it has read the pieces that it runs, and compiles again those that are gone.
    """
    with suppress(OSError):
        for folder in ours.parent.glob(f"{_PREFIX}*"):
            if folder != ours and time.time() - folder.stat().st_mtime > _STALE:
                shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, name: str, code: bytes) -> bool:
    temporary = folder / f".{uuid.uuid4().hex}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(hashlib.sha256(code).digest() + code)
        temporary.replace(folder / name)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        return False
    return True
