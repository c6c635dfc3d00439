"""The trace of one firm as text."""

from __future__ import annotations

from collections.abc import Sequence

from aixsim.engines.trace import FirmMonth
from aixsim.model.history import Event
from aixsim.model.problem import Problem
from aixsim.report.text.text_layout import page, table
from aixsim.world.classification import AGENT_TYPES, PROVINCES, ROUTES, SECTORS, SIZES

_SENTENCES = {
    Event.FUNDED: "is funded ({route}) and waits for its contract",
    Event.LAUNCHED: "launches its project ({route})",
    Event.OPERATING: "starts operating: the AI factory is in productive use",
    Event.FAILED: "fails: the project did not reach production",
    Event.ABANDONED: "abandons the AI factory",
    Event.WITHDRAWN: "withdraws: it got no grant and could not pay itself",
}
_NEW_EXPOSURE = 1.0e-9


def trace_text(problem: Problem, months: Sequence[FirmMonth], firm: int, width: int | None = None) -> str:
    """Returns the trace of a firm, ``months`` as from ``engines.trace.trace_firm``: one entry per month with a change."""
    population = problem.population
    park = "" if population.park[firm] < 0 else f", tenant of {population.parks[population.park[firm]].name}"
    ties = int(problem.network.start[firm + 1] - problem.network.start[firm])
    head = [
        f"Firm {firm}: {AGENT_TYPES[population.agent_type[firm]]}, {SECTORS[population.sector[firm]]}, "
        f"{PROVINCES[population.province[firm]]}, {SIZES[population.size[firm]]}, {population.employees[firm]:,} employees, "
        f"{ties} ties{park}.",
        "Pressure and resistance are those of a firm of mean susceptibility; at pressure = resistance it decides.",
    ]
    rows: list[tuple[str, str]] = []
    before: dict[str, float] = {}
    for month in months:
        changes = _exposures(problem, month, before)
        before = month.sensed or before
        if month.month == 0:
            changes.insert(0, f"its resistance is {month.resistance:.4g}")
        changes += _events(month)
        if changes:
            rows.append((f"{problem.horizon.date(month.month):%Y-%m}", f"{'; '.join(changes)}."))
    last = months[-1]
    foot = f"At the end its pressure is {last.pressure:.4g}, its resistance {last.resistance:.4g}."
    return page([head, [table(("", ""), rows)], [foot]], width)


def _exposures(problem: Problem, month: FirmMonth, before: dict[str, float]) -> list[str]:
    """Returns which exposures have begun or ended; their sizes are shown at the decision."""
    changes = []
    for name, sensed in month.sensed.items():
        title = problem.registry.mechanisms[name].title.removeprefix("Firms ").removeprefix("Members ").lower()
        if sensed > _NEW_EXPOSURE >= before.get(name, 0.0):
            changes.append(f"starts to sense {name} ({title}): {sensed:.3g}")
        elif before.get(name, 0.0) > _NEW_EXPOSURE >= sensed:
            changes.append(f"no longer senses {name}")
    return changes


def _events(month: FirmMonth) -> list[str]:
    decided = (Event.DECIDED, Event.DECIDED_AGAIN)
    changes = [_decision(month, again=event == Event.DECIDED_AGAIN) for event, _ in month.events if event in decided]
    refused = "" if any(event == Event.FUNDED for event, _ in month.events) else " and is refused"
    changes += [f"applies to {programme}{refused}" for programme in month.applied]
    for event, route in month.events:
        if event in _SENTENCES:
            own = "its own money" if ROUTES[route] == "own" else f"{ROUTES[route]} money"
            changes.append(_SENTENCES[event].format(route=own))
    return changes


def _decision(month: FirmMonth, *, again: bool) -> str:
    total = sum(month.hazards.values())
    shares = sorted(((hazard, name) for name, hazard in month.hazards.items() if hazard > 0.0), reverse=True)
    parts = ", ".join(f"{name} {hazard / total:.0%} (senses {month.sensed[name]:.3g})" for hazard, name in shares)
    word = "decides again" if again else "decides"
    if month.pressure < month.resistance:
        return f"{word}, because its collaboration model starts and it is the lead"
    return (
        f"{word}: its pressure of {month.pressure:.4g} has passed its resistance of {month.resistance:.4g}; "
        f"this month's hazard of {total:.3g} a month came from {parts}, "
        f"times climate {month.climate:.2f} and economic attraction {month.attraction:.2f}"
    )
