"""Test beds: firms of the chosen sizes try AI at public expense, which carries a share of their project's cost."""

from collections.abc import Mapping
from typing import Any

from aixsim.model.lever import Lever, start_card, stop_card, window
from aixsim.model.parameters import Card
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import SIZES


def apply(scenario: Scenario, settings: Mapping[str, Any], problem: Problem) -> None:
    """Adds the share to the support that firms expect, in the months of the window."""
    first, end = window(settings, problem.horizon)
    for size in settings["sizes"]:
        scenario.support[first:end, SIZES.index(size)] += settings["share"]


LEVER = Lever(
    name="test_beds",
    title="Public test beds",
    apply=apply,
    neutral={"share": 0.0},
    cards=(
        start_card("2026-01", "assumed", "assumed"),
        stop_card(),
        Card(
            "share", 0.2, "1", 0.0, 0.99, "share of a project's cost that a test bed spares the firm", "assumed", "assumed", "0.05 to 0.4"
        ),
        Card("sizes", ["small", "medium"], "1", 0, 0, "size classes served", "assumed", "assumed", kind="names", choices=SIZES),
    ),
    source="assumed",
)
