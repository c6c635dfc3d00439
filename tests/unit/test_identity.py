"""What is computed already is reused only where nothing that determines it has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from aixsim.config import load
from aixsim.evidence import calibration
from aixsim.evidence.calibration import identity_of
from aixsim.runs.identity import files_of

THEORY = Path(__file__).parents[2] / "configs" / "theory"


def test_a_users_own_tables_count_by_their_content(tmp_path: Path) -> None:
    shutil.copytree(THEORY / "data", tmp_path / "data")
    shutil.copy(THEORY / "isolated-firm.toml", tmp_path)
    study = load(tmp_path / "isolated-firm.toml")
    own = files_of(study).values()
    assert len(own) == 2
    before = identity_of(study, "calibration")
    assert identity_of(study, "calibration") == before
    assert identity_of(study, "backtest") != before
    for file in own:
        text = file.read_text(encoding="utf-8")
        file.write_text(f"{text}\n", encoding="utf-8")
        assert identity_of(study, "calibration") != before
        file.write_text(text, encoding="utf-8")
    assert identity_of(study, "calibration") == before


def test_the_code_that_weighs_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    study = load(THEORY / "calibration.toml")
    before = identity_of(study, "calibration")
    monkeypatch.setattr(calibration, "_CODE", ("config", "random", "runs", "stats"))
    assert identity_of(study, "calibration") != before
