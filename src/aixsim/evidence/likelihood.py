"""The likelihood of particles given observed counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aixsim.config.observations import OF_PROGRAMMES, Observed
from aixsim.config.study import Study
from aixsim.errors import UserError
from aixsim.evidence.simulator import Seen
from aixsim.model.calendar import Horizon
from aixsim.model.outcomes import OUTCOMES, STOCKS
from aixsim.model.problem import Problem
from aixsim.stats.counting_law import log_mass, widened
from aixsim.world.classification import SIZES
from aixsim.world.population import Population

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Datum:
    """One observed count of the likelihood.

    Attributes:
        label: name for reports.
        count: observed count; for a share, share times number of firms.
        item: the observation.
        since: month of the previous cumulative count, if the increase is compared; None if the level is.
        n_firms: number of national firms in the size class or park of a share; else 1.
    """

    label: str
    count: float
    item: Observed
    since: str | None
    n_firms: float = 1.0


def usable(study: Study, *, as_of: str | None = None, verified_only: bool = False, with_held_out: Sequence[str] = ()) -> list[Observed]:
    """Returns the observations that a calibration may use, by month.

    Args:
        study: with ``[[observed]]``.
        as_of: leave out observations that became public after this month.
        verified_only: leave out observations marked ``verified = false``.
        with_held_out: groups (``size``, ``park``) whose held-out shares are used.
    """
    chosen = [
        item
        for item in study.observed
        if (as_of is None or item.public <= as_of)
        and (item.verified or not verified_only)
        and (item.group in with_held_out or not item.held_out)
    ]
    return sorted(chosen, key=lambda item: item.month)


def data(items: Sequence[Observed], population: Population, scale: float) -> list[Datum]:
    """Returns the observed counts of the likelihood.

    Raises:
        UserError: a cumulative count decreases.
    """
    out = []
    before: dict[str, Observed] = {}
    for item in items:
        what = f"{item.outcome} {item.month}"
        if item.is_share:
            firms = n_firms(item, population) / scale
            out.append(Datum(f"{what}, {item.size or item.park}", item.value * firms, item, None, firms))
        # A stock is compared by its level, a cumulative count by its increase since the previous count.
        elif item.outcome in OF_PROGRAMMES or item.outcome in STOCKS:
            out.append(Datum(what, item.value, item, None))
        else:
            last = before.get(item.outcome)
            grown = item.value - (last.value if last else 0.0)
            if grown < 0:
                raise UserError(f"[[observed]]: {what} is {item.value:g}, less than the previous count; a cumulative count cannot fall")
            out.append(Datum(what, grown, item, last.month if last else None))
            before[item.outcome] = item
    return out


def n_firms(item: Observed, population: Population) -> int:
    """Returns the number of simulated firms in the size class or park of a share."""
    if item.size is not None:
        return int(population.firms_of_size[SIZES.index(item.size)])
    return next((park.n_tenants for park in population.parks if park.name == item.park), 0)


@dataclass(frozen=True)
class Likelihood:
    """The distribution of the observed counts given a particle.

    Attributes:
        data: observed counts.
        horizon: of the study.
        months: at whose end particles are observed.
        parks: names, as ``Seen.by_park`` has them.
        programmes: names, as the first lines of ``Seen.applicants`` have them.
        floor: smallest mean of a count, half a simulated firm, so that the sample excludes no count.
        dispersion_fault: factor on the dispersion; a value other than 1 is a planted fault, for tests.
    """

    data: tuple[Datum, ...]
    horizon: Horizon
    months: tuple[int, ...]
    parks: tuple[str, ...]
    programmes: tuple[str, ...]
    floor: float
    dispersion_fault: float = 1.0

    @classmethod
    def of(cls, study: Study, items: Sequence[Observed], problem: Problem, *, dispersion_fault: float = 1.0) -> Likelihood:
        """Returns the likelihood of some observations of a study.

        Raises:
            UserError: as ``data``.
        """
        return cls(
            data=tuple(data(items, problem.population, problem.scale)),
            horizon=study.horizon,
            months=months_seen(study),
            parks=tuple(park.name for park in problem.population.parks),
            programmes=tuple(study.settings["programme"]),
            floor=0.5 / problem.scale,
            dispersion_fault=dispersion_fault,
        )

    def mean(self, datum: Datum, seen: Seen) -> Floats:
        """Returns the simulated value of one count, shape ``(n,)``."""
        item = datum.item
        at = self.months.index(self.horizon.index(item.month))
        if item.size is not None:
            return seen.by_size[:, SIZES.index(item.size), at] * datum.n_firms
        if item.park is not None:
            return seen.by_park[:, self.parks.index(item.park), at] * datum.n_firms
        if item.outcome in OF_PROGRAMMES:
            year = self.horizon.year_index(self.horizon.index(item.month))
            lines = slice(None) if item.programme is None else [self.programmes.index(item.programme)]
            applicants, granted, funded = (of[:, lines, year].sum(axis=1) for of in (seen.applicants, seen.granted, seen.funded))
            return applicants if item.outcome == "applicants" else granted / np.maximum(funded, 1.0)
        path = seen.counts[:, OUTCOMES.index(item.outcome)]
        if datum.since is None:
            return path[:, at]
        return path[:, at] - path[:, self.months.index(self.horizon.index(datum.since))]

    def __call__(self, seen: Seen, dispersion: Floats) -> Floats:
        """Returns the log-likelihood of particles, shape ``(n,)``."""
        total = np.zeros(len(dispersion))
        for datum in self.data:
            mean = np.maximum(self.mean(datum, seen), self.floor)
            total += log_mass(datum.count, mean, widened(dispersion * self.dispersion_fault, datum.item.relative_error))
        return total


def months_seen(study: Study) -> tuple[int, ...]:
    """Returns the months at whose end particles are observed: every December, the last month, and those of all observations."""
    horizon = study.horizon
    ends = {t for t in range(horizon.n_months) if horizon.calendar_months[t] == 12} | {horizon.n_months - 1}
    return tuple(sorted(ends | {horizon.index(item.month) for item in study.observed}))
