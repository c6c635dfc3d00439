"""Run in a copy of the package to which everything in ``additions`` has been added: does each act, and do both engines agree on it?

Prints JSON: by addition ``acts`` (the kernel gives something else than without it), ``agrees`` (with the reference engine), ``fault`` (the
reference engine given a slightly different addition is told apart) and ``stated`` (configs and documentation know it).
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from aixsim.config import schema
from aixsim.engines.agreement import first_difference
from aixsim.engines.kernel import replicate as kernel
from aixsim.engines.kernel.tabulate import tables
from aixsim.engines.reference import diffusion_model as reference
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.model.tabulation import group_counts, outcome_counts
from aixsim.report.documentation import PARTS
from aixsim.world.classification import SIZES
from aixsim.world.population import Population
from tests import worlds

N = 150
POPULATION = replace(Population.homogeneous(N, 1), size=(np.arange(N) % 5).astype(np.int8), employees=np.arange(5, N + 5, dtype=np.int32))
LAWS = {"innovation": {"rate": 0.01}, "peers": {"rate": 0.1}}
OPEN_DAYS = {"start": "2024-06", "stop": "9999-12", "strength": 0.5}


def world(more_laws: dict[str, Any] | None = None, programme: dict[str, Any] | None = None, **changes: Any) -> Problem:
    """Firms of all sizes, some of which are funded each spring."""
    line = worlds.programme(budget_krw_bn=dict.fromkeys((2024, 2025, 2026), 6.0), call_months=[3, 9], **programme or {})
    chosen = worlds.settings(
        LAWS | (more_laws or {}),
        funding={"mode": "programmes", "own_rate": 0.02},
        programme=[line],
        implementation={"median_months": dict.fromkeys(SIZES, 8.0), "success": dict.fromkeys(SIZES, 0.7)}
        | changes.pop("implementation", {}),
        **changes,
    )
    return worlds.problem(chosen, population=POPULATION, end="2026-12")


def louder(name: str) -> Callable[[Scenario], None]:
    """A law that is a thousandth stronger."""

    def fault(scenario: Scenario) -> None:
        scenario.mechanisms = tuple(
            (replace(law, hazard=lambda sensed, p, law=law: 1.001 * law.hazard(sensed, p)), p) if law.name == name else (law, p)
            for law, p in scenario.mechanisms
        )

    return fault


def stronger(scenario: Scenario) -> None:
    """Open days that are a twentieth stronger."""
    scenario.own_rate[5:] *= 1.05


def longer(scenario: Scenario) -> None:
    """Projects that may last a month longer."""
    section: Any = scenario.implementation
    scenario.implementation = replace(section, longest_months=section.longest_months + 1)


def dearer(scenario: Scenario) -> None:
    """Guarantees that set aside one won more."""
    terms: list[Any] = [line.terms for line in scenario.lines]
    scenario.lines = [replace(line, terms=replace(p, cover=p.cover + 1e-9)) for line, p in zip(scenario.lines, terms, strict=True)]


def judged(with_it: Problem, fault: Callable[[Scenario], None]) -> dict[str, bool]:
    """Runs both engines with an addition, the kernel without it, and the reference engine with a fault in it."""
    scenario, faulty, without = draw_scenario(with_it, 0), draw_scenario(with_it, 0), world()
    fault(faulty)
    fast = kernel.run(with_it, scenario)

    def same(problem: Problem, other: Any) -> bool:
        return first_difference(fast, other, problem, scenario) is None

    return {
        "acts": not same(without, kernel.run(without, draw_scenario(without, 0))),
        "agrees": same(with_it, reference.run(with_it, scenario)),
        "fault": not same(with_it, reference.run(with_it, faulty)),
    }


def outcome() -> dict[str, bool]:
    """Counts small firms that wait, event by event, beside both tabulations."""
    problem = world()
    scenario = draw_scenario(problem, 0)
    history, at, n_months = kernel.run(problem, scenario), OUTCOMES.index("waiting_small"), problem.horizon.n_months
    total, groups = tables(history, scenario.counts, n_months, POPULATION)
    sign = {Event.DECIDED: 1, Event.DECIDED_AGAIN: 1, Event.LAUNCHED: -1, Event.WITHDRAWN: -1}
    by_hand = np.zeros(n_months, np.int32)
    for month, event, firm in zip(history.month.tolist(), history.event.tolist(), history.firm.tolist(), strict=True):
        if POPULATION.size[firm] <= SIZES.index("small"):
            by_hand[month:] += sign.get(Event(event), 0)
    slow = outcome_counts(history, scenario.counts, n_months, POPULATION)
    return {
        "acts": bool(by_hand.any()) and np.array_equal(total[at], by_hand),
        "agrees": np.array_equal(total, slow) and np.array_equal(groups, group_counts(history, scenario.counts, n_months, POPULATION)),
        "fault": not np.array_equal(slow[at], by_hand + 1),
    }


def figure() -> dict[str, bool]:
    """Draws the new figure of a result, and asks for one of nearly the same name, which nobody has added."""
    from aixsim.report.figures.drawing import draw_figures
    from aixsim.report.figures.figure import PlotError
    from aixsim.results.result import open_result
    from tests.result_fixture import make_result

    with tempfile.TemporaryDirectory() as folder:
        result = open_result(make_result(Path(folder) / "result", n=20))
        drawn = draw_figures(result, Path(folder), ["decisions"])
        try:
            draw_figures(result, Path(folder), ["decision"])
        except PlotError as error:
            return {"acts": all(path.stat().st_size > 1000 for path in drawn), "fault": error.suggestion == "decisions"}
        return {"fault": False}


def main() -> None:
    """Prints what is found."""
    found = {
        "mechanism": judged(world({"word_of_mouth": {"rate": 0.05}}), louder("word_of_mouth")),
        "lever": judged(world(levers={"open_days": OPEN_DAYS}), stronger),
        "figure": figure(),
        "parameter": judged(world(implementation={"longest_months": 4}), longer),
        "outcome": outcome(),
        "sense": judged(world({"time": {"rate": 0.02}}), louder("time")),
        "kind of programme": judged(world(programme={"kind": "guarantee", "cover": 0.4}), dearer),
    }
    known = json.dumps(schema()), "\n".join(part() for part in PARTS.values())
    words = {
        "mechanism": "word_of_mouth",
        "lever": "open_days",
        "parameter": "longest_months",
        "outcome": "waiting_small",
        "kind of programme": "guarantee",
    }
    for name, word in words.items():
        found[name]["stated"] = all(word in text for text in known)
    found["sense"]["stated"] = "season" in known[1]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
