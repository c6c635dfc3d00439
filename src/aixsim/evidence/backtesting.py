"""Backtest with the data available at each origin, compared with simpler forecasts from the same data."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.config.build import problems
from aixsim.config.observations import Observed
from aixsim.config.study import Study
from aixsim.errors import UserError
from aixsim.evidence.announced_money import money_of
from aixsim.evidence.as_of import as_of, budgets_of
from aixsim.evidence.baselines import PLANNED, Counted, count_ahead, curve_forecasts, walk_forecasts
from aixsim.evidence.calibration import EXPECTED_STEPS, cost, enough, kept_work
from aixsim.evidence.forecasts import ALL, ANNOUNCED, KNOWN, MODEL, POOL, VERIFIED, Forecast
from aixsim.evidence.likelihood import Likelihood, months_seen, usable
from aixsim.evidence.prior import DISPERSION, Prior
from aixsim.evidence.sampler import Sampler, seen_of
from aixsim.evidence.simulator import Seen, Simulator
from aixsim.model.calendar import parse_month
from aixsim.model.keys import dotted
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.uncertainties import numbers_of, uncertainties_of
from aixsim.runs.checkpoints import CheckpointStore
from aixsim.runs.signals import Request
from aixsim.stats.scores import score
from aixsim.stats.sequential_monte_carlo import ParticleSet

Floats = NDArray[np.float64]
LEAST_COUNTS: Final = 3
"""Minimum number of yearly counts for a forecast."""
_N: Final = 4000


def origins(study: Study, *, verified_only: bool) -> list[int]:
    """Returns the possible origins: years with at least three counts up to them and one after."""
    years = [parse_month(item.month)[0] for item in _series(usable(study, verified_only=verified_only))]
    return years[LEAST_COUNTS - 1 : -1]


def backtest(
    study: Study,
    out: Path | None = None,
    *,
    as_of_month: str | None = None,
    workers: int = 1,
    tell: Callable[[str], object] = lambda _text: None,
) -> tuple[Path, list[Forecast]]:
    """Forecasts from every possible origin, or from one, with and without the unverified counts, and scores the forecasts.

    Args:
        study: with yearly ``[[observed]]`` counts of ``launched``, and ``[[announcement]]`` tables.
        out: folder of the state, by default ``results/<config name>/backtest-<id>``; finished parts are not run again.
        as_of_month: a December; by default every year that has at least three counts before and one after.
        workers: number of processes; results do not depend on it.
        tell: called with messages on cost and progress.

    Raises:
        UserError: the config has too few counts, or the month is not a possible origin.
    """
    if study.monte_carlo.seed is None:
        study = study.with_seed(secrets.randbelow(2**63))
    chosen = {ALL: origins(study, verified_only=False), VERIFIED: origins(study, verified_only=True)}
    if as_of_month is not None:
        possible = [f"{year}-12" for year in chosen[ALL]]
        if as_of_month not in possible:
            raise UserError(f"--as-of {as_of_month}: allowed: {', '.join(possible) or 'none: too few [[observed]] counts of launched'}")
        year = parse_month(as_of_month)[0]
        chosen = {counts: [y for y in years if y == year] for counts, years in chosen.items()}
    if not chosen[ALL]:
        raise UserError(f"{study.name}: a backtest needs [[observed]] counts of launched from at least {LEAST_COUNTS + 1} Decembers")
    with kept_work(study, "backtest", str(as_of_month), out) as (_, folder, store, request):
        return folder, _forecasts(study, chosen, store, request, workers, tell)


def _forecasts(
    study: Study, chosen: dict[str, list[int]], store: CheckpointStore, request: Request, workers: int, tell: Callable[[str], object]
) -> list[Forecast]:
    problem_of = problems(study.without_ensemble())
    problem, prior, months = problem_of(0), Prior.of(study), months_seen(study)
    made: list[Forecast] = []
    with Simulator(problem_of, months, workers, request) as simulator:
        settings = study.calibration
        steps = sum(EXPECTED_STEPS + len(years) for years in chosen.values() if years)
        tell(cost(simulator, settings.particles * (steps * settings.moves + sum(map(len, chosen.values())))))
        for counts, years in chosen.items():
            laws = [Likelihood.of(study, usable(study, as_of=f"{year}-12", verified_only=counts == VERIFIED), problem) for year in years]
            sampler = Sampler(prior, simulator, settings.particles, settings.moves, study.monte_carlo.seed or 0, store, tell)
            found = sampler.posteriors(laws, [f"{counts[:3]}-as-of-{year}" for year in years])
            for year, law, particles in zip(years, laws, found, strict=True):
                enough(particles, f"{study.name}, {counts} as of {year}-12")
                seed = (study.monte_carlo.seed or 0) + year
                curves = curve_forecasts(
                    _counted(law, study.horizon.years), prior.laws[DISPERSION], len(study.horizon.years), n=_N, seed=seed
                )
                for policy in (ANNOUNCED, KNOWN):
                    seen = seen_of(particles.payload) if policy == KNOWN else _announced(simulator, study, prior, particles, year)
                    made += _scored(study, law, prior, particles, seen, curves, counts, policy, year)
    return made


def _announced(simulator: Simulator, study: Study, prior: Prior, particles: ParticleSet, year: int) -> Seen:
    """Runs the same particles with the same random numbers and the budgets known at the origin; past months do not change."""
    month, n, seed = f"{year}-12", len(particles.z), (study.monte_carlo.seed or 0) + year
    then = as_of(simulator.problems, study, month)
    laws = uncertainties_of(then.settings)
    # A budget of a later year may have another distribution at the origin: it is drawn as it was known.
    kept = [k for k, key in enumerate(prior.model_keys) if laws.get(key) == prior.laws[key]]
    keys, values = [prior.model_keys[k] for k in kept], [prior.values(particles.z)[:, kept]]
    for name, programme in numbers_of(study.settings["programme"]).items():
        walks = budgets_of(name, study.settings["programme"][name], study, month).walks(n, seed, programme)
        keys += [dotted(("programme", name, "budget_krw_bn", str(later))) for later in walks]
        values += [walk[:, None] for walk in walks.values()]
    return simulator.of(then)(keys, np.concatenate(values, axis=1), particles.replicates, f"as of {year}")


def _scored(
    study: Study,
    law: Likelihood,
    prior: Prior,
    particles: ParticleSet,
    seen: Seen,
    curves: dict[str, Floats],
    counts: str,
    policy: str,
    origin: int,
) -> Iterator[Forecast]:
    years = study.horizon.years
    path = [law.months.index(study.horizon.index(f"{year}-12")) for year in years if year >= origin]
    launched = seen.counts[:, OUTCOMES.index("launched")][:, path]
    dispersion = prior.values(particles.z)[:, prior.keys.index(DISPERSION)]
    seed = (study.monte_carlo.seed or 0) + origin
    samples = {MODEL: count_ahead(np.diff(launched, axis=1), dispersion, max(_N // len(dispersion), 1), seed), **curves}
    money = money_of(study, f"{origin}-12" if policy == ANNOUNCED else study.horizon.end, origin, n=_N, seed=seed)
    samples |= walk_forecasts(_counted(law, years), money, len(path) - 1, n=_N, seed=seed)
    if PLANNED in samples:
        samples[POOL] = pooled(samples[MODEL], samples[PLANNED])
    actual = {parse_month(item.month)[0]: item.value for item in _series(usable(study))}
    for model, sample in samples.items():
        total = np.full(len(sample), actual[origin])
        for ahead, year in enumerate(years[years.index(origin) + 1 :]):
            total = total + sample[:, ahead]
            if year not in actual:
                continue
            about = (counts, policy, origin, year)
            yield Forecast(*about, "cumulative", model, score(total, actual[year]), len(sample))
            if year - 1 in actual:
                yield Forecast(*about, "new", model, score(sample[:, ahead], actual[year] - actual[year - 1]), len(sample))


def pooled(one: Floats, other: Floats) -> Floats:
    """Returns a sample of which each of two samples, shapes ``(n, k)`` and ``(m, k)``, makes up one half: their linear pool."""
    n = min(len(one), len(other))
    return np.concatenate([sample[np.linspace(0, len(sample) - 1, n).astype(np.int64)] for sample in (one, other)])


def _series(items: Sequence[Observed]) -> list[Observed]:
    """Returns the yearly counts of launched firms: those of Decembers."""
    return [item for item in items if item.outcome == "launched" and not item.is_share and item.month.endswith("-12")]


def _counted(law: Likelihood, years: tuple[int, ...]) -> Counted:
    chosen = [datum for datum in law.data if datum.item.outcome == "launched" and not datum.item.is_share]
    last = tuple(years.index(parse_month(datum.item.month)[0]) for datum in chosen)
    first = tuple(0 if datum.since is None else years.index(parse_month(datum.since)[0]) + 1 for datum in chosen)
    return Counted(first, last, tuple(datum.count for datum in chosen))
