"""The documentation as a site: it builds without a warning, asks no server for anything, and its tutorial runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aixsim.report import data_page, executed_notebook
from aixsim.report.site_pages import place, rewritten
from tests.cli.run_cli import run_cli

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial" / "first-scenario.md"


def build(source: Path, to: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(source / "mkdocs.yml"), "-d", str(to)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build(ROOT, folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_no_page_asks_another_server(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|iframe|source)[^>]*?src="(https?:[^"]*)"', text)
        loaded += re.findall(r'<link[^>]*?rel="(?:stylesheet|preload|preconnect|icon)"[^>]*?href="(https?:[^"]*)"', text)
        assert not loaded, page.name


def test_pages_lead_to_files_of_the_repository(site: Path) -> None:
    text = (site / "index.html").read_text(encoding="utf-8")
    assert 'href="experiments/2026-12-money-grants-parks/index.html"' in text
    assert (site / "configs" / "korea-2030.toml").read_bytes() == (ROOT / "configs" / "korea-2030.toml").read_bytes()
    assert "data:image/png;base64," in (site / "tutorial" / "from-python.html").read_text(encoding="utf-8")


def test_a_broken_link_stops_the_build(tmp_path: Path) -> None:
    """The twin: a link to a page that does not exist, and a page that no menu names."""
    for name in ("docs", "configs", "experiments"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff", "LICENSE", "mkdocs.yml"):
        shutil.copy(ROOT / name, tmp_path)
    hook = tmp_path / "src" / "aixsim" / "report" / "site_pages.py"
    hook.parent.mkdir(parents=True)
    shutil.copy(ROOT / "src" / "aixsim" / "report" / "site_pages.py", hook)
    page = tmp_path / "docs" / "explanation" / "questions.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n[nowhere](nowhere.md)\n", encoding="utf-8")
    (page.parent / "forgotten.md").write_text("# Forgotten\n", encoding="utf-8")
    done = build(tmp_path, tmp_path / "site")
    assert done.returncode != 0
    assert "nowhere.md" in done.stderr
    assert "forgotten.md" in done.stderr


def test_places_and_links() -> None:
    assert [place(path) for path in ("README.md", "docs/model/odd.md", "configs/a.toml", "docs/tutorial/b.ipynb")] == [
        "index.md",
        "model/odd.md",
        "configs/a.toml",
        "tutorial/b.md",
    ]
    text = "[a](../../README.md) [b](../../configs/korea-2030.toml#x) [c](odd.md) [d](https://example.org/a.md) [e](../../configs/policies)"
    assert rewritten(text, "docs/model/page.md") == (
        "[a](../index.md) [b](../configs/korea-2030.toml#x) [c](odd.md) [d](https://example.org/a.md) [e](../configs/policies/index.md)"
    )
    assert rewritten("[a](docs/model/odd.md)", "README.md") == "[a](model/odd.md)"


def test_the_tutorial_runs(tmp_path: Path) -> None:
    """All commands after the installation, in order, with the files that the page gives; a small sample of firms."""
    text = TUTORIAL.read_text(encoding="utf-8")
    for name, content in re.findall(r'```toml title="([^"]+)"\n(.*?)```', text, re.DOTALL):
        (tmp_path / name).write_text(content, encoding="utf-8")
    commands = [
        line.split()[1:]
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
        if line.startswith("aixsim ")
    ]
    assert [command[0] for command in commands] == ["--version", "run", "describe", "describe", "check", "run", "compare"]
    for command in commands:
        small = ["--set", "population.scale=0.01", "--workers", "1"] if command[0] == "run" else []
        ended = run_cli([*command, *small], tmp_path)
        assert ended.code == 0, f"{command}: {ended.err}"
    for picture in re.findall(r"Open `([^`]+\.png)`", text):
        assert (tmp_path / picture).is_file(), picture
    (tmp_path / "wrong.toml").write_text('base = "korea-2030"\n[levers.parks]\nnubmer = 20\n', encoding="utf-8")
    ended = run_cli(["check", "wrong.toml"], tmp_path)
    assert ended.code == 2
    assert "line 3" in ended.err
    assert "'number'" in ended.err


def test_the_notebook_is_fresh() -> None:
    """What its cells print now is what it shows."""
    stored = json.loads((ROOT / executed_notebook.PAGE).read_text(encoding="utf-8"))
    printed = [[output.get("text") for output in cell.get("outputs", [])] for cell in stored["cells"]]
    again = executed_notebook.executed(stored)
    assert [[output.get("text") for output in cell.get("outputs", [])] for cell in again["cells"]] == printed, "run `make docs`"
    assert sum(bool(outputs) for outputs in printed) == 5


def test_a_cell_shows_what_it_prints() -> None:
    cells = [{"cell_type": "markdown", "source": ["x"]}, {"cell_type": "code", "source": ["a = 2\n", "print(a + 1)"]}]
    cell = executed_notebook.executed({"cells": cells})["cells"][1]
    assert cell["outputs"] == [{"output_type": "stream", "name": "stdout", "text": ["3\n"]}]
    assert cell["execution_count"] == 1


def test_the_data_dictionary_is_fresh() -> None:
    assert (ROOT / data_page.PAGE).read_text(encoding="utf-8") == data_page.data_page(), "run `make docs`"


def test_the_data_dictionary_tells_what_a_table_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    table = ({"year": "2024", "name": "a|b", "empty": "", "note": "x"}, {"year": "2026", "name": "", "empty": "", "note": ""})
    monkeypatch.setattr(data_page, "tables", lambda: ["ax_parks"])
    monkeypatch.setattr(data_page, "rows", lambda _: table)
    lines = data_page.data_page().splitlines()
    assert lines[-3:] == ["| `year` | number | 2024 to 2026 | all |", "| `name` | text | a/b | 1 of 2 |", "| `empty` | empty |  | 0 of 2 |"]
    monkeypatch.setattr(data_page, "tables", lambda: ["unheard_of"])
    with pytest.raises(KeyError, match="unheard_of"):
        data_page.data_page()
