"""Documents that code writes are fresh, commands that documents name run, and their words are those of the glossary."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aixsim.report.architecture import PAGE as ARCHITECTURE
from aixsim.report.documentation import ABLATION, ABLATION_TABLE, ODD, ablation, fill
from tests.cli.run_cli import run_cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "experiments").rglob("*.md")])


def commands(text: str) -> list[str]:
    """Returns the commands of a page that can be run as they stand: those without a placeholder in capitals."""
    found = re.findall(r"^\s+(aixsim [^#\n]*?)\s*(?:#.*)?$", text, re.MULTILINE)
    return [command for command in found if not re.search(r"\b[A-Z]{4,}\b", command)]


COMMANDS = commands(README) + commands((ROOT / "docs" / "how-to" / "commands.md").read_text(encoding="utf-8"))


def test_the_odd_is_fresh() -> None:
    text = (ROOT / ODD).read_text(encoding="utf-8")
    assert fill(text) == text, "run `make docs`"
    assert fill(text.replace("| peers: Firms imitate", "| peers: Firms envy")) == text, "the twin: a stale word is noticed"


def test_the_page_of_the_ablation_is_fresh() -> None:
    with (ROOT / ABLATION_TABLE).open(encoding="utf-8") as stream:
        table = list(csv.DictReader(stream))
    page = (ROOT / ABLATION).read_text(encoding="utf-8")
    assert ablation(table) == page, "run `make docs`"
    assert ablation([{**table[0], "launched_span": "77.7"}, *table[1:]]) != page, "the twin: another number is noticed"


def test_the_page_of_the_ablation_names_the_strongest_first() -> None:
    ends = {"low": "1", "high": "2", "replicates": "9", "launched_span_se": "0.1", "operating_span_se": "1.0"}
    page = ablation(
        [
            {"key": "a", "launched_span": "0.4", "operating_span": "-0.9", **ends},
            {"key": "b", "launched_span": "0", "operating_span": "-3", **ends},
        ]
    )
    # 1.96 x 0.1 = 0.2; 1.96 x 1 = 2.0
    assert page.splitlines()[-2:] == ["| `b` | 1 | 2 | +0.0 ± 0.2 | -3.0 ± 2.0 | yes |", "| `a` | 1 | 2 | +0.4 ± 0.2 | -0.9 ± 2.0 | no |"]


def test_the_page_of_the_architecture_is_fresh() -> None:
    # In a process of its own: what was called before leaves caches, and calls that are not made again.
    command = [sys.executable, "-m", "aixsim.report.architecture", "--print"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    page = (ROOT / ARCHITECTURE).read_text(encoding="utf-8")
    assert done.stdout == page, "run `make docs`"
    names = ("api.run", "runs.loop.carry_out", "runs.replicates.run_batch", "results.publish.publish_run")
    order = [page.index(f"`{name}`") for name in names]
    assert order == sorted(order), "from a config to an answer, and never back"


def test_the_odd_has_every_element_of_the_protocol() -> None:
    text = (ROOT / ODD).read_text(encoding="utf-8")
    for heading in ("Purpose", "Entities", "Process overview", "Design concepts", "Initialisation", "Input data", "Submodels"):
        assert re.search(rf"^## \d {heading}", text, re.MULTILINE), heading


def test_the_readme_names_the_two_commands_first() -> None:
    assert README.index("make run") < README.index("make test") < README.index("    aixsim ")
    assert len(commands(README)) == 5
    assert len(README.splitlines()) < 90


def test_lines_of_documents_fit() -> None:
    """Prose wraps at 100 characters or not at all; tables, commands and pictures are as long as they are."""
    for page in (page for page in PAGES if page.name not in ("performance.md", "architecture.md")):  # programs write them
        prose = re.sub(r"^```.*?^```|<!-- generated.*?<!-- end", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for paragraph in re.split(r"\n\s*\n", prose):
            lines = [line for line in paragraph.splitlines() if not line.startswith(("|", "    ", "!", "<!--"))]
            long = [line for line in lines if len(re.sub("`[^`]*`", "", line)) > 100 and "](" not in line]
            assert not long or len(lines) == 1, f"{page.relative_to(ROOT)}: {long[0]}"


def test_the_glossary_has_the_words_of_the_results() -> None:
    glossary = (ROOT / "docs" / "reference" / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^\| ([^|]+?) \| ", glossary, re.MULTILINE)
    terms = [term for term in terms if term != "term"]
    assert len(terms) == len(set(terms)) >= 30
    assert {"launched", "operating", "failed", "abandoned", "withdrawn", "decided"} <= set(re.findall(r"\w+", glossary))


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shipped configs, in which the README's commands are run one after the other."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "configs", folder / "configs")
    shutil.copytree(ROOT / "experiments", folder / "experiments")
    return folder


def test_the_readmes_commands_run(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command as it stands, in order; runs are cut to two replicates of a small sample, which changes no option."""
    monkeypatch.setattr("aixsim.cli.run._draw", lambda folder, *_, **__: (folder / "figures").mkdir(exist_ok=True))
    for command in COMMANDS:
        arguments = command.split()[1:]
        if arguments[0] == "run":
            arguments += ["--set", "monte_carlo.replicates=2"]
            if "korea" in command:
                arguments += ["--set", "population.scale=0.002"]
        ended = run_cli(arguments, workplace)
        assert ended.code == 0, f"{command}: {ended.err}"


@pytest.mark.parametrize("config", sorted((ROOT / "configs").rglob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_config_runs(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aixsim.cli.run._draw", lambda folder, *_, **__: (folder / "figures").mkdir(exist_ok=True))
    small = ["--set", "population.scale=0.01"] if "korea" in config.read_text(encoding="utf-8") else []
    ended = run_cli(["run", config, "-o", "out", "-n", "2", "--workers", "1", *small], tmp_path)
    assert ended.code == 0, ended.err
    assert (tmp_path / "out" / "trajectories.parquet").is_file()


def test_links_in_documents_lead_somewhere() -> None:
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_no_file_name_stands_for_two_things() -> None:
    """Mechanisms and levers are named by the tables of a config: the lever ``parks`` and the mechanism ``parks`` are of one thing."""
    for folder, levels in (("src/aixsim", {"mechanisms", "levers"}), ("tests", set())):
        files = [file for file in (ROOT / folder).rglob("*.py") if file.name != "__init__.py" and file.parent.name not in levels]
        names = [file.name for file in files]
        assert len(files) > 80
        assert not {name for name in names if names.count(name) > 1}
