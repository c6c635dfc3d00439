"""The fast contestants under pytest-benchmark, for its statistics and its history; collected by ``make bench`` alone."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from benchmarks.korea import problem_at
from benchmarks.neutral.workload import workload

from aixsim.engines.kernel.replicate import run as kernel
from aixsim.model.draw_scenario import draw_scenario

N = 10_000


@pytest.mark.parametrize("scale", [0.01, 0.1, 1.0])
def test_kernel_korea(benchmark: Any, scale: float) -> None:
    """One replicate of korea-2030, its scenario drawn."""
    problem = problem_at(scale)
    benchmark.pedantic(kernel, setup=lambda: ((problem, draw_scenario(problem, 0)), {}), rounds=20, warmup_rounds=1)


@pytest.mark.parametrize("name", ["aixsim_kernel", "c_loop", "scipy_sparse"])
def test_neutral(benchmark: Any, name: str) -> None:
    """One replicate of the small law."""
    try:
        run = import_module(f"benchmarks.neutral.{name}").prepare(workload(N))
    except FileNotFoundError as error:
        pytest.skip(str(error))
    benchmark.pedantic(run, args=(1,), rounds=20, warmup_rounds=1)


def test_neutral_mesa(benchmark: Any) -> None:
    """The 60 months of one replicate, its model built."""
    begin = import_module("benchmarks.neutral.mesa_agents").build(workload(N))
    benchmark.pedantic(lambda run: run(), setup=lambda: ((begin(1),), {}), rounds=3)
