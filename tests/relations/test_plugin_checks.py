"""What a user's own mechanism or lever is asked by ``aixsim check --plugin`` holds for all of the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from aixsim.cli.plugin_checks import acts_inside_its_window, does_something, draws_are_addressed, neutral_changes_nothing
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
    assert list(falls(replace(law, hazard=lambda sensed, rate: rate * (1.0 - sensed))))
    assert list(hazard_faults(replace(law, hazard=lambda sensed, rate: rate * (sensed - 0.5))))
    assert list(gaps(replace(law, cards=(replace(law.cards[0], source=""),))))
    assert list(gaps(replace(law, cards=(replace(law.cards[0], prior=""),))))
    assert list(faults(replace(lever, neutral={"per_yaer": 0.0})))
    runs = iter(range(100))

    def restless(scenario: Scenario, settings: Mapping[str, Any], problem: Problem) -> None:
        scenario.experience += 1e-9 * next(runs)

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
