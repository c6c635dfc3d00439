"""Sensitivity of a sweep: from the stored design to indices, text, tables and figure; what has no such design is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import aixsim
from aixsim.answers.design_indices import FEWEST, SweepSensitivity
from aixsim.errors import StoreError, UserError
from aixsim.report.figures.drawing import picture
from aixsim.report.text.design_indices_text import design_indices_text
from aixsim.results.sweep_result import open_sweep
from tests.cli.run_cli import run_cli
from tests.runs.small_sweeps import STUDY, run_inline, small

LEVELS = '"mechanisms.partners.rate" = [0.0, 0.1, 0.3]\n"mechanisms.innovation.rate" = [0.005, 0.02]\n'
LAWS = """
"mechanisms.innovation.rate" = { dist = "uniform", low = 0.005, high = 0.05 }
"implementation.abandonment_per_year" = { dist = "uniform", low = 0.0, high = 0.06 }
"""
RATE, INERT = "mechanisms.innovation.rate", "implementation.abandonment_per_year"


def made(folder: Path, kind: str, size: str) -> Path:
    text = (
        STUDY.replace('kind = "factorial"', f'kind = "{kind}"\n{size}').replace(LEVELS, LAWS).replace("replicates = 12", "replicates = 2")
    )
    assert LEVELS not in text
    run_inline(small(folder, text), folder / "out")
    return folder / "out"


@pytest.mark.parametrize(("kind", "size", "measure"), [("sobol", "points = 16", "total"), ("morris", "trajectories = 6", "mean_size")])
def test_a_number_matters_and_one_without_influence_has_exactly_nothing(
    kind: str, size: str, measure: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FEWEST, "sobol", 16)  # so that the test is quick
    folder = made(tmp_path, kind, size)
    answer = aixsim.sensitivity(open_sweep(folder))
    found = {row["number"]: row for row in answer.tables["indices"].rows if (row["goal"], row["quantity"]) == ("20 decided", "count")}
    assert next(iter(found)) == RATE, "the strongest first"
    assert found[RATE][measure] > 0.3
    assert found[INERT][measure] == 0.0
    assert found[RATE]["grade"] == "C"
    assert answer.sentence.startswith(f"20 decided: of 2 numbers {RATE} matters most; ")
    noise = {row["quantity"]: row["noise"] for row in answer.tables["variance"].rows if row["goal"] == "20 decided"}
    assert 0.0 < noise["count"] < 1.0
    assert isinstance(answer, SweepSensitivity)
    assert picture(answer, "design-measures").title == "20 decided: of 2 numbers innovation: rate matters most"
    text = design_indices_text(answer, 78)
    assert max(map(len, text.splitlines())) <= 78
    assert RATE in text


def test_the_command_writes_text_tables_and_a_figure(tmp_path: Path) -> None:
    folder = made(tmp_path, "morris", "trajectories = 4")
    ended = run_cli(["sensitivity", folder, "-o", "told", "--json"], tmp_path)
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["answer"] == aixsim.sensitivity(open_sweep(folder)).sentence
    assert {"indices.csv", "variance.parquet", "design-measures.png"} <= {path.name for path in (tmp_path / "told").iterdir()}


def test_what_has_no_such_design_is_refused(tmp_path: Path) -> None:
    run_inline(small(tmp_path / "factorial"), tmp_path / "factorial" / "out")
    with pytest.raises(UserError, match="kind sobol or morris, found factorial"):
        aixsim.sensitivity(open_sweep(tmp_path / "factorial" / "out"))
    few = made(tmp_path / "few", "morris", "trajectories = 2")
    with pytest.raises(UserError, match="needs 4 trajectories, found 2"):
        aixsim.sensitivity(open_sweep(few))
    (few / "design.csv").unlink()
    with pytest.raises(StoreError, match=r"has no design.csv; give the same sweep command again"):
        aixsim.sensitivity(open_sweep(few))
