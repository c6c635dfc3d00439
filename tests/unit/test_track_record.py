"""What reports say of the back-test is what the table of the package and the page on evidence say."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from aixsim.data.packaged import rows
from aixsim.evidence.forecasts import ALL, ANNOUNCED, KNOWN, MODEL, POOL, VERIFIED, Forecast, read_table
from aixsim.evidence.track_record import LONGEST, TABLE, records, sentence, summary_table
from aixsim.report.text.backtest_table import table
from aixsim.stats.scores import Score

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "evidence.md").read_text(encoding="utf-8")


def a_score(crps: float, *, inside: bool) -> Score:
    ends = (900.0, 1100.0) if inside else (100.0, 200.0)
    return Score(1000.0, 1050.0, {0.5: ends, 0.8: ends, 0.95: ends}, crps, 8.0, 0.4)


def forecasts() -> list[Forecast]:
    """Two origins; the model has half the error of the better baseline, and one of its counts is outside."""
    return [
        Forecast(counts, policy, origin, origin + ahead, "cumulative", model, a_score(crps, inside=origin == 2018 or model != MODEL), 100)
        for counts in (ALL, VERIFIED)
        for policy in (ANNOUNCED, KNOWN)
        for origin in (2018, 2019)
        for ahead in (1, 2, 3, 4)
        for model, crps in ((MODEL, 50.0), ("Bass", 100.0), ("drift", 150.0), (POOL, 40.0))
    ]


def test_the_table_sums_up_the_forecasts() -> None:
    found = list(csv.DictReader(summary_table(forecasts()).splitlines()))
    assert len(found) == 2 * (3 + 4), "no announced forecast beyond three years"
    assert {(row["skill"], row["best_baseline"], row["covered_80"], row["origins"]) for row in found} == {("0.5", "Bass", "1", "2")}
    assert {row["combined_skill"] for row in found} == {"0.6"}
    assert "+0.50 (Bass)" in table(forecasts())


@pytest.mark.parametrize("counts", [ALL, VERIFIED])
@pytest.mark.parametrize("policy", [ANNOUNCED, KNOWN])
def test_the_page_shows_what_the_package_says(counts: str, policy: str) -> None:
    found = records(counts, policy)
    assert [one.horizon for one in found] == list(range(1, len(found) + 1))
    assert len(found) <= LONGEST[policy]
    for one in found:
        row = f"{one.skill:+.2f} ({one.best_baseline})"
        assert row in PAGE
        assert f"{one.covered_80} of {one.origins}" in PAGE


def test_the_sentence_has_the_worst_horizon_too() -> None:
    text = sentence()
    for one in (*records(ALL, ANNOUNCED), *records(VERIFIED, ANNOUNCED)):
        assert f"{one.skill:+.2f}" in text
        assert one.best_baseline in text
    covered = sum(one.covered_80 for one in records(ALL, ANNOUNCED))
    assert f"{covered} of {sum(one.origins for one in records(ALL, ANNOUNCED))} counts" in text


def test_the_scores_beside_the_page_are_those_of_the_package() -> None:
    """The table of the package is made from them again, and there are as many simpler forecasts as reports say."""
    scores = read_table((ROOT / "docs" / "explanation" / "backtest_scores.csv").read_text(encoding="utf-8"))
    made = list(csv.DictReader(summary_table(scores).splitlines()))
    assert len(made) == len(rows(TABLE))
    for one, packaged in zip(made, rows(TABLE), strict=True):
        for key, cell in packaged.items():
            assert one[key] == cell or float(one[key]) == pytest.approx(float(cell), rel=1e-4)  # the scores are rounded
    assert len({one.model for one in scores} - {MODEL, POOL}) == 6
