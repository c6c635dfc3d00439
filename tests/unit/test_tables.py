"""The tables: quantiles against NumPy's own, and memory that does not grow with the number of replicates."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aixsim.model.calendar import Horizon
from aixsim.model.outcomes import OUTCOMES
from aixsim.random.draws import uniforms
from aixsim.results import goals
from aixsim.runs import tables
from aixsim.runs.scratch import DONE, FAILED, N_LEVELS, Layout, Scratch
from aixsim.runs.tables import QUANTILES, _quantiles
from tests.result_fixture import FakeGoal

HORIZON = Horizon("2024-01", "2024-12")
DATES = [HORIZON.date(t) for t in range(HORIZON.n_months)]


@pytest.mark.parametrize("n", [1, 2, 7, 100])
def test_quantiles_are_numpys(n: int) -> None:
    values = (uniforms(1, 0, 1, n * 6) * 50).astype(np.int32).reshape(n, 3, 2)
    expected = np.quantile(values, list(QUANTILES.values()), axis=0)
    np.testing.assert_allclose(_quantiles(values), expected, rtol=1e-12, atol=1e-12)
    if n > 1:
        assert not np.allclose(_quantiles(values + np.arange(n, dtype=np.int32)[:, None, None]), expected)


def filled(folder: Path, n: int) -> Scratch:
    """Returns scratch files of ``n`` replicates, of which every seventh has failed."""
    folder.mkdir()
    scratch = Scratch(Layout(folder, n, HORIZON.n_months, 1, ("calls", "parks"), ("a", "b")), create=True)
    rising = np.arange(n, dtype=np.int32)
    scratch.counts[:] = (rising % 89)[:, None, None] + np.arange(HORIZON.n_months, dtype=np.int32)
    scratch.groups[:] = (rising % 101)[:, None, None, None] + np.arange(N_LEVELS, dtype=np.int32)[:, None, None]
    scratch.money[:] = rising[:, None, None, None]
    scratch.drawn[:] = rising[:, None]
    scratch.state[:] = np.where(rising % 7, DONE, FAILED)
    return scratch


def write_all(scratch: Scratch, folder: Path) -> None:
    tables.write_trajectories(folder / "trajectories.parquet", scratch, DATES)
    tables.write_groups(folder / "groups.parquet", scratch, DATES)
    tables.write_parameters(folder / "parameters.parquet", scratch)
    tables.write_money(folder / "money.parquet", scratch, [2024])
    goals.evaluate_goals(scratch.counts, [FakeGoal("g", "launched", 50, "2024-12")], HORIZON, 1.0, 0, 0.95, rows=scratch.done())


def peak(work: Callable[[], Any]) -> int:
    """Returns the bytes that Python and NumPy hold at most beyond what they held before; mapped files are not among them."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux for the pages of a process")
def test_slots_that_are_written_do_not_stay_in_memory(tmp_path: Path) -> None:
    scratch = filled(tmp_path / "scratch", 2000)
    whole, numbers = scratch.groups.nbytes, scratch.groups.sum()
    assert mapped() > whole
    scratch.release()
    assert mapped() < whole / 10
    assert scratch.groups.sum() == numbers


def mapped() -> int:
    """Returns the bytes of scratch files that this process has in memory."""
    kept = 0
    for part in Path("/proc/self/smaps").read_text(encoding="utf-8").split(".bin\n")[1:]:
        kept += 1024 * int(part.partition("Rss:")[2].split(maxsplit=1)[0])
    return kept


def shrink(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the pieces small, so that a few hundred replicates are many of them."""
    monkeypatch.setattr(tables, "_CHUNK", 20)
    monkeypatch.setattr(tables, "_AT_A_LOOK", 20)
    monkeypatch.setattr(tables, "_ROOM", 20 * HORIZON.n_months)
    monkeypatch.setattr(goals, "_AT_A_TIME", 20)


def test_memory_stays_flat_in_the_number_of_replicates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = filled(tmp_path / "few", 200), filled(tmp_path / "many", 4000)
    shrink(monkeypatch)
    write_all(few, tmp_path)  # what is imported late is no memory of the tables
    monkeypatch.setattr(tables, "_CHUNK", 20)
    small, large = peak(lambda: write_all(few, tmp_path)), peak(lambda: write_all(many, tmp_path))
    whole = many.counts.nbytes + many.groups.nbytes
    assert large - small < whole / 50
    # The twin: whoever reads all at once is noticed.
    assert peak(lambda: np.array(many.groups)) > whole / 2
    assert pa.default_memory_pool().bytes_allocated() < whole


def test_pieces_change_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = filled(tmp_path / "scratch", 300)
    for folder in ("whole", "pieces"):
        (tmp_path / folder).mkdir()
    goal = FakeGoal("g", "launched", 50, "2024-12")
    write_all(scratch, tmp_path / "whole")
    whole = goals.evaluate_goals(scratch.counts, [goal], HORIZON, 1.0, 0, 0.95, rows=scratch.done())
    shrink(monkeypatch)
    write_all(scratch, tmp_path / "pieces")
    assert goals.evaluate_goals(scratch.counts, [goal], HORIZON, 1.0, 0, 0.95, rows=scratch.done()) == whole
    for table in ("trajectories", "groups", "parameters", "money"):
        assert pq.read_table(tmp_path / "whole" / f"{table}.parquet").equals(pq.read_table(tmp_path / "pieces" / f"{table}.parquet"))
    done = scratch.done()
    assert 0 not in done
    groups = pq.read_table(tmp_path / "pieces" / "groups.parquet").to_pandas()
    values = np.asarray(scratch.groups[done]).reshape(len(done), -1)
    np.testing.assert_allclose(groups["mean"], values.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(groups["p95"], np.quantile(values, 0.95, axis=0), rtol=1e-12)
    assert len(groups) == N_LEVELS * len(OUTCOMES) * HORIZON.n_months
