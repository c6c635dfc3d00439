"""Sensitivity of a result: what is planted is found, a shuffled number is not, and what cannot be told is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import aixsim
from aixsim.answers.what_matters import Sensitivity
from aixsim.config import load
from aixsim.errors import UserError
from aixsim.evidence.assumptions import lines_of
from aixsim.random.draws import Purpose, uniforms
from aixsim.report.text.sensitivity_text import sensitivity_text
from aixsim.results.result import Result
from aixsim.results.source import MemorySource
from tests.cli.run_cli import run_cli
from tests.result_fixture import make_result

KOREA = Path(__file__).parents[2] / "configs" / "korea-2030.toml"
SHARE = 'programme."AI Factory lead projects".delivered_share'
DURATION, PEERS = "implementation.duration_factor", "mechanisms.peers.rate"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return aixsim.open_result(make_result(tmp_path_factory.mktemp("sensitivity") / "run", 400))


def like(made: Result, parameters: dict[str, Any], config: dict[str, Any] | None = None) -> Result:
    """The same result with other drawn numbers; its counts are those of ``tests.result_fixture``."""
    tables = {name: made.source.table(name) for name in ("trajectories", "money", "projects")}
    tables["parameters"] = pa.table({"replicate": pa.array(made.replicates), **parameters})
    documents = {name: made.source.document(name) for name in ("goals", "firms", "network")} | ({"config": config} if config else {})
    return Result(MemorySource(tables, documents), made.provenance)


def rows(answer: Any, table: str, *keys: str) -> dict[Any, Any]:
    """Returns the rows of a table by the values of some columns."""
    found = answer.tables[table].rows
    return {tuple(row[key] for key in keys): row for row in found}


def drawn(n: int) -> dict[str, Any]:
    """The numbers that the fixture makes its counts from (delivered share, duration), and one that it does not use."""
    u = np.stack([uniforms(1, r, Purpose.PARAMETER, 12) for r in range(n)])
    return {SHARE: 0.36 + 0.64 * u[:, 0], DURATION: 10.0 + 16.0 * u[:, 1], PEERS: u[:, 9]}


@pytest.fixture(scope="module")
def answer(made: Result) -> Any:
    return aixsim.sensitivity(like(made, drawn(400), load(KOREA).table.document()))


def test_what_is_planted_matters_and_a_number_without_influence_does_not(answer: Any) -> None:
    found = rows(answer, "numbers", "goal", "quantity", "number")
    top = found["500 launched", "count", SHARE]
    assert top["share"] > 0.9, "the fixture's projects are those that are delivered, but for noise in the first years"
    assert [found["500 launched", "count", key]["matters"] for key in (SHARE, DURATION, PEERS)] == [True, False, False]
    assert not any(row["matters"] for (_, _, key), row in found.items() if key == PEERS)
    assert answer.sentence.startswith(f"500 launched: 1 of 3 uncertain numbers matter, most {SHARE} (")


def test_a_shuffled_number_does_not_matter(made: Result) -> None:
    numbers = drawn(400)
    numbers[SHARE] = numbers[SHARE][np.argsort(uniforms(5, 0, 0, 400))]
    found = rows(aixsim.sensitivity(like(made, numbers)), "numbers", "goal", "quantity", "number")
    assert not any(row["matters"] for (_, _, key), row in found.items() if key == SHARE)


def test_what_is_known_and_what_to_research_next(made: Result, answer: Any) -> None:
    found = rows(answer, "research", "goal", "number")
    assert found["500 launched", SHARE]["next"] == 1
    assert found["500 launched", SHARE]["grade"] == "C"
    assert found["500 launched", PEERS]["next"] is None, "it does not matter"
    assert f"To research next: {SHARE}" in answer.sentence
    # The grade of a quoted number: it matters, and is known.
    quoted = "susceptibility.size"
    assert lines_of([f"{quoted}.large"], {})[f"{quoted}.large"].grade == "B"
    numbers = drawn(400)
    answer = aixsim.sensitivity(like(made, {f"{quoted}.large": numbers[SHARE], PEERS: numbers[PEERS]}))
    row = rows(answer, "research", "goal", "number")["500 launched", f"{quoted}.large"]
    assert row["matters"]
    assert row["next"] is None


def test_numbers_of_plugins_have_no_grade_and_stop_nothing() -> None:
    tables = load(KOREA).table.document()
    tables["levers"]["mine"] = {"strength": {"dist": "uniform", "low": 0.0, "high": 1.0}}
    tables["plugins"] = {"files": ["mine.py"]}
    assert list(lines_of(["levers.mine.strength", SHARE], tables)) == [SHARE]


def test_worth_is_between_nothing_and_that_of_everything(answer: Any) -> None:
    found = rows(answer, "worth", "goal", "name")
    assert all(row["worth"] >= 0.0 and row["of_everything"] <= 1.0 for row in found.values())
    for (goal, name), row in found.items():
        assert row["worth"] < found[goal, "all numbers"]["worth"] + 0.02, name
    # By hand: what is expected from deciding in every future, less what is expected from deciding now.
    row = found["500 launched", SHARE]
    p, t = row["probability"], row["threshold"]
    assert row["worth"] / row["of_everything"] == pytest.approx(p * (1 - t) - max(p - t, 0))


def test_another_threshold_is_another_decision(made: Result) -> None:
    low, high = (aixsim.sensitivity(like(made, drawn(400)), threshold=t) for t in (0.5, 0.999))
    key = ("500 launched", SHARE)
    assert rows(low, "worth", "goal", "name")[key]["worth"] > 0.05
    assert rows(low, "worth", "goal", "name")[key]["changes"] > 0.1
    assert rows(high, "worth", "goal", "name")[key]["worth"] < 0.01


def test_replicate_noise_is_known_where_replicates_share_their_numbers(made: Result) -> None:
    own = aixsim.sensitivity(like(made, drawn(400))).tables["variance"].rows
    assert all(row["noise"] is None and row["reason"].startswith("no two replicates") for row in own)
    repeated = {key: np.repeat(values[:200], 2) for key, values in drawn(400).items()}
    found = aixsim.sensitivity(like(made, repeated)).tables["variance"].rows
    assert all(0.7 < row["noise"] < 1.3 for row in found), "numbers of other replicates say nothing"


def test_what_cannot_be_told_is_an_error_that_says_why(made: Result, tmp_path: Path) -> None:
    numbers = drawn(400)
    broken = {**numbers, PEERS: np.where(np.arange(400) == 7, np.nan, numbers[PEERS])}
    with pytest.raises(UserError, match=f"{PEERS} is not finite in 1 of 400 replicates, such as row 7"):
        aixsim.sensitivity(like(made, broken))
    missing = {**numbers, PEERS: pa.array([None, *numbers[PEERS][1:]])}
    with pytest.raises(UserError, match=f"{PEERS} is missing in 1 replicates"):
        aixsim.sensitivity(like(made, missing))
    with pytest.raises(UserError, match="no uncertain number"):
        aixsim.sensitivity(like(made, {PEERS: np.ones(400)}))
    with pytest.raises(UserError, match="--threshold 1: give a probability"):
        aixsim.sensitivity(made, threshold=1.0)
    with pytest.raises(UserError, match="needs 100 finished replicates; this result has 20"):
        aixsim.sensitivity(aixsim.open_result(make_result(tmp_path / "small", 20)))


def test_a_constant_number_is_named_and_left_out(made: Result) -> None:
    answer = aixsim.sensitivity(like(made, {**drawn(400), "climate.level": np.ones(400)}))
    assert "climate.level" not in {row["number"] for row in answer.tables["numbers"].rows}
    assert "The same in all replicates, and left out: climate.level." in answer.notes


def test_the_command_writes_text_tables_and_a_figure(made: Result, tmp_path: Path) -> None:
    ended = run_cli(["sensitivity", made.path, "-o", "out", "--threshold", "0.6"], tmp_path)
    assert ended.code == 0, ended.err
    assert max(map(len, ended.out.replace(str(tmp_path), "").splitlines())) <= 78
    names = {path.name for path in (tmp_path / "out").iterdir()}
    tables = {f"{name}.{end}" for name in ("numbers", "worth", "variance", "research") for end in ("csv", "parquet")}
    assert names >= tables | {"sensitivity.txt", "sensitivity.json", "matters-known.png"}
    answer = aixsim.sensitivity(made, threshold=0.6)
    assert isinstance(answer, Sensitivity)
    assert json.loads((tmp_path / "out" / "sensitivity.json").read_text())["answer"] == answer.sentence
    assert sensitivity_text(answer, 78) in ended.out
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "worth.parquet"), answer.frame("worth"), check_dtype=False)
