"""Mapped files whose pages do not stay in memory: what is read or written once is the system's to keep, not the program's."""

from __future__ import annotations

import mmap
from typing import Any


def release(array: Any) -> None:
    """Takes the pages of a mapped file out of this process; the file keeps what was written, and a later look fetches it again.

    Without it a process grows by every page that it has ever touched, hence with the number of replicates.

    Args:
        array: over a mapped file, or any other, to which nothing happens.
    """
    mapped = getattr(array, "base", None)
    # Windows has no such advice, and there the pages stay until the system wants them.
    if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)
