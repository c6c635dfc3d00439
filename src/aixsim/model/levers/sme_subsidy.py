"""A subsidy for small firms: a part of a project's cost that firms of the chosen classes are given without a call, such as a tax relief."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aixsim.model.lever import Lever, start_card, stop_card, window
from aixsim.model.parameters import Card
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import SIZES


def apply(scenario: Scenario, settings: Mapping[str, Any], problem: Problem) -> None:
    """Raises the public share of the cost that the classes reckon with."""
    first, end = window(settings, problem.horizon)
    scenario.support[first:end, [SIZES.index(name) for name in settings["sizes"]]] += settings["share"]


LEVER = Lever(
    name="sme_subsidy",
    title="A subsidy or tax relief for small firms",
    apply=apply,
    neutral={"share": 0.0},
    cards=(
        start_card("2027-01", "assumed: the plan has none", "assumed"),
        stop_card(),
        Card(
            "share",
            0.2,
            "1",
            0.0,
            0.99,
            "share of a project's cost that is given without a call",
            "a decision; smart_factory_unit_support.csv: calls gave up to 0.5",
            "assumed",
            "0 to 0.5",
        ),
        Card(
            "sizes",
            ["micro", "small", "medium"],
            "1",
            0,
            0,
            "size classes that are given it",
            "assumed",
            "assumed",
            kind="names",
            choices=SIZES,
        ),
    ),
    source="assumed; a lever that the plan does not name",
)
