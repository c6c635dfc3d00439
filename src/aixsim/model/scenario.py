"""What one replicate is given: every number drawn, every lever applied, nothing left to look up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.model.adequacy import Adequacy
from aixsim.model.capacity import NO_LIMIT, Capacity
from aixsim.model.climate import Climate
from aixsim.model.economics import Economics
from aixsim.model.funding import Funding
from aixsim.model.implementation import Implementation
from aixsim.model.matching import Matching
from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameters
from aixsim.model.programme_kind import ProgrammeKind
from aixsim.model.reuse import Reuse
from aixsim.model.sensing import Sensing
from aixsim.model.susceptibility import Susceptibility
from aixsim.model.uplift import Uplifts
from aixsim.world.classification import ROUTES

_PROGRAMME: Final = ROUTES.index("programme")


@dataclass(slots=True)
class FundingLine:
    """Public money with rules: a programme, or the projects paid by AX parks. Money is whole won.

    Attributes:
        name: as in the config.
        route: index into ``ROUTES`` of the projects it pays (members of a started model count as ``collaboration``).
        budget: int64, shape ``(n_years,)``.
        beyond: int64, shape ``(instalments - 1,)``: budgets of the years after the horizon, which instalments reserve.
        grant: int64, shape ``(n_years, 5)``: money for one project by size class, in the year of the call, at most when it pays a share;
            what its budget pays for one is up to ``kind``.
        share: float64, shape ``(5,)``: share of a project's cost that it pays, up to the grant; 0 for all: it pays the grant.
        instalments: years over which a grant is paid; later years are reserved.
        calls: bool, shape ``(n_months,)``.
        lag: months from the call to the launch.
        size, province, sector, agent_type: bool by category: who may apply.
        park_tenants_only: only tenants of a park that is open.
        quota: float64 ``(n_months,)``, share of the year's budget that a call keeps for members of collaboration models first.
        floor: float64 ``(n_months,)``, the same for firms outside the Capital pole.
        change: int64 ``(n_years,)``, won by which a year's budget changes when the year begins (in the first month of the horizon for
            the first year), after what the year before passes on; a cut takes at most what no earlier call has reserved. Nobody knows
            of it before.
        kind, terms: what becomes of the money of a project, and the values of the kind's parameters.
        carries: what is left at the end of a year moves to the next one instead of lapsing.
        lot: where the sum of the chances starts by which a sample awards what is left below one grant (``funding.award_rest``).
    """

    name: str
    route: int
    budget: NDArray[np.int64]
    beyond: NDArray[np.int64]
    grant: NDArray[np.int64]
    share: NDArray[np.float64]
    instalments: int
    calls: NDArray[np.bool_]
    lag: int
    size: NDArray[np.bool_]
    province: NDArray[np.bool_]
    sector: NDArray[np.bool_]
    agent_type: NDArray[np.bool_]
    quota: NDArray[np.float64]
    floor: NDArray[np.float64]
    change: NDArray[np.int64]
    kind: ProgrammeKind
    terms: Parameters
    park_tenants_only: bool = False
    carries: bool = False
    lot: float = 0.0

    @property
    def matches(self) -> bool:
        """Whether it pays a share of the cost, so that the firm must bring the rest."""
        return bool(self.share.any())

    def multiply(self, factor: NDArray[np.float64]) -> None:
        """Multiplies what each year is to have, shape ``(n_years,)``; several factors multiply, to the won in any order."""
        self.change = np.rint((self.budget + self.change) * factor).astype(np.int64) - self.budget


@dataclass(slots=True)
class Scenario:
    """Everything that both engines read in one replicate.

    Shapes: ``n`` firms, ``T`` months, ``P`` parks, ``C`` collaboration models, 5 size classes.

    Attributes:
        seed, replicate: with these the engines address their random numbers.
        scale: share of the national population.
        drawn: value of every uncertainty by config key.
        sensing, susceptibility, climate, economics, funding, implementation, matching, reuse, capacity, adequacy: values of the sections'
            parameters.
        mechanisms: active mechanisms with the values of their parameters, in the order in which hazards are added.
        class_factor: float64 ``(5, 2)``, susceptibility by size class and readiness; times the frailty it has mean 1 over the population.
        frailty: float64 ``(n,)``, read-only, shared by replicates.
        climate_index: float64 ``(T,)``, m(t).
        support: float64 ``(T, 5)``, share of a project's cost that a firm expects public money to pay, in 0..0.99. Levers add to it
            what they give beside the programmes; what the programmes offer is added once all levers are applied.
        park_open, park_close: int64 ``(P,)``, first month of a park and first month no longer; ``T`` or more for never.
        park_service: float64 ``(P, T)``.
        model_of: int32 ``(n,)``, the firm's collaboration model, -1 for none (the lead belongs to its model).
        model_lead: int32 ``(C,)``; model_start, model_stop: int64 ``(C,)``, first month and first month no longer.
        lines: programmes and the parks' money, in the order in which they hold their calls.
        priority: float64 ``(T, 17, 23)``, bonus in the ranking by province and sector.
        zone: float64 ``(T, 17, 23)``, activity of regulation-free zones by province and sector, in 0..1.
        zone_duration_factor: what a fully active zone multiplies durations by.
        tie_factor: float64 ``(T, 5)``, what tie hazards are multiplied by, by tier of the supply chain.
        cell_tie_factor: float64 ``(T, 17, 23)``, what tie hazards are multiplied by after that, by province and sector.
        credit: float64 ``(T, 8)``, share of a project's cost that credit carries for those who pay themselves, by pole, in 0..1.
        uplifts: firms whose susceptibility is raised for good, and when.
        own_rate: float64 ``(T, 5)``, monthly hazard that a decided firm pays itself at unit cost, before the cost falls.
        own_burden: float64 ``(5,)``, project cost over a year's sales of a mean firm of the class.
        park_duration_factor: what an open park multiplies the duration of its tenants by.
        park_cost_share, park_staff_share: shares of the cost, and of the vendors and engineers, that an open park spares its tenants.
        log_mean_employees: float64 ``(5,)``, logarithm of the mean number of employees by size class.
        projects_at_once: float64 ``(T,)``, projects of the nation that vendors and engineers can carry out at once, 0 for no limit; levers
            multiply it.
        room: int64 ``(T,)``, what smart factories leave of it for the sample, in 1 / ``capacity.UNIT``; set after all levers.
        counts: bool ``(4,)``, which routes count as AI factories.
        initial_adopters: the first so many firms operate at the start (theory).
    """

    seed: int
    replicate: int
    scale: float
    drawn: dict[str, float]
    sensing: Sensing
    susceptibility: Susceptibility
    climate: Climate
    economics: Economics
    funding: Funding
    implementation: Implementation
    matching: Matching
    reuse: Reuse
    capacity: Capacity
    adequacy: Adequacy
    mechanisms: tuple[tuple[Mechanism, Any], ...]
    class_factor: NDArray[np.float64]
    frailty: NDArray[np.float64]
    climate_index: NDArray[np.float64]
    support: NDArray[np.float64]
    park_open: NDArray[np.int64]
    park_close: NDArray[np.int64]
    park_service: NDArray[np.float64]
    model_of: NDArray[np.int32]
    model_lead: NDArray[np.int32]
    model_start: NDArray[np.int64]
    model_stop: NDArray[np.int64]
    priority: NDArray[np.float64]
    zone: NDArray[np.float64]
    zone_duration_factor: float
    tie_factor: NDArray[np.float64]
    cell_tie_factor: NDArray[np.float64]
    credit: NDArray[np.float64]
    uplifts: Uplifts
    own_rate: NDArray[np.float64]
    own_burden: NDArray[np.float64]
    park_duration_factor: float
    park_cost_share: float
    park_staff_share: float
    log_mean_employees: NDArray[np.float64]
    projects_at_once: NDArray[np.float64]
    room: NDArray[np.int64]
    counts: NDArray[np.bool_]
    initial_adopters: int
    lines: list[FundingLine] = field(default_factory=list)

    @property
    def matches(self) -> bool:
        """Whether some line pays a share of the cost of a project, so that costs and own money of firms count."""
        return any(line.matches for line in self.lines)

    @property
    def is_limited(self) -> bool:
        """Whether vendors and engineers are ever short."""
        return bool((self.room < NO_LIMIT).any())

    def programmes(self, name: str = "all") -> list[FundingLine]:
        """Returns the lines of all programmes, or of the one of that name."""
        return [line for line in self.lines if line.route == _PROGRAMME and name in ("all", line.name)]
