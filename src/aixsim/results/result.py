"""Opens result folders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aixsim.errors import StoreError
from aixsim.model.calendar import Horizon
from aixsim.results.paths import Paths, gather
from aixsim.results.project_table import Projects, read_projects
from aixsim.results.yearly_money import Money, add_up

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_REMEDY = "give the folder that aixsim run printed"
_ROWS_AT_A_TIME = 20_000
_NEEDED = (
    "run_id", "title", "scale", "n_firms", "seed", "replicates_requested", "replicates_done", "replicates_failed",
    "interrupted", "stopped_at", "confidence", "counts", "horizon", "goals", "observed",
)  # fmt: skip


class ResultError(StoreError):
    """A result that cannot be read.

    Attributes:
        folder: the result folder.
        file: name of the file in it that is missing or damaged; empty when it is the folder itself.
        reason, remedy, exit_code: as in ``StoreError``.
    """

    def __init__(self, folder: Path, file: str, message: str, remedy: str) -> None:
        """Keeps the facts as fields."""
        super().__init__(folder, "damaged", message, remedy)
        self.file = file


@dataclass(frozen=True)
class Result:
    """A result folder; tables are read when they are first asked for.

    Attributes:
        path: the folder.
        provenance: where the result comes from.
    """

    path: Path
    provenance: dict[str, Any]

    @cached_property
    def trajectories(self) -> pd.DataFrame:
        """Counts by replicate and month, in firms of the simulated population."""
        return self._table("trajectories")

    def counts_in(self, month: str) -> pd.DataFrame:
        """Returns the rows of ``trajectories`` of one month, ``YYYY-MM``; the others are never in memory together."""
        import pyarrow as pa
        import pyarrow.compute as pc

        date = pa.scalar(self.horizon.date(self.horizon.index(month)))
        rows = [batch.filter(pc.equal(batch["month"], date)) for batch in self._batches("trajectories")]
        return pa.Table.from_batches(rows).to_pandas() if rows else self.trajectories

    def paths(self, outcome: str) -> Paths:
        """Returns the count of every replicate at the end of every month; of the table, nothing else is read."""
        months = [self.horizon.date(t) for t in range(self.horizon.n_months)]
        return gather(self._batches("trajectories", ["replicate", "month", outcome]), outcome, months)

    @cached_property
    def has_launched(self) -> bool:
        """Whether any replicate has launched a counted project."""
        return bool(self.paths("launched").values.any())

    @cached_property
    def groups(self) -> pd.DataFrame:
        """Mean and quantiles by month, group, level and outcome, in firms of the simulated population."""
        return self._table("groups")

    @cached_property
    def money(self) -> pd.DataFrame:
        """Budget, spent and left by replicate, year and programme, KRW bn, of the simulated population."""
        return self._table("money")

    def money_by_year(self) -> Money | None:
        """Returns means of budgets and spending, and what each replicate spends in a year; None without programmes."""
        columns = ["replicate", "programme", "budget_krw_bn", "spent_krw_bn"]
        return add_up(self._batches("money", columns), list(self.horizon.years)) if self.has_money else None

    @cached_property
    def has_money(self) -> bool:
        """Whether there are programmes."""
        return next(self._batches("money", ["year"]), None) is not None

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """Drawn uncertainties by replicate."""
        return self._table("parameters")

    @cached_property
    def projects(self) -> Projects:
        """Every project of every replicate, as arrays of numbers."""
        try:
            return read_projects(self.path / "projects.parquet", self.horizon)
        except (OSError, ValueError) as error:
            raise self._unreadable("projects.parquet", error) from error

    @cached_property
    def counting(self) -> list[dict[str, Any]]:
        """Contents of ``counting.json``; empty in results of versions that did not write it."""
        return list(self._document("counting.json")) if self.has("counting.json") else []

    @cached_property
    def firms(self) -> dict[str, Any]:
        """Contents of ``firms.json``."""
        return dict(self._document("firms.json"))

    def has(self, name: str) -> bool:
        """Returns whether there is such a file; results of earlier versions lack some."""
        return (self.path / name).is_file()

    @cached_property
    def goals(self) -> list[dict[str, Any]]:
        """Contents of ``goals.json``."""
        return list(self._document("goals.json"))

    @cached_property
    def network(self) -> dict[str, Any]:
        """Contents of ``network.json``."""
        return dict(self._document("network.json"))

    @property
    def scale(self) -> float:
        """Share of the national population that was simulated."""
        return float(self.provenance["scale"])

    @property
    def is_sample(self) -> bool:
        """Whether fewer firms were simulated than the nation has."""
        return self.scale < 1.0

    @property
    def sample_note(self) -> str:
        """``sample of N % of firms`` when the run simulated less than the nation, else empty."""
        return f"sample of {100 * self.scale:g} % of firms" if self.is_sample else ""

    @property
    def horizon(self) -> Horizon:
        """Simulated months."""
        return Horizon(self.provenance["horizon"]["start"], self.provenance["horizon"]["end"])

    @property
    def n_note(self) -> str:
        """How many replicates stand behind every number, and how many failed."""
        failed = self.provenance["replicates_failed"]
        return f"n = {self.provenance['replicates_done']:,} replicates" + (f", {failed:,} failed" if failed else "")

    def _batches(self, name: str, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yields the rows of a table piece by piece, of all columns or of some."""
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(self.path / f"{name}.parquet") as file:
                yield from file.iter_batches(_ROWS_AT_A_TIME, columns=columns)
        except (OSError, ValueError) as error:
            raise self._unreadable(f"{name}.parquet", error) from error

    def _table(self, name: str) -> pd.DataFrame:
        import pandas as pd

        try:
            return pd.read_parquet(self.path / f"{name}.parquet")
        except (OSError, ValueError) as error:
            raise self._unreadable(f"{name}.parquet", error) from error

    def _document(self, name: str) -> Any:
        try:
            return json.loads((self.path / name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self._unreadable(name, error) from error

    def _unreadable(self, name: str, error: Exception) -> ResultError:
        what = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error})"
        return ResultError(self.path, name, f"its {name} {what}", "run the study again")


def open_result(path: Path | str) -> Result:
    """Opens a result folder.

    Raises:
        ResultError: it is not there, is something else, or is damaged.
    """
    path, file = Path(path), "provenance.json"
    if not path.exists():
        raise ResultError(path, "", "there is no such result folder", _REMEDY)
    if not path.is_dir():
        raise ResultError(path, "", "is not a folder", _REMEDY)
    try:
        provenance = json.loads((path / file).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResultError(path, file, f"is not a result folder: it has no {file}", _REMEDY) from None
    except (OSError, ValueError) as error:
        raise ResultError(path, file, f"its {file} cannot be read ({error})", "run the study again") from error
    missing = [key for key in _NEEDED if key not in provenance] if isinstance(provenance, dict) else list(_NEEDED)
    if missing:
        raise ResultError(path, file, f"its {file} lacks {', '.join(missing)}", "run the study again with this version")
    return Result(path, provenance)
