"""The page of the Python interface: its example runs, its signatures are those of the code, and it has every public name."""

from __future__ import annotations

import inspect
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import aixsim
from aixsim.results.columns import TABLES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for number, block in enumerate(BLOCKS):
        exec(compile(block, f"api.md, example {number}", "exec"), names)  # noqa: S102 - the page of this repository
    printed = capsys.readouterr().out
    assert names["again"].provenance["replicates_done"] == 40
    assert names["again"].goals.equals(names["plan"].goals), "in memory or in a folder, at once or in two steps"
    assert names["difference"].set_index(["goal", "quantity"]).loc[("500 launched", "probability"), "n"] == 40
    assert isinstance(names["table"], pd.DataFrame)
    assert names["model"].date == "2030-12"
    assert len(names["rows"]) == 2
    assert printed.endswith("number\n"), "the hint for numbr"


def test_signatures_are_those_of_the_code() -> None:
    answers = (
        "diff",
        "discover",
        "explain",
        "export",
        "genealogy",
        "pack",
        "reach",
        "reproduce",
        "robustness",
        "sensitivity",
        "signposts",
        "tornado",
    )
    for name in ("load", "run", "sweep", "compare", *answers, "open_result", "open_sweep", "Model"):
        signature = inspect.signature(getattr(aixsim, name))
        bare = [one.replace(annotation=inspect.Parameter.empty) for one in signature.parameters.values()]
        text = f"`{name}{signature.replace(parameters=bare, return_annotation=inspect.Signature.empty)}`"
        assert text in PAGE, text
        section = PAGE[PAGE.index(text) + len(text) :].split("\n## ")[0]
        for argument in bare:
            assert len(bare) == 1 or argument.name in section, f"{name}: {argument.name}"


def test_every_public_name_is_on_the_page() -> None:
    for name in aixsim.__all__:
        assert f"`{name}`" in PAGE, name


def test_members_that_the_page_names_exist() -> None:
    for heading, item in (("Result", aixsim.Result), ("Study", aixsim.Study), ("Model", aixsim.Model)):
        section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
        assert section is not None
        rows = re.findall(r"^\| (`[^|]*`) \|", section[1], re.MULTILINE)
        members = [name for row in rows for name in re.findall(r"`(\w+)", row)]
        assert members
        known = {*dir(item), *getattr(item, "__dataclass_fields__", {}), "running", "steps", "datacollector", "title"}
        assert set(members) <= known, set(members) - known


def test_tables_have_the_columns_that_the_page_names() -> None:
    for table in ("groups", "projects", "money"):
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{table}()` |"))
        named = set(re.findall(r"`(\w+)`", row.partition("|")[2].partition("|")[2]))
        assert named <= set(TABLES[table]), named - set(TABLES[table])
