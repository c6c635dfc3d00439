"""Simulation-based calibration: the model is calibrated to synthetic counts with known parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aixsim.config.build import problems
from aixsim.config.study import Study
from aixsim.errors import UserError
from aixsim.escapes import to_csv
from aixsim.evidence.likelihood import Likelihood, usable
from aixsim.evidence.prior import DISPERSION, Prior
from aixsim.evidence.sampler import Sampler
from aixsim.evidence.simulator import Simulator
from aixsim.random.draws import Purpose, uniforms
from aixsim.stats.counting_law import quantile, widened
from aixsim.stats.ranks import rank

Floats = NDArray[np.float64]
_FIRST_REPLICATE = 2**31
"""First replicate of the synthetic data sets, beyond those that particles use."""


@dataclass(frozen=True, eq=False)
class Checked:
    """Ranks of the truth.

    Attributes:
        keys: uncertain parameters.
        ranks: share of the posterior below the truth, shape ``(n_data_sets, n_keys)``.
        ess: effective sample size of each, shape ``(n_data_sets,)``.
    """

    keys: tuple[str, ...]
    ranks: Floats
    ess: Floats

    def covered(self, level: float) -> int:
        """Returns the number of true values in their central posterior interval of that level, over all parameters."""
        return int((np.abs(self.ranks - 0.5) <= level / 2).sum())

    def to_csv(self) -> str:
        """Returns one row per data set."""
        rows = zip(self.ranks.round(5).tolist(), self.ess.tolist(), strict=True)
        return to_csv([{**dict(zip(self.keys, ranks, strict=True)), "ess": round(ess, 1)} for ranks, ess in rows])


def self_check(
    study: Study,
    n: int,
    *,
    workers: int = 1,
    dispersion_fault: float = 1.0,
    tell: Callable[[str], object] = lambda _text: None,
) -> Checked:
    """Draws parameters from the prior, simulates counts with them, and ranks them in the posterior given those counts.

    Args:
        study: small, since it is calibrated ``n`` times; with a seed.
        n: synthetic data sets.
        workers: number of processes; results do not depend on it.
        dispersion_fault: factor on the dispersion in the likelihood only; a value other than 1 is a planted fault that the ranks must show.
        tell: called with messages on progress.

    Raises:
        UserError: the study has no observed counts.
    """
    seed, prior = study.monte_carlo.seed or 0, Prior.of(study)
    problem_of = problems(study.without_ensemble())
    problem = problem_of(0)
    law = Likelihood.of(study, usable(study), problem, dispersion_fault=dispersion_fault)
    if not law.data:
        raise UserError(f"{study.name}: nothing to check; state observed counts as [[observed]] tables")
    truths = prior.values(_points(n, len(prior.keys), seed))
    with Simulator(problem_of, law.months, workers) as simulator:
        keys = prior.model_keys
        worlds = simulator(keys, truths[:, : len(keys)], _FIRST_REPLICATE + np.arange(n), "synthetic data sets")
        means = np.stack([np.maximum(law.mean(datum, worlds), law.floor) for datum in law.data], axis=1)
        counts = _counts(law, means, truths[:, prior.keys.index(DISPERSION)], seed)
        ranks, ess = np.empty_like(truths), np.empty(n)
        for number in range(n):
            synthetic = replace(law, data=tuple(replace(datum, count=count) for datum, count in zip(law.data, counts[number], strict=True)))
            sampler = Sampler(prior, simulator, study.calibration.particles, study.calibration.moves, seed + 1 + number, None)
            particles = sampler.posteriors([synthetic], ["posterior"])[0]
            ranks[number], ess[number] = rank(prior.values(particles.z), truths[number]), particles.ess
            if (number + 1) % 50 == 0:
                tell(f"{number + 1:,} of {n:,} data sets, mean effective sample size {ess[: number + 1].mean():.0f}")
    return Checked(prior.keys, ranks, ess)


def _points(n: int, d: int, seed: int) -> Floats:
    from scipy.special import ndtri

    return np.asarray(ndtri(uniforms(seed, 5, Purpose.COUNTING, n * d).reshape(n, d)))


def _counts(law: Likelihood, means: Floats, dispersion: Floats, seed: int) -> Floats:
    u = uniforms(seed, 6, Purpose.COUNTING, means.size).reshape(means.shape)
    spread = np.stack([widened(dispersion, datum.item.relative_error) for datum in law.data], axis=1)
    return quantile(u, means, spread)
