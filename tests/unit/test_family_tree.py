"""The answer of a genealogy: it counts what a run counts, depends on no worker, refuses other results, and tells what it costs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aixsim
from aixsim.answers.answer import AnswerTable
from aixsim.answers.family_rows import ALL, cause_rows, reproduction_rows
from aixsim.answers.family_tree import Ancestry
from aixsim.errors import ArgumentError, UserError
from aixsim.report.figures.drawing import picture
from aixsim.report.figures.kinds import causes, lever_shares
from aixsim.report.figures.kinds.family_trees import main_parents
from aixsim.report.text.genealogy_text import genealogy_text
from aixsim.results.result import Result
from tests.cli.run_cli import run_cli

SCALE, N, END = 0.02, 4, "2030-12"


@pytest.fixture(scope="module")
def study() -> aixsim.Study:
    return aixsim.load("korea-2030", {"population.scale": SCALE})


@pytest.fixture(scope="module")
def result(study: aixsim.Study, tmp_path_factory: pytest.TempPathFactory) -> Result:
    return aixsim.run(study, N, out=tmp_path_factory.mktemp("run") / "out")


@pytest.fixture(scope="module")
def answer(study: aixsim.Study) -> Ancestry:
    return aixsim.genealogy(study, N, progress=False)


def test_causes_add_up_to_the_counts_of_a_run(answer: Ancestry, result: Result) -> None:
    last, rows = result.counts_in(END), answer.tables["causes"].rows
    for outcome in ("launched", "operating"):
        whole = [row for row in rows if row["outcome"] == outcome and row["route"] == ALL]
        assert sum(row["count"] for row in whole) == pytest.approx(last[outcome].mean() / SCALE)
        assert sum(row["share"] for row in whole) == pytest.approx(1.0)
        routes = [row["count"] for row in rows if row["outcome"] == outcome and row["route"] != ALL]
        assert sum(routes) == pytest.approx(last[outcome].mean() / SCALE)
    assert last["launched"].sum() > 0
    everyone = answer.tables["reproduction"].rows[0]
    assert everyone["factories"] == pytest.approx((last["launched"] + last["launched_own"]).mean() / SCALE)
    decisions = answer.frame("decisions")
    projects = result.projects().query("replicate == 0")
    assert sorted(decisions.dropna(subset="launched")["firm"]) == sorted(projects["firm"])


def test_rows_by_hand() -> None:
    counts = np.zeros((2, 3, 2, 5))
    counts[:, 0, 0, 4], counts[:, 0, 1, 4] = (2.0, 4.0), (6.0, 8.0)
    counts[:, 1, 0, 0], counts[:, 1, 0, 1] = (1.0, 1.0), (0.0, 2.0)
    rows = {(row["outcome"], row["cause"], row["route"]): row for row in cause_rows(("peers", "innovation"), counts, 0.95)}
    assert rows["decided", "peers", ALL]["count"] == 3.0
    assert rows["decided", "innovation", ALL]["share"] == pytest.approx(14 / 20)
    assert rows["launched", "peers", "collaboration"]["count"] == 1.0
    assert rows["launched", "peers", ALL]["share"] == 1.0
    assert ("launched", "peers", "park") not in rows
    (row,) = reproduction_rows(
        [("all", "all"), ("size", "micro")], np.array([[2.0, 0.0], [4.0, 0.0]]), np.array([[[6.0] * 3] * 2, [[6.0] * 3] * 2]), 0.95
    )
    # 12 follow from 6; the residuals 6 - 2 x 2 and 6 - 2 x 4 over the mean of 3: +-2/3, standard error 2/3, t = 12.706.
    assert row["decided"] == 2.0
    assert row["decided_high"] == pytest.approx(2.0 + 12.7062 * 2 / 3, rel=1e-4)
    assert row["decided_low"] == 0.0, "no fewer than none follow"


def test_workers_and_results_give_the_same(answer: Ancestry, study: aixsim.Study, result: Result) -> None:
    assert aixsim.genealogy(study, N, workers=2, progress=False).to_dict() == answer.to_dict()
    again = aixsim.genealogy(result, N, progress=False)
    assert again.to_dict()["causes"] == answer.to_dict()["causes"]
    assert again.source[0].endswith(result.provenance["run_id"])


def test_a_result_of_another_config_is_refused(result: Result, tmp_path: Path) -> None:
    """Planted fault: the config in the folder is not the one that was run."""
    import tomllib

    import tomli_w

    folder = tmp_path / "other"
    shutil.copytree(result.path, folder)
    config = tomllib.loads((folder / "config.toml").read_text(encoding="utf-8"))
    config["mechanisms"]["innovation"]["rate"] = 0.01
    config["programme"] = [line | {"budget_krw_bn": {"2026": 2000.0}} for line in config["programme"]]
    (folder / "config.toml").write_text(tomli_w.dumps(config), encoding="utf-8")
    opened = aixsim.open_result(folder)
    with pytest.raises(UserError, match=r"replicate 0 has \d+ projects now, \d+ in the result"):
        aixsim.genealogy(opened, 2, progress=False)


def test_wrong_arguments_are_refused(study: aixsim.Study) -> None:
    with pytest.raises(ArgumentError, match="source"):
        aixsim.genealogy("korea-2030", 2)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="replicates"):
        aixsim.genealogy(study, 1)


def test_trees_hang_on_the_largest_share() -> None:
    def row(firm: int, parent: int, mechanism: str, share: float) -> dict[str, Any]:
        return {"firm": firm, "launched": "2026-01", "parent": parent, "parent_launched": "2025-01", "mechanism": mechanism, "share": share}

    parents = [row(2, 1, "partners", 0.4), row(2, 0, "peers", 0.2), row(3, 1, "partners", 0.45)]
    tables = {"parents": AnswerTable(parents, {})}
    found = main_parents(Ancestry("", "", tables, (), ()))
    assert found == {(2, "2026-01"): ((1, "2025-01"), "partners")}, "firm 3 owes less than half to what it saw"


def test_titles_of_figures_are_findings_of_their_tables() -> None:
    def cause(name: str, route: str, count: float, outcome: str = "launched") -> dict[str, Any]:
        ends = {"count_low": count, "count_high": count}
        return {"outcome": outcome, "cause": name, "route": route, "count": count, **ends, "share": count / 40.0 if count else None}

    rows = [cause("collaboration", ALL, 500.0, "decided"), cause("peers", ALL, 10.0), cause("peers", "programme", 10.0)]
    rows += [cause("partners", ALL, 30.0), cause("partners", "programme", 30.0)]
    followed = {"group": "all", "level": "all", "launched": 0.315}
    tables = {"causes": AnswerTable(rows, {}), "reproduction": AnswerTable([followed], {})}
    told = Ancestry("", "", tables, (), ("aixsim",))
    assert picture(told, "causes").title == "75 % of 40 launched AI factories go back to ties; 0.32 launches follow from one"
    none = {"causes": AnswerTable([cause("peers", ALL, 0.0)], {})}
    assert causes.finding(Ancestry("", "", none, (), ())) == "No AI factory is launched"

    def project(firm: int, launched: str) -> dict[str, Any]:
        return {"firm": firm, "launched": launched, "operating_from": None, "ended": None, "sector": "food", "province": "Seoul"}

    def parent(firm: int, launched: str, of: int, before: str, share: float) -> dict[str, Any]:
        return {"firm": firm, "launched": launched, "parent": of, "parent_launched": before, "mechanism": "peers", "share": share}

    decisions = [project(1, "2025-01"), project(2, "2026-01"), project(3, "2027-01"), project(4, "2027-01")]
    parents = [parent(2, "2026-01", 1, "2025-01", 0.9), parent(3, "2027-01", 2, "2026-01", 0.8), parent(4, "2027-01", 1, "2025-01", 0.2)]
    trees = {"decisions": AnswerTable(decisions, {}), "parents": AnswerTable(parents, {})}
    said = picture(Ancestry("", "", trees, (), ("aixsim",)), "family-trees").title
    assert said == "2 of 4 AI factories of one replicate mainly followed another; the largest family has 3"
    alone = picture(Ancestry("", "", {"decisions": AnswerTable(decisions, {})}, (), ("aixsim",)), "family-trees").title
    assert alone == "None of 4 AI factories of one replicate mainly followed another"


def test_the_title_of_lever_shares_is_its_sum_and_its_largest_share() -> None:
    levers = [{"goal": "a", "outcome": "launched", "lever": name, "count": n} for name, n in (("parks", 20.0), ("growth_fund", -30.0))]
    levers.append({"goal": "b", "outcome": "operating", "lever": "parks", "count": 99.0})
    totals = [{"goal": goal, "levers": of, "count": n} for goal in "ab" for of, n in (("none", 100.0), ("all", 90.0))]
    assert lever_shares.finding(levers, totals) == "-10 launched by all levers together; -30 by growth fund"


def test_the_command(study: aixsim.Study, answer: Ancestry, result: Result, tmp_path: Path) -> None:
    told = run_cli(["genealogy", result.path, "-n", str(N), "-o", tmp_path / "out", "--workers", "1"], tmp_path)
    assert told.code == 0, told.err
    assert told.out.startswith(answer.sentence[:20])
    assert f"{N} replicates, about" in told.err
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"causes.csv", "parents.parquet", "decisions.csv", "ancestry.json", "family-trees.png", "causes.png"} <= names
    document = json.loads((tmp_path / "out" / "ancestry.json").read_text(encoding="utf-8"))
    assert document["answer"] == answer.sentence
    assert "decisions" not in document, "thousands of firms are in files of their own"
    assert "no effects" in " ".join(document["notes"])
    assert max(map(len, genealogy_text(answer, 78).splitlines())) <= 78
    wrong = run_cli(["genealogy", result.path, "--set", "population.scale=0.1"], tmp_path)
    assert (wrong.code, "leave --set out" in wrong.err) == (2, True)
    dry = run_cli(["genealogy", result.path, "--dry-run", "-n", str(N), "--workers", "1"], tmp_path)
    assert dry.out.startswith(f"{N} replicates, about ")
