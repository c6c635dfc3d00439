"""Lock of a folder: one process at a time. The lock ends with its process."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from aixsim.errors import StoreError, storage_error


class FolderLock:
    """Locks a folder while the block runs. The operating system releases the lock when the process ends.

    Raises:
        StoreError: another process holds the lock, or the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(folder / ".lock", timeout=0)

    def __enter__(self) -> FolderLock:
        try:
            self._lock.acquire()
        except Timeout:
            holder = "another process"  # it has just taken the lock and not yet written its name
            with suppress(OSError, ValueError, KeyError, TypeError):
                said = json.loads((self._folder / ".holder").read_text(encoding="utf-8"))
                holder = f"process {said['process']} on {said['host']}"
            raise StoreError(self._folder, "busy", f"{holder} is using it", "wait for it, stop it, or choose -o") from None
        except OSError as error:
            raise storage_error(self._folder, error) from error
        try:
            (self._folder / ".holder").write_text(json.dumps({"process": os.getpid(), "host": socket.gethostname()}), encoding="utf-8")
        except OSError as error:
            self._lock.release()
            raise storage_error(self._folder, error) from error
        return self

    @classmethod
    def refuse_if_held(cls, folder: Path) -> None:
        """Checks that no other process has locked the folder.

        Raises:
            StoreError: another process has locked it.
        """
        if (folder / ".lock").exists():
            with cls(folder):
                pass

    @staticmethod
    def is_taken(folder: Path) -> bool:
        """Returns whether somebody may be at work on a folder; also true when that process was killed."""
        return (folder / ".holder").exists()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        (self._folder / ".holder").unlink(missing_ok=True)
        self._lock.release()
