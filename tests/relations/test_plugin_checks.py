"""What a user's own mechanism or lever is asked by ``aixsim check --plugin`` holds for all of the package."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aixsim.cli.plugin_checks import acts_inside_its_window, does_something, draws_are_addressed, neutral_changes_nothing
from aixsim.model.parameters import Parameters, real
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.model.soundness import falls, faults, gaps, hazard_faults
from tests import worlds


@pytest.mark.parametrize("name", worlds.REGISTRY.mechanisms)
def test_every_mechanism_is_sound(name: str) -> None:
    mechanism = worlds.REGISTRY.mechanisms[name]
    for ask in (faults, gaps, hazard_faults, falls):
        assert list(ask(mechanism)) == []


@pytest.mark.parametrize("name", worlds.REGISTRY.levers)
def test_every_lever_is_sound(name: str) -> None:
    lever = worlds.REGISTRY.levers[name]
    assert [*faults(lever), *gaps(lever)] == []
    for ask in (neutral_changes_nothing, draws_are_addressed, acts_inside_its_window):
        verdict = ask(lever, worlds.REGISTRY)
        assert verdict.holds, str(verdict)


def test_planted_faults_are_found() -> None:
    law, lever = worlds.REGISTRY.mechanisms["peers"], worlds.REGISTRY.levers["training"]
    assert list(falls(replace(law, hazard=lambda sensed, p: p.rate * (1.0 - sensed))))
    assert list(hazard_faults(replace(law, hazard=lambda sensed, p: p.rate * (sensed - 0.5))))
    for source, prior in (("", "0 to 1"), ("assumed", "")):

        class Bare(Parameters):
            rate: float = real(0.1, "1/month", 0.0, 1.0, "a rate", source, "assumed", prior)

        assert list(gaps(replace(law, parameters=Bare)))
    assert list(faults(replace(law, parameters=(Bare,))))  # type: ignore[arg-type]  # what a user may write
    assert list(faults(replace(lever, neutral={"per_yaer": 0.0})))
    runs = iter(range(100))

    def restless(scenario: Scenario, p: Any, problem: Problem) -> None:
        scenario.zone_duration_factor -= 1e-9 * next(runs)

    for planted, ask in (
        (restless, neutral_changes_nothing),
        (restless, draws_are_addressed),
        (restless, acts_inside_its_window),
    ):
        twin = replace(lever, apply=planted)
        registry = replace(worlds.REGISTRY, levers={**worlds.REGISTRY.levers, "training": twin})
        assert ask(twin, registry).holds is False
    assert does_something(lever, worlds.REGISTRY).holds
    assert does_something(worlds.REGISTRY.levers["budget"], worlds.REGISTRY).holds is None, "its defaults are neutral"
