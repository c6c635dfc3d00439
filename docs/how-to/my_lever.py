"""Test beds: firms of the chosen sizes try AI at public expense, which carries a share of their project's cost."""

from aixsim.model.lever import Lever, starts, stops, window
from aixsim.model.parameters import Parameters, names, real
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import SIZES


class TestBeds(Parameters):
    """Settings of the lever."""

    start: str = starts("2026-01", "assumed", "assumed")
    stop: str = stops()
    share: float = real(
        0.2, "1", 0.0, 0.99, "share of a project's cost that a test bed spares the firm", "assumed", "assumed", "0.05 to 0.4"
    )
    sizes: tuple[str, ...] = names(["small", "medium"], SIZES, "size classes served", "assumed", "assumed")


def apply(scenario: Scenario, p: TestBeds, problem: Problem) -> None:
    """Adds the share to the support that firms expect, in the months of the window."""
    first, end = window(p, problem.horizon)
    for size in p.sizes:
        scenario.support[first:end, SIZES.index(size)] += p.share


LEVER = Lever(
    name="test_beds",
    title="Public test beds",
    apply=apply,
    neutral={"share": 0.0},
    parameters=TestBeds,
    source="assumed",
)
