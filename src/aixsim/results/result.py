"""A result: tables as tidy data frames, counts as arrays, goals and provenance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from aixsim.arguments import as_path
from aixsim.errors import UserError
from aixsim.model.calendar import Horizon
from aixsim.notebook import card
from aixsim.plotting import Drawable
from aixsim.results.columns import to_frame, wrong_columns
from aixsim.results.goals import goal_cells, goals_frame
from aixsim.results.paths import Paths, at_month, gather
from aixsim.results.project_table import Projects, project_arrays
from aixsim.results.shapes import DOCUMENTS, PROVENANCE, misfit
from aixsim.results.source import FolderSource, ResultError, Source, parse_json
from aixsim.results.yearly_money import Money, add_up
from aixsim.runs.arrow_columns import array_of
from aixsim.runs.provenance import broken_seal

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_REMEDY = "give the folder that aixsim run printed"
_AGAIN = "run the study again"
_FILE = "provenance.json"


@dataclass(frozen=True, repr=False)
class Result(Drawable):
    """A finished run. Files are read on first use; counts are simulated firms.

    Attributes:
        source: folder or memory, from which tables and documents are read.
        about: its provenance, or a function that returns it.
    """

    source: Source
    about: dict[str, Any] | Callable[[], dict[str, Any]]

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """Versions, seed, horizon and numbers of replicates."""
        return self.about() if callable(self.about) else self.about

    def __reduce__(self) -> tuple[type[Self], tuple[Source, dict[str, Any]]]:
        """Pickles without cached data."""
        return type(self), (self.source, self.provenance)

    def __repr__(self) -> str:
        """Returns title, folder and numbers of replicates."""
        return f"<Result {self.title!r}, {self.where}: {self.n_note}>"

    def _repr_html_(self) -> str:
        """Returns the goals as HTML, for notebooks."""
        p, nation = self.provenance, "counts scaled to the nation"
        notes = [f"{self.n_note}, seed {p['seed']}, {p['horizon']['start']} to {p['horizon']['end']}, {p['n_firms']:,} firms simulated"]
        notes += [f"{self.sample_note}, {nation}" if self.is_sample else "", self.where]
        if p["interrupted"]:
            notes.append(f"INTERRUPTED after {p['replicates_done']:,} of {p['replicates_requested']:,} replicates")
        rows = [goal_cells(goal) for goal in self.goal_records]
        sure = f"probability [{100 * p['confidence']:g} % interval]"
        return card(self.title, notes, ("goal", "at least", sure, "n", "count, median [90 % of replicates]", "month reached, median"), rows)

    # --- tables

    def trajectories(self) -> pd.DataFrame:
        """Returns one row per replicate and month with the count of every outcome at the end of the month, in simulated firms."""
        return self._frame("trajectories")

    def groups(self) -> pd.DataFrame:
        """Returns mean and quantiles over replicates by month, group, level and outcome, in simulated firms."""
        return self._frame("groups")

    def projects(self) -> pd.DataFrame:
        """Returns one row per project: firm, who pays, months of launch, operation and end, and traits of the firm."""
        return self._frame("projects")

    def parameters(self) -> pd.DataFrame:
        """Returns one row per replicate with the value drawn for every uncertain parameter."""
        return self._frame("parameters")

    def money(self) -> pd.DataFrame:
        """Returns budget, spent and left in KRW bn by replicate, year and programme, of the simulated population."""
        return self._frame("money")

    def payers(self) -> pd.DataFrame:
        """Returns what state, leads and firms pay for projects in KRW bn by replicate, year and route, of the simulated population."""
        return self._frame("payers")

    @property
    def goals(self) -> pd.DataFrame:
        """One row per goal: probability with its interval, national count at the deadline, month reached, shortfall."""
        return goals_frame(self.goal_records)

    # --- arrays

    @cached_property
    def replicates(self) -> NDArray[np.int32]:
        """Numbers of the finished replicates, ascending, shape ``(n,)``."""
        found = [np.unique(array_of(batch["replicate"])) for batch in self.batches("trajectories", ["replicate"])]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int32)

    def paths(self, outcome: str) -> Paths:
        """Returns the count of every replicate at the end of every month; only this column is read.

        Args:
            outcome: a column of ``trajectories``.

        Raises:
            UserError: the outcome is unknown, or no replicate has finished.
        """
        known = [name for name in self._schema("trajectories").names if name not in ("replicate", "month")]
        if outcome not in known:
            raise UserError(f"{self.where}: unknown outcome {outcome!r}; allowed: {', '.join(known)}")
        months = [self.horizon.date(t) for t in range(self.horizon.n_months)]
        return gather(self.batches("trajectories", ["replicate", "month", outcome]), outcome, months)

    def counts_in(self, month: str) -> dict[str, NDArray[np.int32]]:
        """Returns the counts at the end of a month by outcome, and the numbers of the replicates, ascending; shape ``(n,)`` each.

        Args:
            month: ``YYYY-MM``, within the horizon.

        Raises:
            UserError: the month is outside the horizon.
        """
        horizon, index = self.horizon, -1
        with suppress(ValueError, AttributeError):
            index = horizon.index(month)
        if not 0 <= index < horizon.n_months:
            raise UserError(f"{self.where}: {month!r} is not a month of the run; allowed: {horizon.start} to {horizon.end}")
        names = [name for name in self._schema("trajectories").names if name != "month"]
        return at_month(self.batches("trajectories"), names, horizon.date(index))

    @cached_property
    def has_launched(self) -> bool:
        """Whether any replicate has launched a counted project."""
        return bool(self.paths("launched").values.any())

    @cached_property
    def project_arrays(self) -> Projects:
        """All projects of all replicates, as arrays."""
        return project_arrays(self.arrow_table("projects"), self.horizon)

    def money_by_year(self) -> Money | None:
        """Returns mean budgets and spending, and total spending by replicate and year; None without programmes."""
        columns = ["replicate", "programme", "budget_krw_bn", "spent_krw_bn"]
        return add_up(self.batches("money", columns), list(self.horizon.years)) if self.has_money else None

    @cached_property
    def has_money(self) -> bool:
        """Whether there are programmes."""
        return any(len(batch) for batch in self.batches("money", ["year"]))

    def batches(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yields the rows of a table in pieces, with all columns or some."""
        self._schema(table)
        return self.source.batches(table, columns)

    # --- documents

    @cached_property
    def goal_records(self) -> list[dict[str, Any]]:
        """Contents of ``goals.json``."""
        return list(self._document("goals"))

    @cached_property
    def counting(self) -> list[dict[str, Any]]:
        """Contents of ``counting.json``; empty in results of earlier versions."""
        return list(self._document("counting")) if self.has("counting") else []

    @cached_property
    def firms(self) -> dict[str, Any]:
        """Contents of ``firms.json``."""
        return dict(self._document("firms"))

    @cached_property
    def network(self) -> dict[str, Any]:
        """Contents of ``network.json``."""
        return dict(self._document("network"))

    @cached_property
    def config(self) -> dict[str, Any]:
        """The resolved config; empty in results that lack it."""
        return dict(self._document("config")) if self.has("config") else {}

    def has(self, name: str) -> bool:
        """Returns whether there is a table or document of this name (without suffix); results of earlier versions lack some."""
        return self.source.has(name)

    # --- properties

    @property
    def path(self) -> Path:
        """The result folder.

        Raises:
            UserError: the run was kept in memory.
        """
        if self.source.path is None:
            raise UserError("this result has no folder, because it is in memory; call run() with out= to write one")
        return self.source.path

    @property
    def where(self) -> str:
        """The result folder, for messages."""
        return "result in memory" if self.source.path is None else str(self.source.path)

    @property
    def title(self) -> str:
        """Title of the study."""
        return str(self.provenance["title"])

    @property
    def scale(self) -> float:
        """Simulated share of the national population."""
        return float(self.provenance["scale"])

    @property
    def is_sample(self) -> bool:
        """Whether the scale is below 1."""
        return self.scale < 1.0

    @property
    def sample_note(self) -> str:
        """``sample of N % of firms`` if the scale is below 1, else empty."""
        return f"sample of {100 * self.scale:g} % of firms" if self.is_sample else ""

    @property
    def horizon(self) -> Horizon:
        """Simulated months."""
        return Horizon(self.provenance["horizon"]["start"], self.provenance["horizon"]["end"])

    @property
    def n_note(self) -> str:
        """Number of replicates, and of failed ones, as text."""
        failed = self.provenance["replicates_failed"]
        return f"n = {self.provenance['replicates_done']:,} replicates" + (f", {failed:,} failed" if failed else "")

    def _frame(self, name: str) -> pd.DataFrame:
        return to_frame(name, self.arrow_table(name))

    def arrow_table(self, name: str) -> pa.Table:
        """Returns a table as PyArrow has it, after checking its columns."""
        self._schema(name)
        return self.source.table(name)

    def _schema(self, name: str) -> pa.Schema:
        """Returns the schema of a table, after checking its columns."""
        schema = self.source.schema(name)
        if wrong := wrong_columns(name, schema):
            raise self.source.damaged(name, wrong)
        return schema

    def _document(self, name: str) -> Any:
        document = self.source.document(name)
        if found := misfit(document, DOCUMENTS[name]):
            raise self.source.damaged(name, f"is not valid: {found}")
        return document


def open_result(path: str | PathLike[str]) -> Result:
    """Opens a result folder.

    Args:
        path: result folder, as printed by ``aixsim run``.

    Raises:
        ResultError: the folder does not exist, is not a result, or is damaged.
        ArgumentError: it is not a path.
    """
    path = as_path(path)
    if not path.exists():
        raise ResultError(path, "", "this folder does not exist", _REMEDY)
    if not path.is_dir():
        raise ResultError(path, "", "is not a folder", _REMEDY)
    try:
        provenance = parse_json((path / _FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResultError(path, _FILE, f"is not a result folder: it has no {_FILE}", _REMEDY) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ResultError(path, _FILE, f"its {_FILE} cannot be read ({error})", _AGAIN) from error
    if not (found := misfit(provenance, PROVENANCE)):
        is_order = Horizon(provenance["horizon"]["start"], provenance["horizon"]["end"]).n_months > 0
        found = broken_seal(provenance) if is_order else "its horizon ends before it starts"
    if found:
        raise ResultError(path, _FILE, f"its {_FILE} is not valid for this version: {found}", _AGAIN)
    return Result(FolderSource(path, provenance.get("files", {})), provenance)
