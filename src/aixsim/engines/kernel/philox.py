"""Philox 4x32-10: the numbers of ``random.draws``, bit for bit, in compiled code.

Words are kept in 32 bits and only their products in 64: then the compiler sees that a product needs one instruction, and draws several
numbers at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.kernel.compile import compiled, inlined
from aixsim.engines.kernel.layout import Array
from aixsim.random.draws import Purpose

_HALF = np.uint64(32)
_TWELVE, _TWENTY = np.uint64(12), np.uint64(20)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)
_RESISTANCE = int(Purpose.RESISTANCE)
_ONE = np.uint64(0x3FF0000000000000)
"""The bits of 1.0: with 52 others below they are a number in [1, 2), without any arithmetic."""


@inlined
def block(seed: Any, replicate: Any, purpose: Any, half_agent: Any, attempt: Any) -> Any:
    """The same as ``random.draws.philox_block``.

    Args:
        seed: uint64.
        replicate, purpose, half_agent, attempt: the counter, in 32 bits each.

    Returns:
        The bits of two numbers in [1, 2), of agents ``2 * half_agent`` and ``2 * half_agent + 1``.
    """
    c0, c1, c2, c3 = np.uint32(half_agent), np.uint32(attempt), np.uint32(purpose), np.uint32(replicate)
    k0, k1 = np.uint32(seed), np.uint32(seed >> _HALF)
    for _ in range(10):
        p0 = _M0 * np.uint64(c0)
        p1 = _M1 * np.uint64(c2)
        c0, c1 = np.uint32(np.uint32(p1 >> _HALF) ^ c1 ^ k0), np.uint32(p1)
        c2, c3 = np.uint32(np.uint32(p0 >> _HALF) ^ c3 ^ k1), np.uint32(p0)
        k0, k1 = np.uint32(k0 + _W0), np.uint32(k1 + _W1)
    even = (np.uint64(c0) << _TWENTY) | (np.uint64(c1) >> _TWELVE)
    odd = (np.uint64(c2) << _TWENTY) | (np.uint64(c3) >> _TWELVE)
    return even | _ONE, odd | _ONE


@compiled
def open_unit(one_and_more: float) -> float:
    """The number in (0, 1) that a number in [1, 2) made of 52 bits stands for; exactly that of ``random.draws.from_words``."""
    return (one_and_more - 1.0) + 2.0**-53


@compiled
def uniform(c: Any, purpose: int, agent: int, attempt: int) -> float:
    """The same as ``random.draws.uniform``."""
    even, odd = block(c.seed, c.replicate, purpose, agent >> 1, attempt)
    bits = (odd if agent & 1 else even) ^ _ONE
    return (np.float64(bits) + 0.5) * 2.0**-52


@inlined
def fill_resistances(seed: Any, replicate: Any, bits: Array) -> None:
    """Fills the bits of numbers in [1, 2), one for every firm's first resistance.

    Args:
        seed, replicate: uint64.
        bits: uint64, of even length.
    """
    for pair in range(len(bits) // 2):
        even, odd = block(seed, replicate, _RESISTANCE, pair, 0)
        bits[2 * pair] = even
        bits[2 * pair + 1] = odd


@inlined
def fill_uniforms(seed: Any, replicate: Any, purpose: int, attempt: int, agents: Array, bits: Array) -> None:
    """Fills the bits of numbers in [1, 2), one for each of the agents listed; ``seed`` and ``replicate`` are uint64."""
    for k in range(len(agents)):
        even, odd = block(seed, replicate, purpose, agents[k] >> 1, attempt)
        bits[k] = odd if agents[k] & 1 else even
