"""Files that are complete or not there: written beside, flushed to the disk, renamed."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_BUFFER = 1024**2
"""Bytes that are handed to the system at a time: writers of tables pass on a few at a time."""
ASIDE = ".aside"
"""Ending of a file that is still being written; what a dead process left of it may be deleted."""


class DurableFile(io.RawIOBase):
    """A file under way; what is written counts once it is complete. It may be given to whoever writes to a binary stream.

    Attributes:
        n_bytes: written so far.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._digest, self._held, self.n_bytes = descriptor, hashlib.sha256(), bytearray(), 0

    @property
    def sha256(self) -> str:
        """Hash of what has been written, in hexadecimal."""
        return self._digest.hexdigest()

    def writable(self) -> bool:
        """It is written, and not read."""
        return True

    def write(self, content: Any) -> int:
        """Takes all of a content."""
        view = memoryview(content).cast("B")
        self._digest.update(view)
        self._held += view
        self.n_bytes += len(view)
        if len(self._held) >= _BUFFER:
            self.pass_on()
        return len(view)

    def pass_on(self) -> None:
        """Hands what it holds to the system; apart from ``flush``, which is also called when a file that failed is thrown away."""
        rest = memoryview(bytes(self._held))
        self._held.clear()
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def tell(self) -> int:
        """Returns how much has been written."""
        return self.n_bytes


@contextmanager
def durable_file(path: Path) -> Iterator[DurableFile]:
    """Lets a file appear with what the block writes, or not at all; after the block it survives a loss of power.

    Raises:
        OSError: the disk refuses; an earlier file of this name is as it was.
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


def write_durably(path: Path, content: bytes) -> None:
    """Lets a file appear with its whole content, or not at all; errors as ``durable_file``."""
    with durable_file(path) as file:
        file.write(content)


def link_durably(source: Path, path: Path) -> None:
    """Lets a file appear under a second name, as a copy where the disk has no links; in place of an earlier file.

    Raises:
        OSError: the disk refuses.
    """
    aside = path.with_name(path.name + ASIDE)
    aside.unlink(missing_ok=True)
    if path.exists() and path.samefile(source):
        return  # renaming one name of a file to another does nothing, and would leave both
    try:
        os.link(source, aside)
    except OSError:
        write_durably(path, source.read_bytes())
        return
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


def file_checksum(path: Path) -> str:
    """Returns the SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
