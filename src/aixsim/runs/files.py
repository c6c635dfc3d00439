"""Atomic files: written under a temporary name, flushed to disk, renamed."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_BUFFER = 1024**2
"""Buffer size in bytes; writers of tables write a few bytes at a time."""
ASIDE = ".aside"
"""Suffix of a file that is being written; such files of dead processes may be deleted."""


class DurableFile(io.RawIOBase):
    """A file that is being written; it appears when it is complete. It can be used as a binary stream.

    Attributes:
        n_bytes: written so far.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._digest, self._held, self.n_bytes = descriptor, hashlib.sha256(), bytearray(), 0

    @property
    def sha256(self) -> str:
        """SHA-256 of the content written so far, in hexadecimal."""
        return self._digest.hexdigest()

    def writable(self) -> bool:
        """False: the file is only written."""
        return True

    def write(self, content: Any) -> int:
        """Writes bytes."""
        view = memoryview(content).cast("B")
        self._digest.update(view)
        self._held += view
        self.n_bytes += len(view)
        if len(self._held) >= _BUFFER:
            self.pass_on()
        return len(view)

    def pass_on(self) -> None:
        """Writes the buffer to the system. It is separate from ``flush``, which is also called when an incomplete file is discarded."""
        rest = memoryview(bytes(self._held))
        self._held.clear()
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def tell(self) -> int:
        """Returns the number of bytes written."""
        return self.n_bytes


@contextmanager
def durable_file(path: Path) -> Iterator[DurableFile]:
    """Writes a file atomically: it appears at the end of the block, and then survives a loss of power.

    Raises:
        OSError: the file cannot be written; an earlier file of this name is unchanged.
    """
    aside = path.with_name(path.name + ASIDE)
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            file = DurableFile(descriptor)
            yield file
            file.pass_on()
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    rename_durably(aside, path)


@contextmanager
def created(folder: Path) -> Iterator[None]:
    """Creates a folder, with those above it, for what is written in the block; if that fails, the new ones that are empty are removed.

    Raises:
        OSError: a folder cannot be created.
    """
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        yield
    except BaseException:
        for place in new:
            with suppress(OSError):
                place.rmdir()
        raise


def write_durably(path: Path, content: bytes) -> None:
    """Writes a content atomically; errors as ``durable_file``."""
    with durable_file(path) as file:
        file.write(content)


def link_durably(source: Path, path: Path) -> None:
    """Links a file to a second name, or copies it if the disk has no links; replaces an earlier file.

    Raises:
        OSError: the file cannot be written.
    """
    aside = path.with_name(path.name + ASIDE)
    aside.unlink(missing_ok=True)
    if path.exists() and path.samefile(source):
        return  # renaming one link of a file to another does nothing and would keep both names
    try:
        os.link(source, aside)
    except OSError:
        write_durably(path, source.read_bytes())
        return
    rename_durably(aside, path)


def rename_durably(aside: Path, path: Path) -> None:
    """Renames a complete file to its final name, and flushes the folder.

    Raises:
        OSError: the file cannot be renamed.
    """
    os.replace(aside, path)  # noqa: PTH105 - all disk access goes through this module, where tests inject failures
    if os.name == "nt":
        return  # folders cannot be opened there, and need no flush
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


def file_checksum(path: Path) -> str:
    """Returns the SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
