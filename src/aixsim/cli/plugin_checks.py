"""Requirements for mechanisms and levers: the same checks for those of the package and of users."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from aixsim.config.models import config_model
from aixsim.config.study import Study
from aixsim.engines import engine, mesa_alone, prepare
from aixsim.engines.agreement import first_difference
from aixsim.errors import UserError
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.lever import NEVER, Lever
from aixsim.model.mechanism import Mechanism
from aixsim.model.problem import Problem
from aixsim.model.registry import Registry
from aixsim.model.soundness import falls, gaps, hazard_faults
from aixsim.model.windows import differing, outside
from aixsim.world.cache import korea_population, supply_network

START, STOP, END = "2025-07", "2027-01", "2027-12"
"""Window and horizon. The start is in the middle of a year and the stop at its end, because budgets are by calendar year."""
_SCALE = 0.005
_BUDGET = {str(year): 60.0 for year in range(2024, 2028)}
_WORLD: Mapping[str, Any] = {
    "title": "A small population with every mechanism and lever",
    "horizon": {"start": "2024-01", "end": END},
    "population": {"scale": _SCALE},
    "mechanisms": {
        "innovation": {"rate": 0.004},
        "peers": {"rate": 0.3},
        "partners": {"rate": 0.1},
        "parks": {"rate": 0.01},
        "collaboration": {"rate": 0.05},
        "zones": {"rate": 0.01},
    },
    "levers": {"parks": {"start": "2024-06"}, "collaboration": {"start": "2024-06"}, "regulation_free_zones": {"start": "2024-06"}},
    "programme": [{"name": "yearly", "budget_krw_bn": _BUDGET, "grant_krw_bn": 1.0, "call_months": [3, 9]}],
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of one check.

    Attributes:
        question: the requirement.
        holds: whether it holds; None if it does not apply.
        because: what was found.
    """

    question: str
    holds: bool | None
    because: str

    def __str__(self) -> str:
        """Returns one line."""
        word = {True: "holds", False: "FAILS", None: "note "}[self.holds]
        return f"{word}  {self.question}" + (f": {self.because}" if self.because else "")


def check_item(item: Mechanism | Lever, registry: Registry) -> Iterator[Verdict]:
    """Yields the verdicts on all requirements for a mechanism or lever."""
    return check_mechanism(item, registry) if isinstance(item, Mechanism) else check_lever(item, registry)


def check_mechanism(mechanism: Mechanism, registry: Registry) -> Iterator[Verdict]:
    """Yields the verdicts on all requirements for a mechanism."""
    yield _none("parameters are complete: unit, range, meaning, source, confidence", gaps(mechanism))
    sound = _none("the hazard is a finite number and not negative", hazard_faults(mechanism))
    yield sound
    if not sound.holds:
        return
    yield _none("the hazard does not decrease with the sense", falls(mechanism))
    with_it = small_world(mechanism, registry, {})
    reason = mesa_alone(draw_scenario(with_it, 0))
    if reason is not None:
        yield Verdict("the law compiles", None, f"it runs only on the engine mesa, which is slow: {reason}")
        return
    yield Verdict("the law compiles", True, "it runs on both engines")
    yield _agreement(with_it)


def check_lever(lever: Lever, registry: Registry) -> Iterator[Verdict]:
    """Yields the verdicts on all requirements for a lever."""
    yield _none("parameters are complete: unit, range, meaning, source, confidence", gaps(lever))
    yield neutral_changes_nothing(lever, registry)
    yield does_something(lever, registry)
    yield draws_are_addressed(lever, registry)
    yield acts_inside_its_window(lever, registry)
    yield _agreement(_started(lever, registry))


def neutral_changes_nothing(lever: Lever, registry: Registry) -> Verdict:
    """Checks that the neutral setting leaves three scenarios unchanged."""
    question = "the neutral setting changes nothing"
    without, neutral = small_world(lever, registry, None), small_world(lever, registry, lever.neutral)
    for replicate in range(3):
        if changed := differing(draw_scenario(without, replicate), draw_scenario(neutral, replicate)):
            return Verdict(question, False, f"{', '.join(changed)} of the scenario of replicate {replicate} differ")
    return Verdict(question, True, "")


def does_something(lever: Lever, registry: Registry) -> Verdict:
    """Checks that the defaults change something; if not, the other checks show little."""
    acts = differing(draw_scenario(small_world(lever, registry, None), 0), draw_scenario(_started(lever, registry), 0))
    found = ", ".join(acts) or "nothing in this small population, so the other checks show little"
    return Verdict("the defaults change something", True if acts else None, found)


def draws_are_addressed(lever: Lever, registry: Registry) -> Verdict:
    """Checks that a replicate is reproducible; random numbers without an address are not."""
    world = _started(lever, registry)
    changed = differing(draw_scenario(world, 1), draw_scenario(world, 1))
    return Verdict("a replicate is reproducible", not changed, f"{', '.join(changed)} differ" if changed else "")


def acts_inside_its_window(lever: Lever, registry: Registry) -> Verdict:
    """Checks that the lever has no effect before its start, from its stop on, and in an empty window."""
    question = "acts only inside its window"
    names = {item.name for item in lever.parameters.declared}
    if not {"start", "stop"} <= names:
        return Verdict(question, None, "it has no parameters start and stop, so it always acts")
    before = draw_scenario(small_world(lever, registry, None), 0)
    for start, stop in ((START, NEVER), (START, STOP), ("2000-01", "2027-07"), ("2026-01", "2026-01"), ("2050-01", NEVER)):
        world = small_world(lever, registry, {"start": start, "stop": stop})
        after = draw_scenario(world, 0)
        p: Any = lever.parameters.read(world.settings["levers"][lever.name])
        acts = outside(before, after, p, world)
        if start == stop or start > END:
            acts = acts or set(differing(before, after))
        if acts:
            return Verdict(question, False, f"with the window from {start} to before {stop} it changes {', '.join(sorted(acts))} outside")
    return Verdict(question, True, "")


def small_world(item: Mechanism | Lever, registry: Registry, settings: Mapping[str, Any] | None) -> Problem:
    """Returns a small Korean population with every mechanism, parks, collaboration models and zones.

    Args:
        item: mechanism or lever of the registry.
        registry: mechanisms and levers that the study may use.
        settings: settings of the item, as in a config; None to leave the item out.
    """
    group = "mechanisms" if isinstance(item, Mechanism) else "levers"
    tables = {name: table for name, table in _WORLD[group].items() if name != item.name}
    if settings is not None:
        tables[item.name] = dict(settings)
    try:
        table = config_model(registry).model_validate({**_WORLD, group: tables})
    except ValidationError as error:
        wrong = error.errors()[0]
        raise UserError(f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}; fix the neutral setting or the ranges") from error
    study = Study("check", Path(), table, registry)
    population = korea_population(_SCALE, 1)
    network = supply_network(population, _SCALE, 1, study.network.links_per_firm)
    return Problem(study.horizon, population, network, study.settings, _SCALE, 20301231, registry)


def _started(lever: Lever, registry: Registry) -> Problem:
    """Returns the study with a lever's defaults, from a month in which it can act."""
    return small_world(lever, registry, {"start": START} if any(item.name == "start" for item in lever.parameters.declared) else {})


def _agreement(world: Problem) -> Verdict:
    scenario = draw_scenario(world, 0)
    prepare("kernel", world, scenario)
    kernel, mesa = engine("kernel")(world, scenario), engine("mesa")(world, scenario)
    difference = first_difference(kernel, mesa, world, scenario)
    found = f"{len(kernel.firm):,} events and every pressure of {len(world.population):,} firms are the same"
    return Verdict("both engines agree", difference is None, difference or found)


def _none(question: str, faults: Iterator[str]) -> Verdict:
    first = next(faults, None)
    return Verdict(question, first is None, first or "")
