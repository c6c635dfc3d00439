"""Switching values in a report: those of a tornado of the same config, beside the result, in ``results``, or given; no others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import aixsim
from tests.cli.run_cli import run_cli
from tests.report_pages import Page
from tests.runs.small_sweeps import CONFIG, run_inline, small

OTHER = "mechanisms.partners.rate"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the results ``plan`` and ``other`` and, elsewhere, a tornado of the config of the former."""
    folder = tmp_path_factory.mktemp("place")
    (folder / "small.toml").write_text(CONFIG, encoding="utf-8")
    study = aixsim.load(folder / "small.toml").with_seed(3)
    aixsim.run(study, 20, out=folder / "runs" / "plan")
    aixsim.run(aixsim.load(folder / "small.toml", {OTHER: 0.2}).with_seed(3), 20, out=folder / "runs" / "other")
    done = run_cli(["tornado", "small.toml", "-n", "10", "--workers", "1", "-o", "made"], folder)
    assert done.code == 0, done.err
    return folder


def switching(folder: Path, *arguments: str) -> tuple[bool, str]:
    """Writes a report and returns whether it has switching values, and its text."""
    done = run_cli(["report", *arguments, "-o", folder / "page.html"], folder)
    assert done.code == 0, done.err
    read = Page((folder / "page.html").read_text(encoding="utf-8"))
    has = any(element.attributes["data-source"].startswith("switching#") for element in read.values)
    return has, " ".join(one.text for one in read.printed)


def test_a_given_tornado_is_used_and_without_one_the_command_is_named(place: Path) -> None:
    assert switching(place, "runs/plan", "--tornado", "made")[0]
    has, said = switching(place, "runs/plan")
    assert not has
    assert "aixsim tornado small" in said


@pytest.mark.parametrize("where", ["runs/tornado-1", "results/small/tornado-1"])
def test_a_tornado_of_the_same_config_is_found(place: Path, where: str) -> None:
    shutil.copytree(place / "made", place / where)
    try:
        assert switching(place, "runs/plan")[0]
        has, said = switching(place, "runs/other")
    finally:
        shutil.rmtree(place / where)
    assert not has, "the twin: it is of another config with the same name"
    assert "aixsim tornado runs/other/config.toml" in said


def test_a_tornado_of_another_config_or_of_a_sweep_is_refused(place: Path) -> None:
    run_inline(small(place / "study"), place / "study" / "out")
    cases = (
        ("runs/other", "made", f"{OTHER} differs"),
        ("study/out", "made", "a sweep has many configs"),
        ("runs/plan", "runs", "as a tornado"),
    )
    for result, tornado, said in cases:
        done = run_cli(["report", result, "--tornado", tornado, "-o", place / "refused.html"], place)
        assert (done.code, said in done.err, len(done.err.strip().split("\n"))) == (2, True, 1), done.err
        assert not (place / "refused.html").exists()
