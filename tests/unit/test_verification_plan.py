"""The test plan of a report, and its PDF."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from aixsim.config import load
from aixsim.config.shipped import shipped_folder
from aixsim.errors import UserError
from aixsim.report.html.pdf import pdf_of, with_styles
from aixsim.report.html.verification_plan import agreement, checks, limit_case

BUDGET = shipped_folder() / "theory" / "budget.toml"


def test_a_limit_case_holds_and_a_wrong_expectation_fails(tmp_path: Path) -> None:
    """The twin: the same world with an expectation that is wrong."""
    assert limit_case(load(BUDGET, {"monte_carlo.replicates": 5}))[0] == "passed"
    wrong = tmp_path / "wrong.toml"
    expectation = '[[expect]]\nname = "planted"\noutcome = "launched"\nby = "2024-06"\nwithin = 0.0\nequals = 8.0\n'
    wrong.write_text(f'base = "theory/budget"\nmonte_carlo = {{ replicates = 5 }}\n{expectation}', encoding="utf-8")
    verdict, found = limit_case(load(wrong))
    assert verdict == "failed"
    assert found == "3 of 4 expectations hold, n = 5"  # those of the base, and the planted one


def test_the_engines_are_compared_on_this_installation() -> None:
    assert agreement(load(BUDGET), 2) == ("passed", "2 of 2 replicates identical")


def test_a_difference_of_the_engines_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aixsim.report.html.verification_plan.first_difference", lambda *_arguments: "planted")
    assert agreement(load(BUDGET), 1)[0] == "failed"


def test_what_was_not_run_says_so_and_names_its_command() -> None:
    rows = checks(None)["checks"].rows
    assert {row["verdict"] for row in rows} == {"not run", "packaged"}
    assert all(row["command"].startswith("aixsim ") for row in rows)
    assert {"theory/bass", "theory/star"} <= {row["subject"] for row in rows}


def test_without_weasyprint_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(UserError, match=r"pip install 'aixsim\[pdf\]'"):
        pdf_of("<p>")


def test_figures_of_a_pdf_bring_their_own_rules() -> None:
    page = "<style>body { margin: 0 }\n.s0{fill: #fff}\n.dot { fill: #ccc }</style><svg><desc>d</desc><path class='s0'/></svg>"
    assert "<desc>d</desc><style>.s0{fill: #fff}\n.dot { fill: #ccc }</style>" in with_styles(page)
