"""The plain C loop, compiled with ``-O3 -march=native`` when it is first asked for."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from benchmarks.neutral.workload import MONTHS, Q_EACH, P, Workload
from numpy.typing import NDArray

BLOCK = 32
COMPILER = ("gcc", "-O3", "-march=native")


@cache
def library() -> ctypes.CDLL:
    """Compiles the loop into a folder for the time being.

    Raises:
        FileNotFoundError: there is no gcc.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "loop.so"
        source = Path(__file__).with_name("c_loop.c")
        subprocess.run([*COMPILER, "-shared", "-fPIC", str(source), "-o", str(target), "-lm"], check=True)
        return ctypes.CDLL(str(target))


def prepare(work: Workload) -> Callable[[int], NDArray[np.int64]]:
    """Returns what runs one replicate: adopters by month, ``(60,)``; its buffers are used again."""
    simulate = library().simulate
    start, target = work.followers()
    padded = -(-work.n // BLOCK) * BLOCK
    hazard, left = np.empty(padded, np.float32), np.empty(padded, np.float32)
    adopter, out = np.empty(padded, np.int32), np.empty(MONTHS, np.int64)
    arrays = (start, target, hazard, left, adopter, out)
    numbers = [ctypes.c_int64(work.n), ctypes.c_int64(padded), ctypes.c_int64(MONTHS), ctypes.c_double(P), ctypes.c_double(Q_EACH)]

    def run(replicate: int) -> NDArray[np.int64]:
        simulate(*numbers, ctypes.c_uint64(replicate), *(ctypes.c_void_p(array.ctypes.data) for array in arrays))
        return out.copy()

    return run
