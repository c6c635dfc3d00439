"""What the result of a run consists of: tables, documents and provenance, made from the replicates in a store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from aixsim.config.build import problems
from aixsim.model.fingerprint import results_hash
from aixsim.model.problem import Problem
from aixsim.results.counting_rules import counting
from aixsim.results.goals import evaluate_goals
from aixsim.results.network_summary import network_summary
from aixsim.results.observed_counts import observed
from aixsim.results.population_summary import describe_firms
from aixsim.results.project_table import Projects, project_arrays
from aixsim.results.result import Result
from aixsim.results.source import MemorySource
from aixsim.results.spreadsheet import add_money_alone
from aixsim.runs import tables
from aixsim.runs.arrow_columns import array_of
from aixsim.runs.identity import job_id
from aixsim.runs.job import Job
from aixsim.runs.progress import now
from aixsim.runs.provenance import command, environment
from aixsim.runs.store import Store

STORED: Final = ("trajectories", "parameters", "money", "payers", "projects")
"""Tables that a result takes from the store as they are."""
IF_RULES: Final = ("rules",)
"""The same of a config with rules."""


class Lazy(Mapping[str, Any]):
    """A mapping whose values are computed on first use."""

    def __init__(self, makers: Mapping[str, Callable[[], Any]]) -> None:
        self._makers, self._made = makers, dict[str, Any]()

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


@dataclass
class RunContents:
    """The contents of the result of a run.

    Attributes:
        store: holds its replicates.
        job: the job.
        seed_chosen: false when the program chose the seed.
        interrupted: whether requested replicates are missing.
        seconds: run time of the last start.
        engine: engine that was used, and the reason if it is not the requested one.
        stopped_at: number of replicates at which the stopping rule ended the run.
        tables: by name, as sources for ``pyarrow.parquet.read_table``; without ``groups``, which is computed from them.
        failures: records of failed replicates.
    """

    store: Store
    job: Job
    seed_chosen: bool
    interrupted: bool
    seconds: float
    engine: tuple[str, str | None]
    stopped_at: int | None
    tables: dict[str, Any] = field(init=False)
    failures: list[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.tables = {table: self.store.place.source(name) for table, name in self.store.files(0).items()}
        self.failures = self.store.ledger.failures()

    def documents(self) -> dict[str, Callable[[], Any]]:
        """Returns the function that creates each document, by name."""
        return {
            "goals": self._goals,
            "counting": self._counting,
            "firms": lambda: describe_firms(self.problem.population, self.problem.network),
            "network": lambda: network_summary(self.problem.population, self.problem.network),
        }

    def in_memory(self) -> Result:
        """Returns the result of a run without a folder."""
        made: dict[str, Callable[[], Any]] = {name: partial(self.table, name) for name in (*STORED, *(set(IF_RULES) & set(self.tables)))}
        made["groups"] = lambda: pa.concat_tables(self.groups()).unify_dictionaries()
        documents = Lazy({**self.documents(), "config": self.job.study.table.document})
        return Result(MemorySource(Lazy(made), documents), partial(self.provenance, now()))

    @property
    def problem(self) -> Problem:
        """The problem of the first replicate."""
        return problems(self.job.study)(0)

    @property
    def replicates(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The finished replicates, ascending."""
        if "parameters" not in self.tables:
            return np.zeros(0, np.int64)
        return array_of(self.table("parameters", ["replicate"])["replicate"]).astype(np.int64)

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Returns some columns of a table."""
        source = self.tables[name]
        if isinstance(source, pa.Table):
            return source if columns is None else source.select(columns)
        return tables.read_parquet(source, columns)

    def groups(self) -> Iterator[pa.Table]:
        """Yields the table of groups, one table per level."""
        return tables.groups(lambda name: self.table("groups_by_replicate", [name])[name], self.job.study.horizon)

    def _goals(self) -> list[dict[str, Any]]:
        job, horizon, n = self.job, self.job.study.horizon, len(self.replicates)
        if not n or not job.goals:
            return []
        held = self.table("trajectories", list(dict.fromkeys(goal.outcome for goal in job.goals)))
        paths = {name: array_of(held[name]).reshape(n, horizon.n_months) for name in held.column_names}
        records = evaluate_goals(paths, job.goals, horizon, job.study.population.scale, len(self.failures), job.confidence)
        rows = self.table("money", ["replicate", "year", "affordable"])
        return add_money_alone(records, rows, self.replicates, paths, horizon, job.study.population.scale)

    def _counting(self) -> list[dict[str, Any]]:
        job, study = self.job, self.job.study
        about = (self.replicates, study.horizon, study.population.scale, len(self.failures), job.confidence)
        return counting(self._pieces(), job.goals, study.counts, *about)

    def _pieces(self) -> Iterator[Projects]:
        source, horizon = self.tables.get("projects"), self.job.study.horizon
        if isinstance(source, pa.Table):
            yield project_arrays(source, horizon)
        elif source is not None:
            with pq.ParquetFile(source) as file:
                for k in range(file.num_row_groups):
                    yield project_arrays(file.read_row_group(k, use_threads=False), horizon)

    def provenance(self, written: str | None = None) -> dict[str, Any]:
        """Returns the provenance of the result; ``written`` is when it was finished, by default now."""
        job, study, problem = self.job, self.job.study, self.problem
        return {
            "run_id": job_id(job),
            "title": job.title,
            "config": job.name,
            "variant": {"base": study.variant.base, "differs": {key: list(ends) for key, ends in study.variant.differs.items()}},
            "scale": problem.scale,
            "n_firms": len(problem.population),
            "n_ties": problem.network.n_ties,
            "seed": job.seed,
            "seed_chosen": self.seed_chosen,
            "replicates_requested": job.replicates,
            "replicates_done": len(self.replicates),
            "replicates_failed": len(self.failures),
            "stopped_at": self.stopped_at,
            "interrupted": self.interrupted,
            "engine": self.engine[0],
            "engine_reason": self.engine[1],
            "plugins": [
                {"name": item.name, "origin": item.origin, "sha256": item.digest, "defines": list(item.keys)}
                for item in study.registry.used(study.settings)
            ],
            "counts": list(study.counts),
            "horizon": {"start": study.horizon.start, "end": study.horizon.end},
            "confidence": job.confidence,
            "half_width": job.half_width,
            "goals": [
                {"name": goal.name, "outcome": goal.outcome, "at_least": goal.at_least, "target": goal.target(problem.scale), "by": goal.by}
                for goal in job.goals
            ],
            "observed": [item for item in observed(study) if 0 <= study.horizon.index(str(item["month"])) < study.horizon.n_months],
            "wall_seconds": round(self.seconds, 3),
            "written": written or now(),
            "command": command(),
            "results_sha256": results_hash(),
            **environment(),
        }
