"""The tables: quantiles against NumPy's own, files whose bytes do not tell how they were made, and memory that does not grow."""

from __future__ import annotations

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
from aixsim.runs import tables
from aixsim.runs.tables import LEVELS, QUANTILES, by_replicate, groups, groups_by_replicate, quantiles, to_parquet, write_parquet

HORIZON = Horizon("2024-01", "2024-12")


@pytest.mark.parametrize("n", [1, 2, 7, 100])
def test_quantiles_are_numpys(n: int) -> None:
    values = (uniforms(1, 0, 1, n * 6) * 50).astype(np.int32).reshape(n, 3, 2)
    expected = np.quantile(values, list(QUANTILES.values()), axis=0)
    np.testing.assert_allclose(quantiles(values), expected, rtol=1e-12, atol=1e-12)
    if n > 1:
        assert not np.allclose(quantiles(values + np.arange(n, dtype=np.int32)[:, None, None]), expected)


def counts(n: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Returns counts by level, outcome and month of some replicates."""
    rising = (np.arange(n, dtype=np.int32) % 101)[:, None, None, None]
    level = np.arange(len(LEVELS), dtype=np.int32)[:, None, None]
    outcome = np.arange(len(OUTCOMES), dtype=np.int32)[:, None]
    return np.asarray(rising + 3 * level + 2 * outcome + np.arange(HORIZON.n_months), np.int32)


def test_groups_are_means_and_quantiles_over_replicates() -> None:
    values, replicates = counts(30), [r for r in range(31) if r != 7]
    parts = [groups_by_replicate(replicates[a:b], list(values[a:b])) for a, b in ((0, 1), (1, 12), (12, 30))]
    whole = pa.concat_tables(parts)
    found = pa.concat_tables(groups(lambda name: whole[name], HORIZON)).to_pandas()
    flat = values.reshape(30, -1)
    np.testing.assert_allclose(found["mean"], flat.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found["p95"], np.quantile(flat, 0.95, axis=0), rtol=1e-12)
    one = found[(found["group"] == "size") & (found["level"] == "large") & (found["outcome"] == OUTCOMES[2])]
    one = one[one["month"] == "2024-03-01"]
    assert one["mean"].item() == flat.mean(axis=0).reshape(len(LEVELS), len(OUTCOMES), -1)[LEVELS.index(("size", "large")), 2, 2]


def test_trajectories_hold_counts_months_and_numbers_by_hand() -> None:
    count = np.arange(2 * len(OUTCOMES) * HORIZON.n_months, dtype=np.int32).reshape(2, len(OUTCOMES), HORIZON.n_months)
    table = tables.trajectories([3, 5], count, HORIZON, ("launched",), 4, {"a.b": np.array([0.5, 0.25])}).to_pandas()
    assert table.columns.tolist() == ["point", "replicate", "month", "launched", "a.b"]
    assert table["month"].dtype.kind == "M"
    row = table[(table["replicate"] == 5) & (table["month"] == "2024-02-01")].iloc[0]
    assert (row["point"], row["launched"], row["a.b"]) == (4, count[1, OUTCOMES.index("launched"), 1], 0.25)


def pieces(n: int, size: int) -> list[pa.Table]:
    replicate = np.repeat(np.arange(n, dtype=np.int32), 3)
    whole = pa.table({"replicate": replicate, "x": np.arange(3 * n) / 7})
    return [whole.slice(3 * first, 3 * size) for first in range(0, n, size)]


@pytest.mark.parametrize("size", [1, 7, 50])
def test_a_merged_file_does_not_tell_its_pieces(size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_ROWS", 40)
    contents = []
    for parts in (pieces(50, 50), pieces(50, size)):
        paths = []
        for number, part in enumerate(parts):
            paths.append(tmp_path / f"{number}.parquet")
            paths[-1].write_bytes(to_parquet(part))
        with (tmp_path / "merged").open("wb") as stream:
            write_parquet(stream, parts[0].schema, by_replicate(paths[::-1]))
        contents.append((tmp_path / "merged").read_bytes())
    assert contents[0] == contents[1]
    assert pq.ParquetFile(tmp_path / "merged").num_row_groups == 4


def test_rows_that_come_late_stand_in_their_place(tmp_path: Path) -> None:
    one, two, three = pieces(30, 10)
    (tmp_path / "early").write_bytes(to_parquet(pa.concat_tables([one, three])))
    (tmp_path / "late").write_bytes(to_parquet(two))
    merged = pa.concat_tables(by_replicate([tmp_path / "early", tmp_path / "late"]))
    assert merged.equals(pa.concat_tables([one, two, three]))


def peak(work: Callable[[], Any]) -> int:
    """Returns the bytes that Python and NumPy hold at most beyond what they held before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_groups_hold_one_level_of_all_replicates_in_memory(tmp_path: Path) -> None:
    n = 2000
    values = counts(n)
    path = tmp_path / "groups.parquet"
    path.write_bytes(to_parquet(groups_by_replicate(range(n), list(values))))

    def summary() -> None:
        for _ in groups(lambda name: pq.read_table(path, columns=[name])[name], HORIZON):
            pass

    summary()  # what is imported late is no memory of the tables
    level = values.nbytes // len(LEVELS)
    assert peak(summary) < 6 * level
    # The twin: whoever reads all at once is noticed.
    assert peak(lambda: np.array(values)) > 6 * level
