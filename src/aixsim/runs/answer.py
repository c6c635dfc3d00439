"""What a sweep leaves for people: the answer, the failures, where it comes from."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from aixsim.config.sweep_study import SweepStudy
from aixsim.escapes import to_csv
from aixsim.results.sweep_result import open_sweep
from aixsim.runs.chunk import to_parquet
from aixsim.runs.files import write_durably
from aixsim.runs.folder import SHARDS, SweepFolder
from aixsim.runs.provenance import environment


def write_results(folder: SweepFolder, study: SweepStudy, *, is_complete: bool) -> None:
    """Writes answer, failures and provenance; of a complete sweep also the ledger anew, so that its bytes tell nothing of the runs.

    Raises:
        OSError: the disk refuses.
    """
    if is_complete:
        folder.settle()
    sweep = open_sweep(folder.path)
    rows = sweep.answer()
    write_durably(folder.path / "answer.csv", to_csv(rows).encode())
    write_durably(folder.path / "answer.parquet", to_parquet(_columns(rows)))
    failures = folder.path / "failures.jsonl"
    if sweep.failures:
        write_durably(failures, "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in sweep.failures).encode())
    else:
        failures.unlink(missing_ok=True)
    provenance = {**folder.ledger.study(), **environment()}
    write_durably(folder.path / "provenance.json", (json.dumps(provenance, indent=2, ensure_ascii=False) + "\n").encode())
    write_durably(folder.path / "study.toml", study.path.read_bytes())
    if is_complete and (folder.path / SHARDS).is_dir() and not any((folder.path / SHARDS).iterdir()):
        (folder.path / SHARDS).rmdir()


def _columns(rows: list[dict[str, Any]]) -> pa.Table:
    """Returns rows as a table; a factor whose values are not all numbers or all texts is a column of texts."""
    columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        kinds = {type(value) for value in values if value is not None}
        is_one_kind = kinds <= {int, float} or kinds <= {str} or kinds <= {bool}
        columns[name] = pa.array(values if is_one_kind else [None if value is None else json.dumps(value) for value in values])
    return pa.table(columns)
