"""Figures of calibrations: names with units, plain ticks, sources by publisher."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aixsim.report.figures.drawing import picture
from aixsim.report.figures.kinds.prior_posterior import short_names
from aixsim.report.figures.subjects import Calibration, SelfCheck

RATE, SHARES = "mechanisms.partners.rate", ['programme."Smart factories".delivered_share', "programme.Lead.delivered_share"]


def texts(page: Any) -> list[str]:
    """Returns all that is written in the panels of a figure."""
    page.draw_without_rendering()
    inside = [text for axes in page.axes for text in (*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels())]
    inside += [axes.xaxis.get_offset_text() for axes in page.axes]
    titles = [axes.get_title(loc="left") for axes in page.axes]
    return [*titles, *(text.get_text() for text in inside if text.get_text())]


def calibration(keys: list[str], values: np.ndarray[Any, Any]) -> Calibration:
    prior = {"p05": 0.001, "p50": 0.002, "p95": 0.004}
    parameters = [{"key": key, "prior": prior, "posterior": {"p05": 0.001, "p50": 0.0015, "p95": 0.002}} for key in keys]
    held = [
        {"group": "size", "level": "micro", "counted": 0.08, "median": 0.1, "intervals": {"80": [0.05, 0.2], "95": [0.02, 0.3]},
         "source": "kollo_20250428; dailyclick_20250428"},
    ]  # fmt: skip
    about = {"config": "smart-factory", "particles": 100, "ess": 90.0, "scale": 1.0, "parameters": parameters, "held_out": held}
    return Calibration(about, keys, values)


def test_names_say_what_the_number_is() -> None:
    said = short_names([RATE, *SHARES, "programme.Lead.public_share.micro", "susceptibility.size.micro", "market", "climate.level"])
    assert said[0] == "partners: rate, 1/month"
    assert said[1:3] == ["Smart factories: delivered share", "Lead: delivered share"], "two would be called alike"
    assert said[3:5] == ["public share: micro", "susceptibility by size: micro"]
    assert said[5] == "market"
    assert short_names(SHARES[:1]) == ["delivered share"]


def test_ticks_are_values_and_never_multiples_of_a_power_of_ten() -> None:
    values = np.linspace(0.000001, 0.000004, 200).reshape(100, 2)
    said = texts(picture(calibration([RATE, "observation.dispersion"], values), "prior-posterior").page)
    assert "partners: rate, 1/month" in said
    assert not [text for text in said if "e-" in text or "10^" in text]
    assert any(text.endswith(" %") for text in said)


def test_sources_of_shares_are_publishers() -> None:
    drawn = picture(calibration([RATE], np.full((10, 1), 0.002)), "cross-sections")
    assert "kollo_20250428" not in drawn.caption
    assert "2025" in drawn.caption
    assert "1 of 1 observed shares" in drawn.title


@pytest.mark.parametrize("n", [40, 400])
def test_ranks_say_what_both_axes_are(n: int) -> None:
    check = SelfCheck("a Bass curve", ["market", SHARES[0]], np.tile(np.linspace(0.01, 0.99, n)[:, None], (1, 2)))
    drawn = picture(check, "ranks")
    assert "from 0 (lowest) to 1 (highest)" in drawn.explanation
    assert f"number of the {n} synthetic data sets" in drawn.explanation
    said = texts(drawn.page)
    assert any(text.startswith("market (p = ") for text in said)
    assert any(text.startswith("delivered share (p = ") for text in said)
    assert not [text for text in said if "programme" in text]
