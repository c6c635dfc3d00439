"""One month, in this order: written once, read by both engines and by the documentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the month.

    Attributes:
        name: method of an engine that carries it out.
        does: what happens, for the documentation.
    """

    name: str
    does: str


SCHEDULE: Final = (
    Step(
        "environment",
        "Rules of the policy whose month has ended are checked (7.6.1). The month's investment climate, the cost of a project after "
        "learning, the public support, the budgets of a year that begins, and the parks and collaboration models that are open are set; "
        "trained firms become more susceptible; firms whose pause is over become potential again, with a new resistance.",
    ),
    Step(
        "sense",
        "Every potential firm senses its exposures from the state at the start of the month: decisions of the same month are not visible.",
    ),
    Step(
        "decide",
        "The month's pressure is added to every milieu and to every tie; firms whose pressure has reached their resistance decide, and so "
        "does the lead of a collaboration model that starts this month.",
    ),
    Step(
        "fund",
        "Projects whose contract starts this month are launched. Programmes with a call this month rank their applicants and spend their "
        "budget. "
        "Decided firms without a grant may pay for the project with own money; those refused too often or waiting too long withdraw.",
    ),
    Step(
        "implement",
        "Projects whose time has come start operating or fail, and what loans pay back comes in; operating ones whose life is over are "
        "abandoned. Projects that wait for vendors and engineers start where there is room.",
    ),
    Step("record", "The counts at the end of the month are written down."),
)


def run_month(engine: object) -> None:
    """Carries out every step of ``SCHEDULE`` on an engine that has a method for each."""
    for step in SCHEDULE:
        getattr(engine, step.name)()
