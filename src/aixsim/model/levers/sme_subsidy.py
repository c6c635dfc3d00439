"""A subsidy for small firms: a part of a project's cost that firms of the chosen classes are given without a call, such as a tax relief."""

from __future__ import annotations

from aixsim.model.lever import Lever, starts, stops, window
from aixsim.model.parameters import Parameters, names, real
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import SIZES


class SmeSubsidy(Parameters):
    """Settings of the lever."""

    start: str = starts("2027-01", "assumed: the plan has none", "assumed")
    stop: str = stops()
    share: float = real(
        0.2,
        "1",
        0.0,
        0.99,
        "share of a project's cost that is given without a call",
        "a decision; smart_factory_unit_support.csv: calls gave up to 0.5",
        "assumed",
        "0 to 0.5",
    )
    sizes: tuple[str, ...] = names(["micro", "small", "medium"], SIZES, "size classes that are given it", "assumed", "assumed")


def apply(scenario: Scenario, p: SmeSubsidy, problem: Problem) -> None:
    """Raises the public share of the cost that the classes expect."""
    first, end = window(p, problem.horizon)
    scenario.support[first:end, [SIZES.index(name) for name in p.sizes]] += p.share


LEVER = Lever(
    name="sme_subsidy",
    title="A subsidy or tax relief for small firms",
    apply=apply,
    neutral={"share": 0.0},
    parameters=SmeSubsidy,
    source="assumed; a lever that the plan does not name",
)
