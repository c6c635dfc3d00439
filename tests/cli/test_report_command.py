"""``aixsim report``: what is written, and that nothing is written when it cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.run_cli import run_cli
from tests.report_pages import Page
from tests.result_fixture import make_result


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_result(tmp_path_factory.mktemp("results") / "plan", n=40)


def test_the_page_of_a_result_with_what_the_analyst_states(plan: Path, tmp_path: Path) -> None:
    config = tmp_path / "signed.toml"
    config.write_text('base = "korea-2030"\n[report]\nassurer = "Ms Kim"\nuse_until = "2027-02-28"\n', encoding="utf-8")
    done = run_cli(["report", plan, "-o", tmp_path / "page.html", "--config", config], tmp_path)
    assert (done.code, done.out) == (0, f"{tmp_path / 'page.html'}\n")
    read = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    said = {element.text for element in read.values}
    assert {"Ms Kim", "2027-02-28"} <= said
    assert any("too few" in one.text or "needs 100" in one.text for one in read.printed)  # 40 replicates tell no sensitivity


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "page.txt"], "give a file that ends with .html"),
        (["-o", "page.html", "--pdf"], "ends with .pdf"),
        (["-o", "page.html", "--tornado", "nowhere"], "aixsim tornado CONFIG -o FOLDER"),
    ],
)
def test_a_wrong_argument_writes_nothing(plan: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    done = run_cli(["report", plan, *arguments], tmp_path)
    assert done.code == 2
    assert said in done.err
    assert len(done.err.strip().split("\n")) == 1
    assert not list(tmp_path.iterdir())


def test_a_comparison_whose_results_have_gone_names_the_missing_one(plan: Path, tmp_path: Path) -> None:
    folder = tmp_path / "compared"
    folder.mkdir()
    (folder / "comparison.json").write_text(json.dumps({"differences": [{"baseline": str(plan), "result": "gone"}]}), encoding="utf-8")
    done = run_cli(["report", folder, "-o", tmp_path / "page.html"], tmp_path)
    assert done.code == 2
    assert "the result gone is not there" in done.err
    assert not (tmp_path / "page.html").exists()


def test_a_date_that_is_none_is_refused_with_its_place(tmp_path: Path) -> None:
    config = tmp_path / "wrong.toml"
    config.write_text('base = "korea-2030"\n[report]\nuse_until = "next year"\n', encoding="utf-8")
    done = run_cli(["check", config], tmp_path)
    assert done.code == 2
    assert "wrong.toml, line 3: report.use_until" in done.err
    assert "2027-06-30" in done.err
