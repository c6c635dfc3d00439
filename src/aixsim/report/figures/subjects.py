"""Subjects of figures, with their names and the source lines of their figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.answers.answer import Answer
from aixsim.answers.design_indices import SweepSensitivity
from aixsim.answers.family_tree import Ancestry
from aixsim.answers.lever_credit import Explanation
from aixsim.answers.one_at_a_time import Tornado
from aixsim.answers.package_tables import Reach
from aixsim.answers.robust_policies import Robustness
from aixsim.answers.what_matters import Sensitivity
from aixsim.answers.when_it_fails import Discovery
from aixsim.answers.year_end_counts import Signposts
from aixsim.config.study import Study
from aixsim.config.variant import variant_of
from aixsim.errors import ArgumentError
from aixsim.evidence.forecasts import Forecast
from aixsim.report.figures.scenario_names import deed
from aixsim.results.comparison import Comparison, PolicyChange
from aixsim.results.result import Result
from aixsim.results.sweep_comparison import SweepComparison
from aixsim.results.sweep_result import Sweep


@dataclass(frozen=True, eq=False)
class Calibration:
    """A finished calibration.

    Attributes:
        report: content of ``calibration.json``.
        keys: columns of the ensemble.
        values: particles, shape ``(n_particles, n_keys)``.
    """

    report: dict[str, Any]
    keys: Sequence[str]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class Backtest:
    """A finished backtest.

    Attributes:
        forecasts: including one of the model with all counts.
        study: holds the counts.
    """

    forecasts: Sequence[Forecast]
    study: Study


@dataclass(frozen=True, eq=False)
class SelfCheck:
    """Simulation-based calibration.

    Attributes:
        config: name of the config.
        keys: uncertain parameters.
        ranks: of true values among posterior draws, in 0..1, shape ``(n_data_sets, n_keys)``.
    """

    config: str
    keys: Sequence[str]
    ranks: NDArray[np.float64]


_MOST: Final = 3
"""Number of settings that a source line names."""
NOUNS: Final[dict[type[Any], str]] = {
    Result: "a run",
    Sweep: "a sweep",
    PolicyChange: "a comparison of two runs",
    Comparison: "a comparison of runs",
    SweepComparison: "a comparison of the points of a sweep",
    Calibration: "a calibration",
    Backtest: "a back-test",
    SelfCheck: "a self-check",
    Ancestry: "a genealogy",
    Explanation: "an explanation",
    Reach: "packages of levers",
    Signposts: "signposts",
    Sensitivity: "sensitivity",
    SweepSensitivity: "sensitivity of a sweep",
    Tornado: "a tornado",
    Discovery: "a discovery",
    Robustness: "a robustness",
}
KOREAN: Final = (Result, Comparison, PolicyChange, Sweep, SweepComparison, Signposts, Tornado, Sensitivity)
"""Types of subjects whose figures have Korean texts."""


def is_empty(subject: object) -> bool:
    """Returns whether no replicate has finished."""
    return not (subject.provenance["replicates_done"] if isinstance(subject, Result) else not isinstance(subject, Sweep) or subject.n_done)


def place_of(subject: object) -> str:
    """Returns the folder of a subject for messages; empty if it has none."""
    return subject.where if isinstance(subject, Result) else str(subject.path) if isinstance(subject, Sweep) else ""


def source_of(subject: object) -> Sequence[str]:
    """Returns the parts of the source line; empty ones are left out.

    Raises:
        ArgumentError: this type of object has no figures.
    """
    match subject:
        case Result():
            run = f"run {subject.provenance['run_id']}"
            return (f"Source: aixsim simulation of {_scenario(subject)}", subject.n_note, subject.sample_note, run)
        case Sweep():
            done = f"{subject.n_done + subject.n_failed:,} of {subject.given:,}"
            unfinished = "" if subject.is_complete else f"unfinished: {done} replicates"
            return (f"Source: aixsim sweep {subject.facts['name']}", subject.n_note, unfinished, _sample(subject.scale))
        case PolicyChange():
            both = (subject.pair.baseline, subject.pair.other)
            n_failed = [(name, result.provenance["replicates_failed"]) for name, result in zip(subject.pair.names, both, strict=True)]
            failed = ", ".join(f"{n:,} of {name} failed" for name, n in n_failed if n)
            runs = " and ".join(str(result.provenance["run_id"]) for result in both)
            n_pairs = f"n = {len(subject.pair.replicates):,} pairs of replicates"
            return (
                f"Source: aixsim simulations of {' and '.join(map(_scenario, both))}",
                n_pairs,
                failed,
                both[0].sample_note,
                f"runs {runs}",
            )
        case Comparison():
            pairs = [policy.pair for policy in subject.policies]
            results = [pairs[0].baseline, *(one.other for one in pairs)]
            names = ", ".join([pairs[0].names[0], *(one.names[1] for one in pairs)])
            counts = list(dict.fromkeys(result.n_note for result in results))
            runs = ", ".join(str(result.provenance["run_id"]) for result in results)
            return (f"Source: aixsim simulations of {names}", "; ".join(counts), results[0].sample_note, f"runs {runs}")
        case SweepComparison():
            return source_of(subject.sweep)
        case Calibration(report=report):
            n = f"{report['particles']:,} particles, effective sample size {report['ess']:,.0f}"
            return (f"Source: aixsim calibration of {report['config']}", n, _sample(report["scale"]))
        case Backtest():
            return ("Source: aixsim backtest; counts: smart_factory_cumulative.csv, that of 2014 unverified", subject.study.name)
        case Answer():
            return (f"Source: {subject.source[0]}", *subject.source[1:])
        case SelfCheck():
            return (f"Source: aixsim calibration of {subject.config}, {len(subject.ranks):,} times",)
        case _:
            raise ArgumentError("subject", subject, ", ".join(NOUNS.values()))


def _scenario(result: Result) -> str:
    """Returns the name of the config, with the first settings that differ from its base."""
    name, own = str(result.provenance.get("config") or ""), variant_of(result.provenance)
    if not own.differs:
        return name
    base = f"{own.base} with" if own.base == name else f"{name}, which is {own.base} with"
    return f"{base} {deed(own.differs, _MOST)}"


def _sample(scale: float) -> str:
    return f"sample of {100 * scale:g} % of firms" if scale < 1.0 else ""
