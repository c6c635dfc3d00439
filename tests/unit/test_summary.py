"""The quantiles of every table, and tables in Markdown."""

from __future__ import annotations

import numpy as np

from aixsim.report.text.markdown import markdown_table
from aixsim.stats.summary import quantiles


def test_quantiles_by_hand() -> None:
    assert quantiles(np.arange(101)) == {"p05": 5.0, "p50": 50.0, "p95": 95.0}
    assert quantiles(np.array([3])) == {"p05": 3.0, "p50": 3.0, "p95": 3.0}


def test_a_table_in_markdown() -> None:
    assert markdown_table(("a", "b"), [(1, "x"), (2, "y")]) == ["| a | b |", "|---|---|", "| 1 | x |", "| 2 | y |"]
