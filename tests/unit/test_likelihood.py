"""What a likelihood compares with observed counts, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from aixsim.config import load
from aixsim.config.build import problems
from aixsim.config.validation import ConfigError
from aixsim.evidence.likelihood import Likelihood, usable
from aixsim.evidence.simulator import Seen
from aixsim.model.outcomes import OUTCOMES

LEAD, AI_FACTORY = "Lead projects 2024", "AI Factory lead projects"


def test_values_of_programmes_are_of_their_line_and_year() -> None:
    study = load("korea-2030-evidence", {"population.scale": 0.01})
    law = Likelihood.of(study, usable(study), problems(study)(0))
    years = list(study.horizon.years)
    seen = Seen(
        counts=np.zeros((2, len(OUTCOMES), len(law.months))),
        applicants=np.zeros((2, 3, len(years))),
        granted=np.zeros((2, 3, len(years))),
        funded=np.zeros((2, 3, len(years))),
        by_size=np.zeros((2, 5, len(law.months))),
        by_park=np.zeros((2, 0, len(law.months))),
    )
    one, other = law.programmes.index(LEAD), law.programmes.index(AI_FACTORY)
    seen.applicants[0, one, 0], seen.applicants[0, other, 1] = 210.0, 500.0
    seen.granted[0, other, years.index(2025)], seen.funded[0, other, years.index(2025)] = 40_000.0, 50.0
    seen.granted[0, other, years.index(2026)], seen.funded[0, other, years.index(2026)] = 60_000.0, 40.0
    seen.granted[0, one, years.index(2025)] = 1e9  # of another programme
    found = {(datum.item.outcome, datum.item.month[:4]): law.mean(datum, seen).tolist() for datum in law.data}
    assert found["applicants", "2024"] == [210.0, 0.0]
    assert found["applicants", "2025"] == [500.0, 0.0]
    assert found["mean_grant_krw_m", "2025"] == [800.0, 0.0]  # 40 bn for 50 projects; without any there is none
    assert found["mean_grant_krw_m", "2026"] == [1500.0, 0.0]
    wanted = {datum.item.outcome: datum.count for datum in law.data if datum.item.month.startswith("2025")}
    assert wanted["mean_grant_krw_m"] == 832
    assert wanted["launched"] == 102 - 26


def test_a_programme_is_of_what_is_observed_of_programmes_alone() -> None:
    observed = {"month": "2025-12", "outcome": "launched", "programme": AI_FACTORY, "value": 5, "source": "none"}
    with pytest.raises(ConfigError, match="'applicants' or 'mean_grant_krw_m'"):
        load("korea-2030", {"observed": [observed]})
