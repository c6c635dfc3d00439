"""Exports a result for spreadsheets, statistics packages, scenario databases and network programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import Final, Literal

from aixsim.arguments import as_path, one_of
from aixsim.errors import UserError, storage_error
from aixsim.escapes import to_csv
from aixsim.results.pairing import name_of
from aixsim.results.result import Result, open_result
from aixsim.runs.files import created, durable_file
from aixsim.runs.progress import silent
from aixsim.sharing.plain_cells import write_csv
from aixsim.sharing.tables_to_export import described_columns, tables_to_export

Format = Literal["csv", "xlsx", "iamc", "network"]
_ENDINGS: Final = {"csv": "-csv", "xlsx": ".xlsx", "iamc": "-iamc.csv", "network": "-network"}
FORMATS: Final = tuple(_ENDINGS)
_FOLDERS: Final = ("csv", "network")


def export(
    result: Result | str | PathLike[str],
    to: Format,
    out: str | PathLike[str] | None = None,
    *,
    tables: Sequence[str] = (),
    by_replicate: Sequence[str] = (),
    tell: Callable[[str], object] | None = None,
) -> list[Path]:
    """Writes a result in a format of other programs; nothing is simulated.

    Text that a spreadsheet would evaluate is written after an apostrophe, and control characters as escapes. Counts of ``csv``, ``xlsx``
    and ``network`` are simulated firms, as in the result; those of ``iamc`` are national firms.

    Args:
        result: a run, or its folder.
        to: ``csv`` (a folder with one file per table), ``xlsx`` (one workbook with one sheet per table), ``iamc`` (one CSV file in the long
            format of scenario databases, which pyam reads) or ``network`` (a folder with firms and ties, as CSV and as GraphML).
        out: file or folder; by default in the current folder, named after the result. Existing files of these names are replaced.
        tables: for ``csv`` and ``xlsx``: names of tables of the result, and ``goals``; by default all, for ``xlsx`` all that fit a sheet.
        by_replicate: for ``csv`` and ``xlsx``: groups, such as ``province``, of which the counts of every replicate are added.
        tell: function that is called with a message on each table that does not fit a sheet.

    Returns:
        The paths of the files.

    Raises:
        ArgumentError: an argument is invalid.
        UserError: a named table does not fit a sheet, ``out`` holds a result, or XlsxWriter is not installed.
        StoreError: the result is damaged, or a file cannot be written.
    """
    one_of(to, "to", FORMATS)
    result = result if isinstance(result, Result) else open_result(result)
    path = Path(f"{name_of(result).replace(' ', '-')}{_ENDINGS[to]}") if out is None else as_path(out, "out")
    if (path / "provenance.json").exists():
        raise UserError(f"{path}: this folder holds a result; give another path with -o")
    if path.exists() and path.is_dir() != (to in _FOLDERS):
        raise UserError(f"{path}: is {'a folder' if path.is_dir() else 'a file'}; --to {to} needs another path with -o")
    chosen = tables_to_export(result, to, tables, by_replicate)
    try:
        with created(path if to in _FOLDERS else path.parent):
            match to:
                case "xlsx":
                    from aixsim.sharing.workbook import write_workbook

                    asked = [*tables, *(f"{group}_by_replicate" for group in by_replicate)]
                    for name in write_workbook(path, result, chosen, must_fit=asked):
                        (tell or silent)(f"left out, since it does not fit a sheet: {name}; --to csv has it")
                    return [path]
                case "iamc":
                    from aixsim.sharing.iamc_format import iamc_rows

                    return [_write(path, [to_csv(iamc_rows(result)).encode()])]
                case "network":
                    from aixsim.sharing.firms_and_ties import firms_and_ties, graphml

                    firms, ties = firms_and_ties(result)
                    named = {"firms": firms, "ties": ties}
                    paths = [write_csv(path / f"{name}.csv", table.schema, table.to_batches()) for name, table in named.items()]
                    return [*paths, _write(path / "network.graphml", graphml(firms, ties))]
                case _:
                    paths = [write_csv(path / f"{name}.csv", table.schema, table.batches()) for name, table in chosen.items()]
                    return [*paths, _write(path / "columns.csv", [to_csv(described_columns(chosen)).encode()])]
    except OSError as error:
        raise storage_error(path, error) from error


def _write(path: Path, parts: Iterable[bytes]) -> Path:
    with durable_file(path) as file:
        for part in parts:
            file.write(part)
    return path
