"""Experiments are run again and held to what their README says (``make verify``)."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
STUDIES = sorted(path.parent for path in (ROOT / "experiments").glob("*/expected.toml"))


def runner() -> ModuleType:
    """The program that runs a study; not a package, so loaded from its file."""
    spec = importlib.util.spec_from_file_location("experiments_run", ROOT / "experiments" / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def broken(rows: list[dict[str, Any]], expected: list[dict[str, Any]]) -> list[str]:
    """Which statements do not hold: each names a policy, a goal, a column, and its bounds."""
    out = []
    for statement in expected:
        found = [row for row in rows if (row["policy"], row["goal"]) == (statement["policy"], statement["goal"])]
        if len(found) != 1 or not statement["low"] <= found[0][statement["column"]] <= statement["high"]:
            out.append(str(statement))
    return out


@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.name)
def test_the_stored_answer_satisfies_what_is_expected(study: Path) -> None:
    import csv

    with (study / "answer.csv").open(encoding="utf-8") as stream:
        rows: list[dict[str, Any]] = [
            {key: value if key in ("policy", "goal") else float(value) for key, value in row.items()} for row in csv.DictReader(stream)
        ]
    expected = tomllib.loads((study / "expected.toml").read_text(encoding="utf-8"))["expect"]
    assert not broken(rows, expected)
    shifted = [{**row, "probability": row["probability"] + 0.2} for row in rows]
    assert broken(shifted, expected), "the twin: another answer is noticed"


@pytest.mark.verify
@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.name)
def test_the_answer_comes_out_again(study: Path, tmp_path: Path) -> None:
    program = runner()
    rows = program.table(program.run_study(study, None, tmp_path, 2))
    expected = tomllib.loads((study / "expected.toml").read_text(encoding="utf-8"))["expect"]
    assert len(expected) >= 8
    assert not broken(rows, expected)
