"""Engines: the same schedule carried out twice, to be read and to be fast."""

from __future__ import annotations

from collections.abc import Callable

from aixsim.core.history import History
from aixsim.core.problem import Problem
from aixsim.core.scenario import Scenario

ENGINES = ("kernel", "mesa")


def prepare(name: str, problem: Problem, scenario: Scenario) -> None:
    """Does what an engine has to do once before the first replicate."""
    if name == "kernel":
        from aixsim.engines.kernel import warm_up

        warm_up(problem, scenario)


def engine(name: str) -> Callable[[Problem, Scenario], History]:
    """Returns an engine by name.

    Raises:
        KeyError: there is no such engine.
    """
    if name == "kernel":
        from aixsim.engines.kernel import run as run_kernel

        return run_kernel
    if name == "mesa":
        from aixsim.engines.reference import run

        return run
    raise KeyError(name)
