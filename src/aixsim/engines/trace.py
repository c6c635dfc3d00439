"""Traces one firm through a replicate of the reference engine: what it sensed, why it decided, what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from aixsim.engines.reference.codes import Stage
from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.engines.reference.firm import Firm
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event
from aixsim.model.pressure import UNIT
from aixsim.model.problem import Problem


@dataclass(frozen=True, slots=True)
class FirmMonth:
    """One month of one firm.

    Attributes:
        month: position in the horizon.
        sensed: what the firm sensed by mechanism, in 0..1.
        hazards: what each mechanism added, in 1/month; empty when the firm was not potential.
        climate, attraction: what the hazards were multiplied by.
        pressure, resistance: accumulated by the end of the month, and what it takes, both over the susceptibility.
        events: what happened, with the route.
        applied: programmes whose call the firm entered.
    """

    month: int
    sensed: dict[str, float]
    hazards: dict[str, float]
    climate: float
    attraction: float
    pressure: float
    resistance: float
    events: list[tuple[Event, int]] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)


def trace_firm(problem: Problem, replicate: int, identity: int) -> list[FirmMonth]:
    """Runs one replicate on the reference engine and returns the trace of one firm, month by month."""
    model = DiffusionModel(problem, draw_scenario(problem, replicate))
    firm = model.firms[identity]
    return [_month(model, firm) for _ in range(problem.horizon.n_months)]


def _month(model: DiffusionModel, firm: Firm) -> FirmMonth:
    already = len(model.log.rows)
    model.step()
    events = [(Event(event), route) for _, event, who, route in model.log.rows[already:] if who == firm.identity]
    # A firm senses only while it is potential, which it was if it still is or decided this month.
    sensing = firm.stage == Stage.POTENTIAL or any(event in (Event.DECIDED, Event.DECIDED_AGAIN) for event, _ in events)
    return FirmMonth(
        month=model.month,
        sensed={**firm.milieu.sensed, **firm.sensed} if sensing else {},
        hazards={**firm.milieu.hazards, **firm.hazards} if sensing else {},
        climate=model.climate,
        attraction=model.attraction[firm.size],
        pressure=(firm.milieu.pressure + firm.pressure) / UNIT,
        resistance=firm.threshold / UNIT,
        events=events,
        applied=[line for month, line in firm.applications if month == model.month],
    )
