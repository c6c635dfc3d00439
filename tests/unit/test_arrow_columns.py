"""Columns as arrays, without pandas: slices, chunks, gaps, nothing at all; the same as PyArrow's own conversion."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from aixsim.runs.arrow_columns import array_of, dates_of


@pytest.mark.parametrize("kind", [pa.int32(), pa.int64(), pa.float64()])
def test_numbers(kind: pa.DataType) -> None:
    whole = pa.array([1, 2, 3, 4, 5], kind)
    assert array_of(whole).tolist() == [1, 2, 3, 4, 5]
    assert array_of(whole.slice(1, 3)).tolist() == [2, 3, 4]
    chunked = pa.chunked_array([whole.slice(3), whole.slice(0, 0), whole.slice(0, 2)])
    assert array_of(chunked).tolist() == [4, 5, 1, 2]
    assert array_of(chunked).dtype == whole.to_numpy().dtype
    assert array_of(pa.chunked_array([], kind)).shape == array_of(pa.array([], kind)).shape == (0,)


@pytest.mark.parametrize("kind", [pa.timestamp("ms"), pa.date32()])
def test_dates(kind: pa.DataType) -> None:
    days = [dt.date(2024, 1, 1), None, dt.date(2030, 12, 1), dt.date(1969, 5, 1)]
    column = pa.array([None if day is None else dt.datetime(day.year, day.month, day.day) for day in days], pa.timestamp("ms")).cast(kind)
    expected = np.array(["2024-01-01", "NaT", "2030-12-01", "1969-05-01"], "datetime64[ms]")
    np.testing.assert_array_equal(dates_of(column), expected)
    np.testing.assert_array_equal(dates_of(column.slice(1, 2)), expected[1:3])
    np.testing.assert_array_equal(dates_of(pa.chunked_array([column.slice(2), column])), np.concatenate([expected[2:], expected]))
    assert len(dates_of(pa.array([], kind))) == 0
