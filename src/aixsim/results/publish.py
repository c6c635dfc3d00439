"""Writes the result files of a job: tables, goals and provenance, from the replicates in a store.

The files are written again when there are more replicates, or when the code that writes them has changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from aixsim.config.build import problems
from aixsim.config.study import Study
from aixsim.escapes import to_csv
from aixsim.model.fingerprint import code_hash
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.problem import Problem
from aixsim.results.counting_rules import counting
from aixsim.results.goals import evaluate_goals
from aixsim.results.network_summary import describe_network
from aixsim.results.population_summary import describe_firms
from aixsim.results.project_table import Projects, project_arrays
from aixsim.results.result import Result
from aixsim.results.source import MemorySource
from aixsim.results.spreadsheet import add_money_alone
from aixsim.results.sweep_result import open_sweep
from aixsim.runs import tables
from aixsim.runs.files import durable_file, file_checksum, link_durably, write_durably
from aixsim.runs.identity import files_of, job_id
from aixsim.runs.job import Job
from aixsim.runs.progress import now
from aixsim.runs.provenance import command, environment, sealed
from aixsim.runs.session import Session
from aixsim.runs.store import SHARDS, Store

PROVENANCE: Final = "provenance.json"
OBSERVED: Final = (
    {"month": "2024-12", "outcome": "launched", "value": 26, "source": "zdnet_20241028"},
    {"month": "2025-12", "outcome": "launched", "value": 102, "source": "asiae_en_20251001"},
)
"""AI factories that the ministry has counted (``ai_factory_programme_by_year.csv``)."""
_LINKED: Final = ("trajectories", "parameters", "money", "payers", "projects")


@cache
def results_hash() -> str:
    """Returns the hash of the code that writes result files."""
    root = Path(str(files("aixsim")))
    return code_hash([*(root / "results").glob("*.py"), *(root / "stats").glob("*.py"), root / "runs" / "tables.py"])


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
class Published:
    """The result of a run.

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
            "network": lambda: describe_network(self.problem.population, self.problem.network),
        }

    def in_memory(self) -> Result:
        """Returns the result of a run without a folder."""
        made: dict[str, Callable[[], Any]] = {name: partial(self.table, name) for name in _LINKED}
        made["groups"] = lambda: pa.concat_tables(self.groups()).unify_dictionaries()
        documents = Lazy({**self.documents(), "config": self.job.study.table.document})
        return Result(MemorySource(Lazy(made), documents), self.provenance())

    @property
    def problem(self) -> Problem:
        """The problem of the first replicate."""
        return problems(self.job.study)(0)

    @property
    def replicates(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The finished replicates, ascending."""
        if "parameters" not in self.tables:
            return np.zeros(0, np.int64)
        return self.table("parameters", ["replicate"])["replicate"].to_numpy().astype(np.int64)

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Returns some columns of a table."""
        source = self.tables[name]
        if isinstance(source, pa.Table):
            return source if columns is None else source.select(columns)
        return pq.read_table(source, columns=columns)

    def groups(self) -> Iterator[pa.Table]:
        """Yields the table of groups, one table per level."""
        return tables.groups(lambda name: self.table("groups_by_replicate", [name])[name], self.job.study.horizon)

    def _goals(self) -> list[dict[str, Any]]:
        job, horizon, n = self.job, self.job.study.horizon, len(self.replicates)
        if not n or not job.goals:
            return []
        held = self.table("trajectories", list(dict.fromkeys(goal.outcome for goal in job.goals)))
        paths = {name: held[name].to_numpy().reshape(n, horizon.n_months) for name in held.column_names}
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

    def provenance(self) -> dict[str, Any]:
        """Returns the provenance of the result."""
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
            "written": now(),
            "command": command(),
            "results_sha256": results_hash(),
            **environment(),
        }


def publish_run(made: Published) -> None:
    """Writes the files of a run. The provenance, with the checksums of all others, is written last; without it there is no result.

    Raises:
        OSError: a file cannot be written.
    """
    store, folder, study = made.store, made.store.path, made.job.study
    (folder / PROVENANCE).unlink(missing_ok=True)
    held = store.files(0)
    linked = {f"{table}.parquet": held[table] for table in _LINKED if table in held}
    for name, source in linked.items():
        link_durably(folder / source, folder / name)
    names = list(linked)
    if "groups_by_replicate" in held:
        _write_groups(folder / "groups.parquet", made.groups())
        names.append("groups.parquet")
    own = {f"{name}.json": _json(make()) for name, make in made.documents().items()}
    stated = study.monte_carlo.model_copy(update={"replicates": made.job.replicates, "half_width": made.job.half_width})
    own["config.toml"] = study.with_monte_carlo(stated).to_toml().encode()
    own |= {plugin.name: plugin.text or b"" for plugin in study.registry.files}
    if study.ensemble is not None:
        own[study.ensemble] = files_of(study)[study.ensemble].read_bytes()
    _write(folder, own, made.failures)
    files = {name: file_checksum(folder / name) for name in sorted([*names, *own])}
    write_durably(folder / PROVENANCE, _json(sealed({**made.provenance(), "files": files})))


def publish_sweep(session: Session) -> None:
    """Writes answer, failures and provenance of a sweep.

    Raises:
        OSError: a file cannot be written.
    """
    store, folder = session.store, session.store.path
    (folder / PROVENANCE).unlink(missing_ok=True)
    sweep = open_sweep(folder)
    rows = sweep.answer()
    own = {"answer.csv": to_csv(rows).encode(), "answer.parquet": tables.to_parquet(_columns(rows)), "study.toml": session.job.text}
    own["design.csv"] = to_csv(session.job.design_table({point.config: point.id for point in sweep.points})).encode()
    _write(folder, own, sweep.failures)
    shards = folder / SHARDS
    if shards.is_dir() and not any(shards.iterdir()):
        shards.rmdir()
    held = {file.name: file.sha256 for file in store.ledger.files()}
    provenance = {**store.ledger.study(), **environment(), "files": held | {name: file_checksum(folder / name) for name in sorted(own)}}
    write_durably(folder / PROVENANCE, _json(sealed(provenance)))


def _write_groups(path: Path, parts: Iterator[pa.Table]) -> None:
    if (first := next(parts, None)) is None:
        return
    with durable_file(path) as file, pq.ParquetWriter(file, first.schema, compression="zstd") as writer:
        for part in chain([first], parts):
            writer.write_table(part)


def observed(study: Study) -> list[dict[str, Any]]:
    """Returns the observed counts of the config, or those of the AI factories if it states none."""
    if study.observed:
        return [
            {"month": item.month, "outcome": item.outcome, "value": round(item.value), "source": item.source}
            for item in study.observed
            if item.outcome in OUTCOMES and not item.is_share
        ]
    return [dict(item) for item in OBSERVED] if study.population.kind == "korea-2023" else []


def _columns(rows: list[dict[str, Any]]) -> pa.Table:
    """Returns rows as a table; a factor with mixed values becomes a column of texts."""
    columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        kinds = {type(value) for value in values if value is not None}
        is_one_kind = kinds <= {int, float} or kinds <= {str} or kinds <= {bool}
        columns[name] = pa.array(values if is_one_kind else [None if value is None else json.dumps(value) for value in values])
    return pa.table(columns)


def _write(folder: Path, own: dict[str, bytes], failures: list[dict[str, Any]]) -> None:
    """Writes files by name, and the failures if there are any."""
    if failures:
        own["failures.jsonl"] = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in failures).encode()
    else:
        (folder / "failures.jsonl").unlink(missing_ok=True)
    for name, content in own.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_durably(folder / name, content)


def _json(document: Any) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
