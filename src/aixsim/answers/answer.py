"""An answer: one sentence, tables with units, and notes; for the terminal, as JSON, and as CSV and Parquet files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aixsim.errors import ArgumentError, storage_error
from aixsim.escapes import to_csv
from aixsim.plotting import Drawable
from aixsim.results.columns import with_units
from aixsim.runs.files import created, write_durably
from aixsim.runs.tables import to_parquet

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]


@dataclass(frozen=True)
class AnswerTable:
    """Rows of one table of an answer.

    Attributes:
        rows: one or more, values by column; None where there is none. All rows have the same columns.
        units: of the columns that have one.
    """

    rows: Sequence[Row]
    units: Mapping[str, str]


@dataclass(frozen=True, eq=False, repr=False)
class Answer(Drawable):
    """The answer to a question.

    Attributes:
        about: title of the study.
        sentence: the answer in plain words, with its numbers.
        tables: by name.
        notes: what the numbers mean and do not mean, one sentence each.
        source: parts of the source line of figures: run, number of replicates.
    """

    about: str
    sentence: str
    tables: Mapping[str, AnswerTable]
    notes: Sequence[str]
    source: Sequence[str]

    def __repr__(self) -> str:
        """Returns the sentence."""
        return f"<{type(self).__name__}: {self.sentence}>"

    def frame(self, table: str | None = None) -> pd.DataFrame:
        """Returns a table as a data frame, with the unit of each column in ``attrs["units"]``.

        Args:
            table: its name; by default the first.

        Raises:
            ArgumentError: there is no such table.
        """
        import pandas as pd

        name = next(iter(self.tables)) if table is None else table
        if name not in self.tables:
            raise ArgumentError("table", name, f"one of {', '.join(self.tables)}")
        found = self.tables[name]
        frame = pd.DataFrame(list(found.rows))
        return with_units(frame, {str(column): found.units.get(str(column), "") for column in frame})

    def to_dict(self) -> dict[str, Any]:
        """Returns everything as JSON values."""
        tables = {name: {"units": dict(table.units), "rows": [dict(row) for row in table.rows]} for name, table in self.tables.items()}
        return {"about": self.about, "answer": self.sentence, "notes": list(self.notes), "source": list(self.source), **tables}

    def write(self, folder: Path) -> list[Path]:
        """Writes every table as CSV and Parquet, each file atomically, and returns the paths.

        Raises:
            StoreError: a file cannot be written.
        """
        import pyarrow as pa

        paths = []
        for name, table in self.tables.items():
            rows = [dict(row) for row in table.rows]
            for ending, content in (("csv", to_csv(rows).encode()), ("parquet", to_parquet(pa.Table.from_pylist(rows)))):
                path = folder / f"{name}.{ending}"
                try:
                    with created(folder):
                        write_durably(path, content)
                except OSError as error:
                    raise storage_error(path, error) from error
                paths.append(path)
        return paths
