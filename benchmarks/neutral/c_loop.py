"""The plain C loop, compiled with ``-O3 -march=native`` when it is first asked for."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from benchmarks.neutral.workload import DEGREE, MONTHS, P, Q, Workload
from numpy.typing import NDArray

BLOCK = 64


def library() -> ctypes.CDLL:
    """Compiles the loop into a folder for the time being; gcc is needed."""
    target = Path(tempfile.mkdtemp()) / "loop.so"
    source = Path(__file__).with_name("c_loop.c")
    subprocess.run(["gcc", "-O3", "-march=native", "-shared", "-fPIC", str(source), "-o", str(target), "-lm"], check=True)
    return ctypes.CDLL(str(target))


def prepare(work: Workload) -> Callable[[int], NDArray[np.int64]]:
    """Returns what runs one replicate: adopters by month, ``(60,)``; its buffers are used again."""
    simulate = library().simulate
    order = np.argsort(work.sources.ravel(), kind="stable")
    target = (order // DEGREE).astype(np.int32)
    start = np.zeros(work.n + 1, np.int32)
    np.cumsum(np.bincount(work.sources.ravel(), minlength=work.n), out=start[1:])
    padded = -(-work.n // BLOCK) * BLOCK
    count, adopter = np.empty(padded, np.int32), np.empty(padded, np.int32)
    pressure, resistance, out = np.empty(padded), np.empty(padded), np.empty(MONTHS, np.int64)
    arrays = (start, target, count, pressure, resistance, adopter, out)
    numbers = [ctypes.c_int64(work.n), ctypes.c_int64(padded), ctypes.c_int64(MONTHS), ctypes.c_double(P), ctypes.c_double(Q / DEGREE)]

    def run(replicate: int) -> NDArray[np.int64]:
        simulate(*numbers, ctypes.c_uint64(replicate), *(ctypes.c_void_p(array.ctypes.data) for array in arrays))
        return out.copy()

    return run
