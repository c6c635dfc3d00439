"""Engines: the same schedule implemented twice: readable and fast."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from aixsim.model.history import History
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario

ENGINES = ("kernel", "mesa")
_LAWLESS = ("code_folder", "compile", "records")
"""Modules of the kernel that do not depend on which laws there are; the others make their records and sums of laws when they are read."""


def prepare(name: str, problem: Problem, scenario: Scenario) -> None:
    """Does what an engine has to do once before the first replicate."""
    if name == "kernel":
        _kernel(problem, scenario).warm_up(problem, scenario)


def engine(name: str) -> Callable[[Problem, Scenario], History]:
    """Returns an engine by name.

    Raises:
        KeyError: there is no such engine.
    """
    if name == "kernel":
        return _run_kernel
    if name == "mesa":
        from aixsim.engines.reference.diffusion_model import run

        return run
    raise KeyError(name)


def mesa_alone(scenario: Scenario) -> str | None:
    """Returns why only the reference engine can run a scenario, in a few words; None when both can."""
    from aixsim.engines.kernel.compile import why_not_compiled

    for mechanism, _ in scenario.mechanisms:
        reason = why_not_compiled(mechanism)
        if reason is not None:
            return f"the law of mechanisms.{mechanism.name}: {reason}"
    return None


def _run_kernel(problem: Problem, scenario: Scenario) -> History:
    history: History = _kernel(problem, scenario).run(problem, scenario)
    return history


def _kernel(problem: Problem, scenario: Scenario) -> Any:
    """Returns the kernel; it is made anew when it does not know a law of the scenario, that of a plugin which has come since.

    Raises:
        ValueError: the scenario has a law that cannot be compiled, or that the problem's registry does not hold.
    """
    kernel = import_module("aixsim.engines.kernel.replicate")
    if _unknown(kernel, scenario):
        import_module("aixsim.engines.kernel.compile").use(problem.registry)
        for name in [name for name in sys.modules if name.startswith(f"{__name__}.kernel.") and name.rpartition(".")[2] not in _LAWLESS]:
            del sys.modules[name]
        kernel = import_module("aixsim.engines.kernel.replicate")
        if names := _unknown(kernel, scenario):
            raise ValueError(f"the kernel cannot run {', '.join(names)}")
    return kernel


def _unknown(kernel: Any, scenario: Scenario) -> list[str]:
    return [mechanism.name for mechanism, _ in scenario.mechanisms if mechanism not in kernel.LAWS]
