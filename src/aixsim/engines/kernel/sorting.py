"""Sorting in place: what happens every month may not ask for memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.kernel.compile import compiled, inlined

_SIGN, _ALL = np.uint64(1 << 63), np.uint64(2**64 - 1)
_DIGIT = 2048
_SHIFTS = (np.uint64(31), np.uint64(42), np.uint64(53))
"""Where the digits of a key start that are sorted by; what lies below seldom decides, and is put right at the end."""


@compiled
def sort_pairs(keys: Any, values: Any, begin: int, end: int) -> None:
    """Sorts a short stretch of two arrays by key and then value (Shell 1959, with Ciura's gaps, doi:10.1007/3-540-44669-9_12)."""
    for gap in (3793, 1636, 701, 301, 132, 57, 23, 10, 4, 1):
        for place in range(begin + gap, end):
            key, value = keys[place], values[place]
            at = place
            while at - gap >= begin and (keys[at - gap] > key or (keys[at - gap] == key and values[at - gap] > value)):
                keys[at], values[at] = keys[at - gap], values[at - gap]
                at -= gap
            keys[at], values[at] = key, value


@inlined
def rank(keys: Any, firm: Any, spare_keys: Any, spare_firm: Any, count: Any, n: int) -> None:
    """Sorts the first n numbers and firms, descending, equals by firm: digit by digit, then what is still out of place.

    Args:
        keys: uint64, the bits of float64 numbers; left in an order-preserving form.
        firm: int32.
        spare_keys, spare_firm: as large as ``keys`` and ``firm``.
        count: int32 ``(2048,)``.
        n: how many.
    """
    # The bits of floating-point numbers sort like whole numbers once negative ones are turned over; descending turns over all.
    for k in range(n):
        bits = keys[k]
        keys[k] = bits if bits & _SIGN else bits ^ _ALL ^ _SIGN
    for shift in _SHIFTS:
        count[:] = 0
        for k in range(n):
            count[np.int64(keys[k] >> shift) & (_DIGIT - 1)] += 1
        total = 0
        for digit in range(_DIGIT):
            before = total
            total += count[digit]
            count[digit] = before
        for k in range(n):
            digit = np.int64(keys[k] >> shift) & (_DIGIT - 1)
            at = count[digit]
            count[digit] = at + 1
            spare_keys[at], spare_firm[at] = keys[k], firm[k]
        for k in range(n):
            keys[k], firm[k] = spare_keys[k], spare_firm[k]
    for place in range(1, n):
        key, value = keys[place], firm[place]
        at = place
        while at > 0 and (keys[at - 1] > key or (keys[at - 1] == key and firm[at - 1] > value)):
            keys[at], firm[at] = keys[at - 1], firm[at - 1]
            at -= 1
        keys[at], firm[at] = key, value
