"""Sorting in place: what happens every month may not ask for memory."""

from __future__ import annotations

from typing import Any

from aixsim.engines.compile import compiled


@compiled
def sort_pairs(keys: Any, values: Any, begin: int, end: int) -> None:
    """Sorts a stretch of two arrays by key and then value (Shell 1959, with Ciura's gaps, doi:10.1007/3-540-44669-9_12)."""
    for gap in (3793, 1636, 701, 301, 132, 57, 23, 10, 4, 1):
        for place in range(begin + gap, end):
            key, value = keys[place], values[place]
            at = place
            while at - gap >= begin and (keys[at - gap] > key or (keys[at - gap] == key and values[at - gap] > value)):
                keys[at], values[at] = keys[at - gap], values[at - gap]
                at -= gap
            keys[at], values[at] = key, value
