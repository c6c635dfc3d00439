"""Writes the result files of a job, of a run or of a sweep.

The files are written again when there are more replicates, or when the code that writes them has changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from aixsim.config.ensembles import in_result_folder
from aixsim.config.study import Study
from aixsim.escapes import to_csv
from aixsim.results.run_contents import IF_RULES, STORED, RunContents
from aixsim.results.sweep_result import open_sweep
from aixsim.runs import tables
from aixsim.runs.files import durable_file, file_checksum, link_durably, write_durably
from aixsim.runs.provenance import environment, sealed
from aixsim.runs.session import Session
from aixsim.runs.store import SHARDS

PROVENANCE: Final = "provenance.json"
_INPUTS: Final = (".csv", ".parquet")
"""Endings of firms, ties and ensembles; other names could be those of files of the folder."""


def publish_run(made: RunContents) -> None:
    """Writes the files of a run. The provenance, with the checksums of all others, is written last; without it there is no result.

    Raises:
        OSError: a file cannot be written.
    """
    store, folder, study = made.store, made.store.path, made.job.study
    (folder / PROVENANCE).unlink(missing_ok=True)
    held = store.files(0)
    linked = {f"{table}.parquet": held[table] for table in (*STORED, *IF_RULES) if table in held}
    for name, source in linked.items():
        link_durably(folder / source, folder / name)
    names = list(linked)
    if "groups_by_replicate" in held:
        _write_groups(folder / "groups.parquet", made.groups())
        names.append("groups.parquet")
    own = {f"{name}.json": _json(make()) for name, make in made.documents().items()}
    stated = study.monte_carlo.model_copy(update={"replicates": made.job.replicates, "half_width": made.job.half_width})
    own["config.toml"] = study.with_monte_carlo(stated).to_toml().encode()
    own = _inputs([study]) | own
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
    own = _inputs([point.study for point in session.job.points]) | own
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


def _inputs(studies: Iterable[Study]) -> dict[str, bytes]:
    """Returns the user's files that some configs name, so that the folder is enough to run them again.

    Left out are a name that stands for two contents, and a path or a kind of file of which the folder cannot have a copy.
    """
    paths: dict[str, set[Path]] = {}
    plugins: dict[str, set[bytes]] = {}
    for study in studies:
        for name, path in study.files.items():
            plain = Path(name)
            if not plain.is_absolute() and ".." not in plain.parts and plain.suffix in _INPUTS and not in_result_folder(name):
                paths.setdefault(name, set()).add(path)
        for plugin in study.registry.files:
            plugins.setdefault(plugin.name, set()).add(plugin.text or b"")
    found = {name: {path.read_bytes() for path in places} for name, places in paths.items()} | plugins
    return {name: contents.pop() for name, contents in found.items() if len(contents) == 1}


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
