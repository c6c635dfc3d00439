"""Tells one firm's diary in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from aixsim.engines.trace import Page
from aixsim.model.history import Event
from aixsim.model.problem import Problem
from aixsim.world.classification import AGENT_TYPES, PROVINCES, ROUTES, SECTORS, SIZES

_SENTENCES = {
    Event.FUNDED: "is funded ({route}) and waits for its contract",
    Event.LAUNCHED: "launches its project ({route})",
    Event.OPERATING: "starts operating: the AI factory is in productive use",
    Event.FAILED: "gives up the project: it did not reach production",
    Event.ABANDONED: "abandons the AI factory",
    Event.WITHDRAWN: "withdraws: neither funded nor able to pay itself",
}
_NEW_EXPOSURE = 1.0e-9


def tell(problem: Problem, pages: Sequence[Page], firm: int) -> str:
    """Returns the story of a firm: a line a month in which something changed for it.

    Args:
        problem: the firm's world.
        pages: as from ``engines.diary.keep_diary``.
        firm: its identity.
    """
    population = problem.population
    park = "" if population.park[firm] < 0 else f", tenant of {population.parks[population.park[firm]].name}"
    ties = int(problem.network.start[firm + 1] - problem.network.start[firm])
    lines = [
        f"Firm {firm}: {AGENT_TYPES[population.agent_type[firm]]}, {SECTORS[population.sector[firm]]}, "
        f"{PROVINCES[population.province[firm]]}, {SIZES[population.size[firm]]}, {population.employees[firm]:,} employees, "
        f"{ties} ties{park}.",
        "Pressure and resistance are those of a firm of mean susceptibility: at pressure = resistance it decides.",
        "",
    ]
    before: dict[str, float] = {}
    for page in pages:
        sentences = _exposures(problem, page, before)
        before = page.sensed or before
        if page.month == 0:
            sentences.insert(0, f"its resistance is {page.resistance:.4g}")
        sentences += _events(page)
        if sentences:
            lines.append(f"{problem.horizon.date(page.month):%Y-%m}  {'; '.join(sentences)}.")
    last = pages[-1]
    lines += ["", f"At the end its pressure is {last.pressure:.4g}, its resistance {last.resistance:.4g}."]
    return "\n".join(lines)


def _exposures(problem: Problem, page: Page, before: dict[str, float]) -> list[str]:
    """Says which exposures have begun or ended: their slow growth is told when the firm decides."""
    told = []
    for name, sensed in page.sensed.items():
        title = problem.registry.mechanisms[name].title.removeprefix("Firms ").removeprefix("Members ").lower()
        if sensed > _NEW_EXPOSURE >= before.get(name, 0.0):
            told.append(f"begins to feel {name} ({title}): {sensed:.3g}")
        elif before.get(name, 0.0) > _NEW_EXPOSURE >= sensed:
            told.append(f"no longer feels {name}")
    return told


def _events(page: Page) -> list[str]:
    told = []
    for event, _route in page.events:
        if event in (Event.DECIDED, Event.DECIDED_AGAIN):
            told.append(_decision(page, again=event == Event.DECIDED_AGAIN))
    funded = any(event == Event.FUNDED for event, _ in page.events)
    for pot in page.applied:
        told.append(f"applies to {pot}" + ("" if funded else " and is refused"))
    for event, route in page.events:
        if event in _SENTENCES:
            own = "its own money" if ROUTES[route] == "own" else f"{ROUTES[route]} money"
            told.append(_SENTENCES[event].format(route=own))
    return told


def _decision(page: Page, *, again: bool) -> str:
    total = sum(page.hazards.values())
    shares = sorted(((hazard, name) for name, hazard in page.hazards.items() if hazard > 0.0), reverse=True)
    parts = ", ".join(f"{name} {hazard / total:.0%} (senses {page.sensed[name]:.3g})" for hazard, name in shares)
    word = "decides again" if again else "decides"
    if page.pressure < page.resistance:
        return f"{word}, because its collaboration model starts and it is the lead"
    return (
        f"{word}: its pressure of {page.pressure:.4g} has passed its resistance of {page.resistance:.4g}; "
        f"this month's hazard of {total:.3g} a month came from {parts}, "
        f"times climate {page.climate:.2f} and economic attraction {page.attraction:.2f}"
    )
