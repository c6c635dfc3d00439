"""Result folders: complete or not there, never overwritten by a different run."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aixsim.errors import StoreError, storage_error


@dataclass(frozen=True, slots=True)
class ResultFolder:
    """A folder in the making, beside its final place.

    Attributes:
        target: where it will appear.
        partial: where it is written; holds the number of the process that writes it.
    """

    target: Path
    partial: Path

    @classmethod
    def begin(cls, target: Path, run_id: str) -> ResultFolder:
        """Claims a folder for one run.

        Raises:
            StoreError: another process is writing it, it belongs to a different run, or the disk refuses.
        """
        if target.exists() and stored_provenance(target).get("run_id") != run_id:
            raise StoreError(target, "foreign", "holds a different run", "choose another folder with -o, or move this one away")
        partial = target.with_name(f".{target.name}.partial")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            for _ in range(2):
                try:
                    partial.mkdir()
                    break
                except FileExistsError:
                    owner = _owner(partial)
                    if owner and _is_alive(owner):
                        raise StoreError(
                            target, "busy", f"process {owner} is writing it", "wait for it, or choose another folder with -o"
                        ) from None
                    shutil.rmtree(partial, ignore_errors=True)
            (partial / "pid").write_text(str(os.getpid()))
        except OSError as error:
            raise storage_error(target, error) from error
        return cls(target, partial)

    def write_text(self, name: str, text: str) -> None:
        """Writes a small file."""
        (self.partial / name).write_text(text, encoding="utf-8")

    def write_bytes(self, name: str, content: bytes) -> None:
        """Writes a file of the user's, below a folder when its name says so."""
        (self.partial / name).parent.mkdir(parents=True, exist_ok=True)
        (self.partial / name).write_bytes(content)

    def publish(self) -> None:
        """Lets the folder appear in its final place, in one step.

        Raises:
            StoreError: the disk refuses.
        """
        try:
            (self.partial / "pid").unlink()
            for file in [path for path in self.partial.rglob("*") if path.is_file()]:
                with file.open("rb") as stream:
                    os.fsync(stream.fileno())
            if self.target.exists():
                shutil.rmtree(self.target)
            self.partial.rename(self.target)
        except OSError as error:
            raise storage_error(self.target, error) from error

    def discard(self) -> None:
        """Takes back what is not published."""
        shutil.rmtree(self.partial, ignore_errors=True)


def stored_provenance(folder: Path) -> dict[str, Any]:
    """Returns the provenance of a result folder.

    Raises:
        StoreError: something else, or nothing readable, is in its place.
    """
    remedy = "choose another folder with -o, or move this one away"
    if not folder.is_dir():
        raise StoreError(folder, "damaged", "is not a folder", remedy)
    try:
        provenance: dict[str, Any] = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(folder, "damaged", "is not a result folder: it has no provenance.json", remedy) from None
    except (OSError, ValueError) as error:
        raise StoreError(folder, "damaged", f"its provenance.json cannot be read ({error})", remedy) from error
    return provenance


def _owner(partial: Path) -> int | None:
    try:
        return int((partial / "pid").read_text())
    except (OSError, ValueError):
        return None


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
