"""Where records and arrays lie in memory."""

from __future__ import annotations

import numpy as np
import pytest

from aixsim.engines.kernel.large_pages import side_by_side, whole_lines
from aixsim.engines.kernel.layout import SITE
from aixsim.engines.kernel.state import FIRM, GROUP, LIFE, TIE, WAITING

LINE = 64


@pytest.mark.parametrize("fields", [[("a", np.int8)], [("a", np.int8), ("b", np.float64, (8,))], [("a", np.int64, (8,))]])
def test_a_record_fills_whole_lines(fields: list[tuple[object, ...]]) -> None:
    record, plain = whole_lines(fields), np.dtype(fields, align=True)
    assert record.itemsize % LINE == 0
    assert 0 <= record.itemsize - plain.itemsize < LINE
    assert record.names == plain.names
    assert [record.fields[name][:2] for name in record.names] == [plain.fields[name][:2] for name in plain.names]  # type: ignore[index,union-attr]


def test_no_record_that_is_read_for_one_firm_lies_in_two_lines() -> None:
    arrays = side_by_side(
        one=(np.int8, 3), site=(SITE, 5), tie=(TIE, 5), firm=(FIRM, 5), life=(LIFE, 5), group=(GROUP, 5), waiting=(WAITING, 5)
    )
    for name in ("site", "tie", "firm", "life", "group", "waiting"):
        array = arrays[name]
        assert array.ctypes.data % LINE == 0
        first = np.arange(5) * array.itemsize
        assert (first // LINE == (first + array.itemsize - 1) // LINE).all(), name
        assert not array.view(np.uint8).any()
