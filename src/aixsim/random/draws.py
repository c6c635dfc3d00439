"""Addressed random numbers by Philox 4x32-10, a counter-based generator.

A number is a function only of its address ``(seed, replicate, purpose, agent, attempt)``. So results do not depend
on the number of workers, the order of work or the engine, and two configs with the same seed differ only where their
settings have an effect (common random numbers). The 64 bits of the seed are the key and the four other words are the
counter, so different addresses of one seed are different inputs of a bijection, with different blocks.

Two uniforms of 52 bits come from one block of four words: agents ``2k`` and ``2k + 1`` share block ``k``. They lie
in the open interval (0, 1); with 53 bits the largest number would round to 1. A resistance of zero or infinity would
add or remove an adopter.

Source: Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", doi:10.1145/2063384.2063405.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_MULTIPLIER_0: Final = 0xD2511F53
_MULTIPLIER_1: Final = 0xCD9E8D57
_WEYL_0: Final = 0x9E3779B9
_WEYL_1: Final = 0xBB67AE85
_MASK: Final = 0xFFFFFFFF
_ROUNDS: Final = 10
_INVERSE_2_52: Final = 2.0**-52
_ONE: Final = np.uint64(1)
_BLOCKS: Final = 16384
"""Blocks that are encrypted at a time: few enough to fit into the cache of the processor."""

Words = NDArray[np.uint64]

BUILD: Final = 0xFFFFFFFF
"""Replicate number of the random numbers for population and network; no replicate of a run has it."""


class Purpose(IntEnum):
    """Purpose of a random number, the third word of its address. Append only; 25 and 27 are retired."""

    RESISTANCE = 1
    OWN_RESISTANCE = 2
    MERIT = 3
    DURATION = 4
    SUCCESS = 5
    LIFETIME = 6
    CLIMATE = 7
    PARAMETER = 8
    COLLABORATION = 9
    SMART_FACTORY = 10
    TRAINING = 11
    RESAMPLING = 12
    COUNTING = 13
    MOVE = 14
    SAMPLE_LOT = 15
    DELIVERY = 16
    BUDGET_WALK = 17
    PROJECT_COST = 18
    OWN_MEANS = 19
    FRAILTY = 20
    READINESS = 21
    EMPLOYEES = 22
    SITES = 23
    TENANCY = 24
    DEGREE = 26
    PARTNER = 28
    ROUNDING = 29
    SAMPLE = 30
    SUBCONTRACTOR = 31
    LARGE_CUSTOMERS = 32
    COMPANY = 33
    TRADE = 34
    TRADE_PARTNER = 35
    QUEUE = 40


def philox_block(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Encrypts one counter of four 32-bit words under a key of two: ten rounds of Philox 4x32."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        product_0 = _MULTIPLIER_0 * c0
        product_1 = _MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (
            (product_1 >> 32) ^ c1 ^ k0,
            product_1 & _MASK,
            (product_0 >> 32) ^ c3 ^ k1,
            product_0 & _MASK,
        )
        k0 = (k0 + _WEYL_0) & _MASK
        k1 = (k1 + _WEYL_1) & _MASK
    return c0, c1, c2, c3


def uniform(seed: int, replicate: int, purpose: int, agent: int, attempt: int = 0) -> float:
    """Returns the number at one address, in the open interval (0, 1).

    Args:
        seed: 0 to 2**64 - 1.
        replicate: 0 to 2**32 - 2, or ``BUILD``.
        purpose: a ``Purpose``.
        agent: 0 to 2**33 - 1; the identity of a firm, never its position in an array.
        attempt: 0 to 2**32 - 1; counts the draws of one agent for one purpose.
    """
    words = philox_block((agent >> 1, attempt, purpose, replicate), (seed & _MASK, seed >> 32))
    high, low = (words[2], words[3]) if agent & 1 else (words[0], words[1])
    return from_words(high, low)


def from_words(high: int, low: int) -> float:
    """Converts two 32-bit words to a number in (0, 1): 52 bits and a half, exact in double precision."""
    return (((high << 20) | (low >> 12)) + 0.5) * _INVERSE_2_52


def uniforms(seed: int, replicate: int, purpose: int, n_agents: int, attempt: int = 0) -> NDArray[np.float64]:
    """Returns the numbers of agents ``0 … n_agents - 1``, shape ``(n_agents,)``; equals ``uniform`` bit for bit."""
    out = np.empty(n_agents + n_agents % 2)
    for start in range(0, len(out), 2 * _BLOCKS):
        part = out[start : start + 2 * _BLOCKS]
        words = _philox_blocks(np.arange(start // 2, (start + len(part)) // 2, dtype=np.uint64), attempt, purpose, replicate, seed)
        part[0::2], part[1::2] = _from_words(words[0], words[1]), _from_words(words[2], words[3])
    return out[:n_agents]


def uniforms_of(seed: int, replicate: int, purpose: int, agents: NDArray[np.integer[Any]], attempt: int = 0) -> NDArray[np.float64]:
    """Returns the numbers of some agents, shape of ``agents``; equals ``uniform`` bit for bit."""
    words = _philox_blocks(agents.astype(np.uint64) >> _ONE, attempt, purpose, replicate, seed)
    odd = agents & 1 == 1
    return _from_words(np.where(odd, words[2], words[0]), np.where(odd, words[3], words[1]))


def _philox_blocks(c0: Words, attempt: int, purpose: int, replicate: int, seed: int) -> tuple[Words, Words, Words, Words]:
    """Encrypts ``(c0, attempt, purpose, replicate)`` for every ``c0``, as ``philox_block`` does for one."""
    mask, half, multiplier_0, multiplier_1 = np.uint64(_MASK), np.uint64(32), np.uint64(_MULTIPLIER_0), np.uint64(_MULTIPLIER_1)
    k0, k1 = seed & _MASK, seed >> 32
    # Only the first word differs from block to block, so in each of the first two rounds one product is the same for all.
    same = _MULTIPLIER_1 * int(purpose)
    product_0 = multiplier_0 * c0
    word_0, word_1 = (same >> 32) ^ attempt ^ k0, same & _MASK
    c2, c3 = (product_0 >> half) ^ np.uint64(replicate ^ k1), product_0 & mask
    k0, k1 = (k0 + _WEYL_0) & _MASK, (k1 + _WEYL_1) & _MASK
    same = _MULTIPLIER_0 * word_0
    product_1 = multiplier_1 * c2
    c0, c1 = (product_1 >> half) ^ np.uint64(word_1 ^ k0), product_1 & mask
    c2, c3 = c3 ^ np.uint64((same >> 32) ^ k1), np.full(c0.shape, same & _MASK, np.uint64)
    for _ in range(_ROUNDS - 2):
        k0, k1 = (k0 + _WEYL_0) & _MASK, (k1 + _WEYL_1) & _MASK
        # In place, because allocating memory would take as long as the computation.
        np.multiply(multiplier_0, c0, out=product_0)
        np.multiply(multiplier_1, c2, out=product_1)
        np.right_shift(product_1, half, out=c0)
        c0 ^= c1
        c0 ^= np.uint64(k0)
        np.bitwise_and(product_1, mask, out=c1)
        np.right_shift(product_0, half, out=c2)
        c2 ^= c3
        c2 ^= np.uint64(k1)
        np.bitwise_and(product_0, mask, out=c3)
    return c0, c1, c2, c3


def _from_words(high: Words, low: Words) -> NDArray[np.float64]:
    return (((high << np.uint64(20)) | (low >> np.uint64(12))).astype(np.float64) + 0.5) * _INVERSE_2_52


def exponential(u: float) -> float:
    """Returns the Exp(1) variate of a uniform ``u`` in (0, 1); always positive and finite."""
    return -math.log(u)


def logistic(u: float) -> float:
    """Returns the standard logistic variate of a uniform ``u`` in (0, 1): scale 1, mean 0."""
    return math.log(u / (1.0 - u))


def normal(u: float) -> float:
    """Returns the standard normal variate of a uniform ``u`` in (0, 1), to about 1e-16 relative.

    Only ``math`` is used, so that interpreter and compiled code agree to the last bit.
    Source: Wichura (1988), algorithm AS 241 (PPND16), doi:10.2307/2347330.
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        numerator = (
            (
                (
                    (((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r + 45921.953931549871457) * r
                    + 13731.693765509461125
                )
                * r
                + 1971.5909503065514427
            )
            * r
            + 133.14166789178437745
        ) * r + 3.387132872796366608
        denominator = (
            (
                (
                    (((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r + 21213.794301586595867) * r
                    + 5394.1960214247511077
                )
                * r
                + 687.1870074920579083
            )
            * r
            + 42.313330701600911252
        ) * r + 1.0
        return q * numerator / denominator
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        r -= 1.6
        numerator = (
            (
                (
                    (((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r + 1.27045825245236838258)
                    * r
                    + 3.64784832476320460504
                )
                * r
                + 5.7694972214606914055
            )
            * r
            + 4.6303378461565452959
        ) * r + 1.42343711074968357734
        denominator = (
            (
                (
                    (
                        ((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                        + 0.14810397642748007459
                    )
                    * r
                    + 0.68976733498510000455
                )
                * r
                + 1.6763848301838038494
            )
            * r
            + 2.05319162663775882187
        ) * r + 1.0
    else:
        r -= 5.0
        numerator = (
            (
                (
                    (
                        ((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                        + 0.026532189526576123093
                    )
                    * r
                    + 0.29656057182850489123
                )
                * r
                + 1.7848265399172913358
            )
            * r
            + 5.4637849111641143699
        ) * r + 6.6579046435011037772
        denominator = (
            (
                (
                    (
                        ((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                        + 7.868691311456132591e-4
                    )
                    * r
                    + 0.0148753612908506148525
                )
                * r
                + 0.13692988092273580531
            )
            * r
            + 0.59983220655588793769
        ) * r + 1.0
    return -numerator / denominator if q < 0.0 else numerator / denominator
