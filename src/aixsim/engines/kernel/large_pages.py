"""Where arrays and records lie in memory: at the speed of the kernel this matters more than the number of operations."""

from __future__ import annotations

import math
import mmap
from contextlib import suppress
from typing import Any

import numpy as np

_LINE, _PAGE = 64, 2 * 1024**2
"""Bytes of a line of the processor's cache, and of a large page."""


def whole_lines(fields: list[Any]) -> np.dtype[np.void]:
    """Returns the type of a record that fills whole lines of the cache, so that none of its parts lies in the line of a neighbour.

    Args:
        fields: as ``numpy.dtype`` takes them.
    """
    record = np.dtype(fields, align=True)
    places: dict[str, Any] = dict(record.fields or {})
    return np.dtype(
        {
            "names": list(places),
            "formats": [place[0] for place in places.values()],
            "offsets": [place[1] for place in places.values()],
            "itemsize": -(-record.itemsize // _LINE) * _LINE,
        },
        align=True,
    )


def side_by_side(**shapes: tuple[Any, ...]) -> dict[str, Any]:
    """Returns arrays of zeros, each named by its type and shape, that lie one after the other in a few large pages of memory.

    Small pages lie anywhere, and by chance where they drive each other out of the processor's cache.
    """
    sizes = {name: np.dtype(kind).itemsize * math.prod(shape) for name, (kind, *shape) in shapes.items()}
    room = sum(-(-size // _LINE) * _LINE for size in sizes.values())
    block = _large_pages((-(-room // _PAGE) + 1) * _PAGE)
    start, arrays = -block.ctypes.data % _PAGE, {}
    for name, (kind, *shape) in shapes.items():
        arrays[name] = block[start : start + sizes[name]].view(kind).reshape(shape)
        start += -(-sizes[name] // _LINE) * _LINE
    return arrays


def _large_pages(size: int) -> Any:
    """Returns bytes, all 0, in large pages where the system has any."""
    if not hasattr(mmap, "MADV_HUGEPAGE"):
        return np.zeros(size, np.uint8)
    # Straight from the system: what an allocator has at hand lies in small pages already.
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(OSError):  # a kernel without them
        memory.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(memory, np.uint8)
