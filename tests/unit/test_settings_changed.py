"""What a comparison says of configs of which one lacks a lever, and of the money that parks build with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tomli_w

from aixsim.config.variant import changed
from aixsim.model.levers.parks import Parks
from aixsim.report.html.option_tables import comparison_tables
from aixsim.report.text.comparison_text import verdict
from aixsim.results.comparison import compare
from aixsim.results.pairing import Pair
from aixsim.results.result import Result, open_result
from aixsim.results.settings_changed import settings_changed
from aixsim.stats.differences import Difference
from tests.result_fixture import make_result

WITHOUT = "[levers.trade]\nstart = '2026-01'\n"
PARKS = "[levers.parks]\nnumber = 13\nrate = { dist = 'uniform', low = 0.1, high = 0.2 }\n"


def results(folder: Path, *configs: str) -> list[Result]:
    found = []
    for at, text in enumerate(configs):
        path = make_result(folder / str(at), n=60, lift=1.0 + 0.2 * at)
        (path / "config.toml").write_text(text, encoding="utf-8")
        found.append(open_result(path))
    return found


def test_a_removed_lever_is_one_entry(tmp_path: Path) -> None:
    before, after = results(tmp_path, WITHOUT + PARKS, WITHOUT)
    settings = settings_changed(Pair(before, after, np.arange(2), 0))
    assert settings == {"levers.parks": (True, False)}
    assert [changed(key, *ends) for key, ends in settings.items()] == ["levers.parks: removed"]


def test_settings_that_differ_are_told_one_by_one_after_what_was_added(tmp_path: Path) -> None:
    before, after = results(tmp_path, PARKS, WITHOUT.replace("2026", "2027") + PARKS.replace("13", "27"))
    settings = settings_changed(Pair(before, after, np.arange(2), 0))
    assert settings == {"levers.parks.number": (13, 27), "levers.trade": (False, True), "levers.trade.start": (None, "2027-01")}
    assert changed("levers.trade", *settings["levers.trade"]) == "levers.trade: added"


def test_defaults_of_a_new_lever_are_not_listed(tmp_path: Path) -> None:
    stated = {item.name: item.default for item in Parks.declared}
    assert len(stated) > 3
    before, after = results(tmp_path, WITHOUT, WITHOUT + tomli_w.dumps({"levers": {"parks": {**stated, "number": 27}}}))
    assert settings_changed(Pair(before, after, np.arange(2), 0)) == {"levers.parks": (False, True), "levers.parks.number": (None, 27)}


def test_public_money_over_factories_is_the_cost_that_stands_beside_it(tmp_path: Path) -> None:
    parks = tomli_w.dumps({"levers": {"parks": {item.name: item.default for item in Parks.declared}}})
    comparison = compare(*results(tmp_path, WITHOUT, WITHOUT + parks))
    (policy,) = comparison.policies
    (row,) = comparison_tables(comparison)["options"].rows
    assert row["spent"] / row["launched"] == pytest.approx(row["cost_launched"])
    assert told(policy.costs.money["public"].paired) in verdict(policy)[2]
    # The money of projects alone, without what parks build, would not do.
    assert policy.spent_krw_bn.paired.estimate / row["launched"] < 0.9 * row["cost_launched"]
    assert told(policy.spent_krw_bn.paired) not in verdict(policy)[2]


def told(d: Difference) -> str:
    return f"public KRW bn {d.estimate:+.1f} ["
