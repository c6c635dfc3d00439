"""Philox 4x32-10 in 64-bit registers: the numbers of ``core.draws``, bit for bit, in compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.core.draws import Purpose
from aixsim.engines.compile import compiled
from aixsim.engines.layout import Array

_MASK = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_TWELVE, _TWENTY = np.uint64(12), np.uint64(20)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_RESISTANCE = np.uint64(int(Purpose.RESISTANCE))
_FIRST = np.uint64(0)


@compiled
def block(seed: Any, replicate: Any, purpose: Any, half_agent: Any, attempt: Any) -> Any:
    """The same as ``core.draws.philox_block``, the words of the counter each in an uint64."""
    c0, c1, c2, c3 = half_agent, attempt, purpose, replicate
    k0, k1 = seed & _MASK, seed >> _HALF
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _MASK, (p0 >> _HALF) ^ c3 ^ k1, p0 & _MASK
        k0 = (k0 + _W0) & _MASK
        k1 = (k1 + _W1) & _MASK
    return c0, c1, c2, c3


@compiled
def open_unit(bits: Any) -> float:
    """The number in (0, 1) that 52 bits stand for; the same as ``core.draws.from_words``."""
    return (np.float64(bits) + 0.5) * 2.0**-52


@compiled
def uniform(c: Any, purpose: int, agent: int, attempt: int) -> float:
    """The same as ``core.draws.uniform``."""
    w0, w1, w2, w3 = block(c.seed, c.replicate, np.uint64(purpose), np.uint64(agent >> 1), np.uint64(attempt))
    return open_unit((w2 << _TWENTY) | (w3 >> _TWELVE) if agent & 1 else (w0 << _TWENTY) | (w1 >> _TWELVE))


@compiled
def draw_resistances(c: Any, bits: Array) -> None:
    """Fills the 52 bits of every firm's first resistance; ``bits`` is uint64 ``(pairs, 2)``, so that the loop has no branch."""
    for pair in range(len(bits)):
        w0, w1, w2, w3 = block(c.seed, c.replicate, _RESISTANCE, np.uint64(pair), _FIRST)
        bits[pair, 0] = (w0 << _TWENTY) | (w1 >> _TWELVE)
        bits[pair, 1] = (w2 << _TWENTY) | (w3 >> _TWELVE)
