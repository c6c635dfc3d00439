"""Runs a result, a sweep or a pack again, and compares what comes out with what was stored."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aixsim import api
from aixsim.answers.answer import Answer, AnswerTable, Row
from aixsim.arguments import whole_number
from aixsim.config.models import MOST_REPLICATES
from aixsim.config.study import Study, load
from aixsim.model.outcomes import OUTCOMES
from aixsim.results.publish import PROVENANCE
from aixsim.results.result import Result, open_result
from aixsim.results.run_contents import STORED
from aixsim.results.source import FolderSource, parse_json
from aixsim.results.sweep_points import SweepPoint
from aixsim.results.sweep_result import Sweep, is_sweep, open_sweep
from aixsim.runs.files import file_checksum
from aixsim.runs.progress_bar import Progress
from aixsim.runs.provenance import environment
from aixsim.runs.tables import read_parquet, to_parquet
from aixsim.sharing.archive import inputs_of_point, unpacked
from aixsim.sharing.versions import named_versions

if TYPE_CHECKING:
    import pyarrow as pa

_NOT_COMPARED: Final = ("failures.jsonl",)
"""Files that name paths of the machine."""
_KEYS: Final = ("replicate", "month", "year")


class Reproduction(Answer):
    """Whether a result came out again; see ``reproduce``."""

    @property
    def is_same(self) -> bool:
        """Whether everything that was compared is the same."""
        return all(row["same"] for row in self.tables["compared"].rows)


def reproduce(
    place: str | PathLike[str],
    replicates: int | None = None,
    *,
    points: int | None = None,
    workers: int = 1,
    allow_plugins: bool = False,
    progress: Progress = None,
    tell: api.Tell | None = None,
) -> Reproduction:
    """Runs a result again and compares what comes out with what was stored.

    A whole run is compared file by file, byte for byte; a sample, an interrupted run and a sweep row by row. First, every stored file is
    compared with its checksum. Nothing is written.

    Args:
        place: a zip file of ``pack``, or the folder of a run or sweep.
        replicates: only the first ones, of every point; by default all.
        points: only so many points of a sweep, evenly spread; by default all.
        workers: number of processes; results do not depend on it.
        allow_plugins: whether the Python files that the config names may be executed.
        progress, tell: as in ``aixsim.run``.

    Returns:
        Tables ``compared`` (one row a file or table: what was compared, whether it is the same, and the first difference) and ``versions``
        (one row a version: then, now, whether they are the same).

    Raises:
        PackError: the zip file is no pack, or is unsafe.
        StoreError: a stored file is missing or has changed.
        ConfigError: the stored config is not valid for this version, or names Python files that may not be executed.
    """
    if replicates is not None:
        replicates = whole_number(replicates, "replicates", least=1, most=MOST_REPLICATES)
    if points is not None:
        points = whole_number(points, "points", least=1)
    options: dict[str, Any] = {"workers": workers, "progress": progress, "tell": tell}
    with unpacked(place) as folder, tempfile.TemporaryDirectory(prefix="aixsim-") as scratch:
        if is_sweep(folder):
            sweep = open_sweep(folder)
            chosen = _spread([point for point in sweep.points if point.n_done], points)
            rows = [_point(sweep, point, Path(scratch), replicates, allow_plugins=allow_plugins, options=options) for point in chosen]
            said = parse_json((folder / PROVENANCE).read_text(encoding="utf-8")) if (folder / PROVENANCE).is_file() else {}
            title, about = sweep.title, f"{len(chosen):,} points"
        else:
            result = open_result(folder)
            if isinstance(result.source, FolderSource):
                result.source.verify()
            study = load(folder / "config.toml", allow_plugins=allow_plugins)
            rows = _run(result, study, Path(scratch) / "again", replicates, options)
            said, title = result.provenance, result.title
            about = f"{min(replicates or result.provenance['replicates_done'], result.provenance['replicates_done']):,} replicates"
    return _answer(title, rows, _versions(said), about)


def _run(result: Result, study: Study, scratch: Path, replicates: int | None, options: Mapping[str, Any]) -> list[Row]:
    """Runs a run again and returns one row per file or table."""
    said = result.provenance
    if not said["interrupted"] and (replicates is None or replicates >= said["replicates_requested"]):
        again = api.run(study, out=scratch, **options)
        known = {name: sha256 for name, sha256 in said.get("files", {}).items() if name not in _NOT_COMPARED}
        return [_file_row(name, sha256, result, again) for name, sha256 in known.items()]
    again = api.run(study, replicates or said["replicates_requested"], **options)
    common = np.intersect1d(result.replicates, again.replicates)
    names = [name for name in STORED if result.has(name)]
    return [_rows_row(name, _of(result.arrow_table(name), common), _of(again.arrow_table(name), common)) for name in names]


def _point(
    sweep: Sweep, point: SweepPoint, scratch: Path, replicates: int | None, *, allow_plugins: bool, options: Mapping[str, Any]
) -> Row:
    """Runs a point of a sweep again and returns its row."""
    import pyarrow as pa

    stored = pa.concat_tables([read_parquet(sweep.file(name)) for name in point.files])
    stored = stored.select([name for name in stored.column_names if name in ("replicate", "month", *OUTCOMES)])
    last = int(np.max(stored["replicate"].to_numpy()))
    folder = scratch / f"point-{point.id}"
    folder.mkdir()
    (folder / "config.toml").write_text(point.config, encoding="utf-8")
    for name in inputs_of_point(point.config):
        if (sweep.path / name).is_file():  # others are packaged
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(sweep.path / name, folder / name)
    study = load(folder / "config.toml", allow_plugins=allow_plugins)
    again = api.run(study, min(replicates or last + 1, last + 1), **options)
    common = np.intersect1d(np.unique(stored["replicate"].to_numpy()), again.replicates)
    new = again.arrow_table("trajectories").select(stored.column_names)
    return _rows_row(f"point {point.id}: {point.label}", _of(stored, common), _of(new, common))


def _spread(items: list[SweepPoint], n: int | None) -> list[SweepPoint]:
    """Returns ``n`` items, evenly spread, the first and the last among them."""
    if n is None or n >= len(items):
        return items
    return [items[k] for k in np.unique(np.linspace(0, len(items) - 1, n).round().astype(int))]


def _of(table: pa.Table, replicates: Any) -> pa.Table:
    """Returns the rows of some replicates, sorted by replicate, with texts instead of dictionaries."""
    import pyarrow as pa

    number = table["replicate"].to_numpy()
    table = table.take(np.argsort(number, kind="stable")).filter(pa.array(np.isin(np.sort(number), replicates)))
    plain = [column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column for column in table.columns]
    return pa.table(plain, names=table.column_names)


def _file_row(name: str, sha256: str, result: Result, again: Result) -> Row:
    path = again.path / name
    found = file_checksum(path) if path.is_file() else None
    first = ""
    if found is None:
        first = "is not written again"
    elif found != sha256:
        table = name.removesuffix(".parquet")
        is_table = table != name and table in (*STORED, "groups")
        first = _first_difference(result.arrow_table(table), again.arrow_table(table)) if is_table else "another content"
    return {"name": name, "compared": "bytes", "rows": None, "same": found == sha256, "first_difference": first}


def _rows_row(name: str, stored: pa.Table, again: pa.Table) -> Row:
    is_same = stored.schema.equals(again.schema) and to_parquet(stored) == to_parquet(again)
    first = "" if is_same else _first_difference(stored, again)
    return {"name": name, "compared": "rows", "rows": len(stored), "same": is_same, "first_difference": first}


def _first_difference(stored: pa.Table, again: pa.Table) -> str:
    """Returns where two tables differ first, in words."""
    if stored.column_names != again.column_names:
        return "other columns"
    if len(stored) != len(again):
        return f"{len(stored):,} rows then, {len(again):,} now"
    for name in stored.column_names:
        old, new = stored[name].to_pylist(), again[name].to_pylist()
        place = next((k for k, (a, b) in enumerate(zip(old, new, strict=True)) if a != b and not (a != a and b != b)), None)  # noqa: PLR0124
        if place is not None:
            where = ", ".join(f"{key} {stored[key][place]}" for key in _KEYS if key in stored.column_names)
            return f"{name}{f' of {where}' if where else ''}: {old[place]} then, {new[place]} now"
    return "the same values in other bytes"


def _versions(said: Mapping[str, Any]) -> list[Row]:
    """Returns one row per version: then, now, and whether they are the same."""
    before, now = named_versions(said), named_versions(environment())
    return [{"name": name, "then": before.get(name, "unknown"), "now": now[name], "same": before.get(name) == now[name]} for name in now]


def _answer(title: str, rows: Sequence[Row], versions: Sequence[Row], about: str) -> Reproduction:
    wrong = [row for row in rows if not row["same"]]
    other = _listed(row["name"] for row in versions if not row["same"])
    what = "files" if rows and rows[0]["compared"] == "bytes" else "tables"
    if wrong:
        more = f" and {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
        first = f"Not reproduced: {wrong[0]['name']}{more} of {len(rows):,} {what} differ; {wrong[0]['first_difference']}."
        why = f"Versions that differ: {other}." if other else "No version differs, so this is a bug: please report it."
    else:
        how = "byte for byte" if what == "files" else "value for value"
        first = f"Reproduced: all {len(rows):,} {what} are the same, {how} ({about})."
        why = f"Versions that differ, without effect: {other}." if other else "No version differs."
    named = {"compared": AnswerTable(rows, {}), "versions": AnswerTable(versions, {})}
    return Reproduction(title, f"{first} {why}", named, (), ("aixsim reproduce", about))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
