"""The folder in which Numba keeps the machine code of this version of the model.

Numba notices a change in the file of a function, but not in the functions that it calls, and it trusts its files: a damaged one ends the
program with an error, or worse. So every version has a folder of its own, and beside the code lie the checksums of its files. What is not
as it was written is removed before Numba looks for it. A folder that cannot be written, or a file that is damaged, costs a compilation
and nothing else.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import shutil
import tempfile
import time
import uuid
from contextlib import suppress
from functools import cache
from pathlib import Path

from aixsim.model.fingerprint import model_hash
from aixsim.world.cache import cache_folder

_OF_THIS_RUN = "AIXSIM_COMPILED"
_PREFIX, _CHECKSUMS = "compiled-", "checksums.json"
_STALE = 24 * 3600.0
"""Seconds after which the folder of another version, or a file that was never finished, is given up."""


@cache
def code_folder(machine: str) -> Path | None:
    """Returns the folder, in which all files are as they were written; None when there is nowhere to write.

    Where the user's folder cannot be written, the code is kept in a temporary folder that worker processes inherit.

    Args:
        machine: what machine code depends on beside the model: processor, Python, Numba.
    """
    chosen = os.environ.get(_OF_THIS_RUN)
    version = hashlib.sha256(f"{model_hash()}\0{machine}".encode()).hexdigest()[:16]
    folder = Path(chosen) if chosen else cache_folder() / f"{_PREFIX}{version}"
    is_new = not folder.exists()
    if _is_writable(folder) and _remove_damaged(folder):
        if is_new:
            _remove_stale(folder)
    else:
        with suppress(OSError):
            folder = _temporary_copy(folder)
        if not _remove_damaged(folder):
            return None
    atexit.register(keep_checksums, folder)
    return folder


def keep_checksums(folder: Path) -> None:
    """Writes the checksums of all code that is in the folder: what has none is not used by the next process."""
    with suppress(OSError):
        sums = {name: digest for name, digest in _sums(folder).items() if ".tmp." not in name}
        if sums != _read_checksums(folder):
            temporary = folder / f"{_CHECKSUMS}.tmp.{uuid.uuid4().hex}"
            temporary.write_text(json.dumps(sums, sort_keys=True), encoding="utf-8")
            temporary.replace(folder / _CHECKSUMS)


def has_code(folder: Path, name: str) -> bool:
    """Returns whether there is code of a function, named with the file that defines it."""
    return any(folder.glob(f"*/{name}-*.nbc"))


def _read_checksums(folder: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        found = json.loads((folder / _CHECKSUMS).read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def _sums(folder: Path) -> dict[str, str]:
    """Returns the SHA-256 of every file in a folder of the folder, by its path; of what cannot be read an empty text."""
    sums = {}
    for path in folder.glob("*/*"):
        with suppress(FileNotFoundError):  # another process has removed it
            name = path.relative_to(folder).as_posix()
            sums[name] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    return sums


def _remove_damaged(folder: Path) -> bool:
    """Removes what is not as it was written; returns whether that was possible.

    Whatever another process has written, but not yet finished, goes as well: that process has its code already.
    """
    try:
        known = _read_checksums(folder)
        for name, digest in _sums(folder).items():
            path = folder / name
            is_being_written = ".tmp." in name and time.time() - path.stat().st_mtime < _STALE
            if not is_being_written and (not digest or known.get(name) != digest):
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def _temporary_copy(folder: Path) -> Path:
    temporary = Path(tempfile.mkdtemp(prefix="aixsim-"))
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    if folder.is_dir():
        shutil.copytree(folder, temporary, dirs_exist_ok=True)
    os.environ[_OF_THIS_RUN] = str(temporary)  # inherited by worker processes
    return temporary


def _remove_stale(ours: Path) -> None:
    """Removes the code of other versions, now that this one begins to keep its own; recent code another process may be using.

    Even if it is in use, that process has read what it runs.
    """
    with suppress(OSError):
        for folder in ours.parent.glob(f"{_PREFIX}*"):
            if folder != ours and time.time() - folder.stat().st_mtime > _STALE:
                shutil.rmtree(folder, ignore_errors=True)
