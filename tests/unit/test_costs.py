"""Who pays for the counted projects, and what one costs the state."""

from __future__ import annotations

from pathlib import Path

import pytest

from aixsim.report.text.headline import headline
from aixsim.results.costs import costs
from aixsim.results.result import open_result
from tests.result_fixture import make_result


def test_shares_and_costs_add_up(tmp_path: Path) -> None:
    result = open_result(make_result(tmp_path / "run", 12))
    found = costs(result)
    assert found is not None
    # The fixture lets the lead pay a tenth of what the state pays, and the firm twice as much: 1 + 0.1 + 2.
    assert list(found.shares.values()) == pytest.approx([1 / 3.1, 0.1 / 3.1, 2 / 3.1])
    last, table = result.counts_in(result.horizon.end), result.payers()
    state = table.loc[table["route"].isin(result.provenance["counts"]), "state_krw_bn"].sum()
    assert found.per_launched == pytest.approx(state / last["launched"].sum())
    assert found.per_operating == pytest.approx(state / last["operating"].sum())
    assert found.own_per_funded == pytest.approx(last["launched_own"].sum() / last["launched"].sum())
    assert "Who pays for the counted projects" in headline(result)
