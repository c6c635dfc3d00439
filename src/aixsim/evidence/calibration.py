"""Calibration of the uncertain parameters of a study to observed counts, written as an ensemble that any config can use."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.config.build import problems
from aixsim.config.ensembles import ensemble_bytes
from aixsim.config.observations import Observed
from aixsim.config.study import Study
from aixsim.engines import engine
from aixsim.errors import UserError
from aixsim.evidence.baselines import count_ahead
from aixsim.evidence.likelihood import Likelihood, data, usable
from aixsim.evidence.prior import Prior
from aixsim.evidence.sampler import STATE, Sampler, seen_of
from aixsim.evidence.simulator import Seen, Simulator, look
from aixsim.model.fingerprint import code_hash
from aixsim.model.problem import Problem
from aixsim.runs.checkpoints import CheckpointStore
from aixsim.runs.cost import duration
from aixsim.runs.identity import digest, inputs_of
from aixsim.runs.provenance import environment
from aixsim.runs.signals import Request, saying, stop_requests
from aixsim.stats.counting_law import widened
from aixsim.stats.scores import score
from aixsim.stats.sequential_monte_carlo import ParticleSet
from aixsim.stats.summary import QUANTILES, quantiles
from aixsim.stats.weights import LEAST_ESS, TooFewError, resample

ENSEMBLE: Final = "ensemble.parquet"
REPORT: Final = "calibration.json"
EXPECTED_STEPS: Final = 5
"""Expected number of steps from prior to posterior, only to estimate the cost."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibrated:
    """A finished calibration.

    Attributes:
        folder: holds ``ensemble.parquet``, ``calibration.json`` and the rounds.
        report: content of ``calibration.json``.
        reused: whether it was already complete.
    """

    folder: Path
    report: dict[str, Any]
    reused: bool = False


def calibrate(
    study: Study,
    out: Path | None = None,
    *,
    workers: int = 1,
    with_held_out: Sequence[str] = (),
    verified_only: bool = False,
    tell: Callable[[str], object] = lambda _text: None,
) -> Calibrated:
    """Calibrates the uncertain parameters of a study to its observations.

    Args:
        study: as from ``aixsim.load``, with ``[[observed]]``; its ensemble, if any, is ignored.
        out: folder; by default ``results/<config name>/calibration-<id>``. Finished rounds are read and not run again.
        workers: number of processes; results do not depend on it.
        with_held_out, verified_only: as ``likelihood.usable``.
        tell: called with messages on cost and progress.

    Raises:
        UserError: the study has no observed counts, or no uncertain parameters.
        TooFewError: the effective sample size stays below 100.
        StoreError: the folder holds something else, or cannot be written.
    """
    if study.monte_carlo.seed is None:
        study = study.with_seed(secrets.randbelow(2**63))
    groups = sorted({item.group for item in study.observed if item.held_out})
    for group in with_held_out:
        if group not in groups:
            raise UserError(f"--with-held-out {group}: allowed: {', '.join(groups) or 'none: this config has no held-out shares'}")
    items = usable(study, verified_only=verified_only, with_held_out=with_held_out)
    prior = Prior.of(study)
    if not items:
        raise UserError(f"{study.name}: no data for the calibration; state observed counts as [[observed]] tables")
    if not prior.model_keys:
        raise UserError(f"{study.name}: nothing to calibrate; make at least one parameter uncertain, such as {{ dist = … }}")
    with kept_work(study, "calibration", f"{sorted(with_held_out)} {verified_only}", out) as (identity, folder, store, request):
        finished = store.kept(REPORT)
        if finished is not None and store.kept(ENSEMBLE) is not None:
            return Calibrated(folder, json.loads(finished), reused=True)
        report = _weigh(study, items, prior, identity, store, request, workers, sorted(with_held_out), tell, verified_only=verified_only)
    return Calibrated(folder, report)


def _weigh(
    study: Study,
    items: Sequence[Observed],
    prior: Prior,
    identity: str,
    store: CheckpointStore,
    request: Request,
    workers: int,
    with_held_out: list[str],
    tell: Callable[[str], object],
    *,
    verified_only: bool,
) -> dict[str, Any]:
    """Runs the particles and writes ensemble and report, which it returns."""
    started, settings, seed = perf_counter(), study.calibration, study.monte_carlo.seed or 0
    problem_of = problems(study.without_ensemble())
    problem = problem_of(0)
    law = Likelihood.of(study, items, problem)
    with Simulator(problem_of, law.months, workers, request) as simulator:
        tell(cost(simulator, settings.particles * (1 + EXPECTED_STEPS * settings.moves)))
        sampler = Sampler(prior, simulator, settings.particles, settings.moves, seed, store, tell)
        particles = sampler.posteriors([law], ["posterior"])[0]
    enough(particles, study.name)
    values, seen = prior.values(particles.z), seen_of(particles.payload)
    report = {
        "identity": identity,
        "title": study.title,
        "config": study.name,
        "scale": problem.scale,
        "seed": seed,
        "particles": len(particles.z),
        "runs": particles.n_drawn,
        "ess": particles.ess,
        "acceptance": particles.acceptance,
        "with_held_out": with_held_out,
        "verified_only": verified_only,
        "parameters": [
            {
                "key": key,
                "prior": {name: law.quantile(level) for name, level in QUANTILES.items()},
                "posterior": quantiles(values[:, k]),
            }
            for k, (key, law) in enumerate(prior.laws.items())
        ],
        "data": [
            {"what": datum.label, "counted": datum.count, "source": datum.item.source, **quantiles(law.mean(datum, seen))}
            for datum in law.data
        ],
        "held_out": _held_out([item for item in study.observed if item not in items], law, seen, values[:, -1], problem, seed),
        "wall_seconds": round(perf_counter() - started, 1),
        **environment(),
    }
    # Shuffled: a run of fewer replicates uses the first rows.
    order = resample(np.full(len(particles.z), 1.0 / len(particles.z)), len(particles.z), seed)
    about = {key: report[key] for key in ("identity", "config", "title", "scale", "seed", "runs", "ess", "with_held_out", "aixsim")}
    store.keep(ENSEMBLE, ensemble_bytes(prior.keys, values[order], about))
    store.keep(REPORT, (json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode())
    return report


def _held_out(
    items: Sequence[Observed], law: Likelihood, seen: Seen, dispersion: Floats, problem: Problem, seed: int
) -> list[dict[str, Any]]:
    """Returns the held-out observations and their predictions, which include the error of a count.

    A share is compared as a share. A cumulative count is compared, as in the likelihood, by its increase since the previous one.
    """
    out = []
    for number, datum in enumerate(data([item for item in items if item.held_out], problem.population, problem.scale)):
        mean = np.maximum(law.mean(datum, seen), law.floor)
        sample = count_ahead(mean[:, None], widened(dispersion, datum.item.relative_error), 4, seed + number)[:, 0] / datum.n_firms
        counted = datum.item.value if datum.item.is_share else datum.count
        found = score(np.minimum(sample, 1.0) if datum.item.is_share else sample, counted)
        out.append(
            {
                "what": datum.label,
                "counted": counted,
                "group": datum.item.group,
                "level": datum.item.size or datum.item.park or "",
                "median": found.median,
                "intervals": {f"{100 * level:g}": list(ends) for level, ends in found.intervals.items()},
                "pit": found.pit,
                "source": datum.item.source,
            }
        )
    return out


def cost(simulator: Simulator, n: int) -> str:
    """Returns the expected cost of a number of particles, measured on one."""
    problem = simulator.problems(0)
    started = perf_counter()
    look(problem, 0, {}, simulator.months, engine("kernel"))
    each = perf_counter() - started
    on = "1 worker" if simulator.workers == 1 else f"{simulator.workers} workers"
    sample = f" ({100 * problem.scale:g} % sample)" if problem.scale < 1 else ""
    return f"about {duration(each * n / simulator.workers)}: {n:,} runs of {len(problem.population):,} firms{sample} on {on}"


def enough(particles: ParticleSet, what: str) -> None:
    """Checks that the effective sample size is large enough.

    Raises:
        TooFewError: its effective sample size is below 100.
    """
    if particles.ess < LEAST_ESS:
        wanted = math.ceil(len(particles.z) * 1.5 * LEAST_ESS / max(particles.ess, 1.0) / 100) * 100
        remedy = (
            f"give more particles (--set calibration.particles={wanted} would do at this rate) or moves, or look for what the model cannot"
            " reproduce"
        )
        raise TooFewError(what, particles.ess, len(particles.z), remedy)


@contextmanager
def kept_work(study: Study, kind: str, options: str, out: Path | None) -> Iterator[tuple[str, Path, CheckpointStore, Request]]:
    """Opens the folder of a calibration or backtest; yields its identity, the folder, the store and the stop request.

    Args:
        study: with seed.
        kind, options: of the calculation.
        out: the folder, by default ``results/<config name>/<kind>-<identity>``.

    Raises:
        StoreError: the folder holds something else, or cannot be written.
    """
    identity = identity_of(study, f"{kind} {options}")
    folder = out or Path("results") / study.name / f"{kind}-{identity}"
    kept = f"Interrupted: finished work is kept in {folder}; the same command resumes."
    with saying(kept), stop_requests() as request, CheckpointStore.opened(folder, (STATE,)) as store:
        store.claim(identity)
        store.sweep_out()
        yield identity, folder, store, request


_CODE: Final = ("config", "evidence", "random", "results", "runs", "stats")


def identity_of(study: Study, what: str) -> str:
    """Returns a digest of a study, of its files, and of the code of the calibration.

    Args:
        study: with seed.
        what: kind and options of the calculation.
    """
    root = Path(str(files("aixsim")))
    code = code_hash(path for part in _CODE for path in (root / part).rglob("*.py"))
    return digest(study.to_toml(), inputs_of([(study.name, study)]), what, code)
