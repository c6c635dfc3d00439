"""Experiments are run again and held to what their README says (``make verify``)."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest

from tests.cli.run_cli import run_cli

ROOT = Path(__file__).parents[2]
STUDIES = sorted(path.parent for path in (ROOT / "experiments").glob("*/expected.toml"))


def broken(folder: Path, expected: list[dict[str, str | float]], shift: float = 0.0) -> list[str]:
    """Which statements do not hold: each names a table of the folder, a policy, a goal, a column, and its bounds.

    Args:
        folder: with ``answer.csv`` and ``comparison.csv``.
        expected: statements.
        shift: is added to every value, a planted fault.
    """
    out = []
    for statement in expected:
        with (folder / str(statement["table"])).open(encoding="utf-8") as stream:
            found = [row for row in csv.DictReader(stream) if all(row[key] == statement[key] for key in ("policy", "goal"))]
        values = [float(row[str(statement["column"])]) + shift for row in found]
        if len(values) != 1 or not float(statement["low"]) <= values[0] <= float(statement["high"]):
            out.append(str(statement))
    return out


def expectations(study: Path) -> list[dict[str, str | float]]:
    return list(tomllib.loads((study / "expected.toml").read_text(encoding="utf-8"))["expect"])


@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.name)
def test_the_stored_answer_satisfies_what_is_expected(study: Path) -> None:
    expected = expectations(study)
    assert len(expected) >= 8
    assert not broken(study, expected)
    assert len(broken(study, expected, shift=0.2)) == len(expected), "the twin: another answer is noticed"


@pytest.mark.verify
@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.name)
def test_the_answer_comes_out_again(study: Path, tmp_path: Path) -> None:
    assert run_cli(["sweep", study / "study.toml", "-o", "sweep", "--workers", "2"], tmp_path).code == 0
    assert run_cli(["compare", "sweep", "-o", "difference"], tmp_path).code == 0
    for name, folder in (("answer.csv", "sweep"), ("comparison.csv", "difference")):
        (tmp_path / folder / name).rename(tmp_path / name)
    assert not broken(tmp_path, expectations(study))
