"""A result as an Excel workbook: a first sheet that says what is what, and one sheet per table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from aixsim.errors import UserError
from aixsim.escapes import cell, visible
from aixsim.results.result import Result
from aixsim.runs.files import durable_file
from aixsim.sharing.plain_cells import plain_cells
from aixsim.sharing.tables_to_export import ExportedTable, described_columns

ROWS: Final = 1_048_575
"""Rows that a sheet holds below its header."""
_UNKNOWN: Final = "1980-01-01"
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd",
}


def write_workbook(path: Path, result: Result, tables: Mapping[str, ExportedTable], *, must_fit: Sequence[str] = ()) -> list[str]:
    """Writes the tables that fit a sheet; returns the names of those that do not, which the first sheet names too.

    Args:
        path: of the workbook.
        result: the run.
        tables: by name.
        must_fit: names of tables that are refused if they do not fit.

    Raises:
        UserError: such a table does not fit, or XlsxWriter is not installed.
        OSError: the file cannot be written.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError:
        raise UserError("--to xlsx needs XlsxWriter; install it with: pip install 'aixsim[excel]'") from None
    sizes = {name: sum(len(batch) for batch in table.batches()) for name, table in tables.items()}
    left = [name for name, n in sizes.items() if n > ROWS]
    if refused := [name for name in left if name in must_fit]:
        raise UserError(f"{refused[0]} has {sizes[refused[0]]:,} rows, and a sheet holds {ROWS:,}; use --to csv for it")
    with durable_file(path) as file:
        book = Workbook(file, dict(_OPTIONS))
        # The time of the result, so that equal results give equal workbooks.
        written = dt.datetime.fromisoformat(result.provenance.get("written", _UNKNOWN))
        book.set_properties({"title": visible(result.title), "created": written})
        bold = book.add_format({"bold": True})
        _about(book, result, {name: table for name, table in tables.items() if name not in left}, sizes, left, bold)
        for name, table in tables.items():
            if name not in left:
                _sheet(book, name, table, bold)
        book.close()
    return left


def _about(
    book: Any, result: Result, tables: Mapping[str, ExportedTable], sizes: Mapping[str, int], left: Sequence[str], bold: Any
) -> None:
    """Writes the first sheet."""
    said, sheet = result.provenance, book.add_worksheet("about")
    sample = f"a sample of {100 * result.scale:g} % of the firms; divide by {result.scale:g} for national counts"
    lines: list[list[Any]] = [
        [result.title],
        ["config", str(said.get("config", ""))],
        ["replicates", f"{said['replicates_done']:,}, {said['replicates_failed']:,} failed"],
        ["seed", str(said["seed"])],
        ["months", f"{said['horizon']['start']} to {said['horizon']['end']}"],
        ["firms", f"{said['n_firms']:,}: " + (sample if result.is_sample else "all of the nation")],
        ["version", f"aixsim {said.get('aixsim', 'unknown')}"],
        ["unit", "counts are simulated firms unless a unit says national firms"],
        [],
        ["table", "rows", "what a row is"],
        *([name, sizes[name], table.row] for name, table in tables.items()),
        *([name, sizes[name], f"left out, since a sheet holds {ROWS:,} rows: use --to csv"] for name in left),
        [],
        ["table", "column", "unit", "meaning"],
        *(list(row.values()) for row in described_columns(tables)),
    ]
    sheet.set_column(0, 3, 24)
    for number, line in enumerate(lines):
        is_head = number == 0 or (bool(line) and line[0] == "table")
        for position, value in enumerate(line):
            write = sheet.write_string if isinstance(value, str) else sheet.write_number
            write(number, position, cell(value), bold if is_head else None)


def _sheet(book: Any, name: str, table: ExportedTable, bold: Any) -> None:
    import pyarrow as pa

    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(table.schema.names) - 1, 14)
    for position, text in enumerate(table.schema.names):
        sheet.write_string(0, position, cell(text), bold)
    number = 0
    for batch in table.batches():
        rows = plain_cells(pa.Table.from_batches([batch]))
        writers = [_writer(sheet, kind) for kind in rows.schema.types]
        for row in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            number += 1
            for position, (write, value) in enumerate(zip(writers, row, strict=True)):
                if value is not None:
                    write(number, position, value)


def _writer(sheet: Any, kind: Any) -> Any:
    """Returns the method that writes the values of a column; text is always text, never a formula or a link."""
    import pyarrow as pa

    if pa.types.is_boolean(kind):
        return sheet.write_boolean
    if pa.types.is_date(kind):
        return sheet.write_datetime
    return sheet.write_string if pa.types.is_string(kind) else sheet.write_number
