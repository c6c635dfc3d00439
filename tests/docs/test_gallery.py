"""The gallery of figures is up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from aixsim.report import gallery_page
from aixsim.report.figures.drawing import all_figures

ROOT = Path(__file__).parents[2]


def test_the_gallery_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = gallery_page.PAGE.read_text(encoding="utf-8")
    assert page == gallery_page.gallery(), "run `make docs`"
    one_fewer = dict(list(all_figures().items())[1:])
    monkeypatch.setattr(gallery_page, "all_figures", lambda: one_fewer)
    assert page != gallery_page.gallery(), "the twin: a missing kind is noticed"
