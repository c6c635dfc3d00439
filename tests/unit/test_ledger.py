"""The ledger: no number without value, range, unit, source, date and grade."""

from __future__ import annotations

import csv
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from aixsim.config import load, settings_of
from aixsim.data.packaged import rows
from aixsim.evidence.assumptions import COLLECTED, GRADES, Line, date_of, ledger
from aixsim.model.catalogue import PROGRAMME, entries
from aixsim.model.registry import Registry
from aixsim.report.text.ledger_table import as_csv, as_html, as_text

CONFIGS = Path(__file__).parents[2] / "configs"


def lacking(lines: list[Line]) -> list[str]:
    """Keys of the lines on which something is missing."""
    return [
        line.key
        for line in lines
        if not all(str(getattr(line, field.name)).strip() for field in fields(line))
        or line.grade not in GRADES
        or (line.grade != "U" and not re.match(r"(19|20)\d\d", line.date))
    ]


@pytest.mark.parametrize("config", [None, "korea-2030.toml", "smart-factory.toml"])
def test_no_number_lacks_anything(config: str | None) -> None:
    lines = ledger(load(CONFIGS / config) if config else None)
    assert lacking(lines) == []
    assert len({line.key for line in lines}) == len(lines)
    for name in ("value", "range", "unit", "source", "date", "grade"):
        assert lacking([replace(lines[0], **{name: ""})]) == [lines[0].key], "the twin: a missing one is noticed"


def test_every_card_and_every_assumption_is_there() -> None:
    keys = {line.key for line in ledger()}
    for entry in entries(Registry.of()):
        assert {f"{entry.key}.{item.name}" for item in entry.parameters} <= keys
    assert {f"programme.{item.name}" for item in PROGRAMME.parameters} <= keys
    assert {f"population: {row['name']}" for row in rows("population_assumptions.csv")} <= keys


def test_what_is_assumed_has_a_range_of_its_own_unless_it_is_a_setting() -> None:
    """A number that nobody knows must say how far it may be off: the range that the program allows is none."""
    settings = ("start", "stop", "month", "programme", "sizes", "provinces", "sectors", "agent_types", "places", "mode", "frailty", "from")
    bare = [line.key for line in ledger() if line.grade in "CD" and line.range.endswith("allowed")]
    unexplained = [key for key in bare if not key.rpartition(".")[2].endswith(settings) and not key.startswith("levers.")]
    assert unexplained == []


def test_a_config_shows_its_own_values() -> None:
    values = {line.key: line.value for line in ledger(load(CONFIGS / "korea-2030.toml"))}
    assert values["mechanisms.peers.rate"] == "lognormal(median 0.02, sigma 0.5)"
    assert values['programme."AI Factory lead projects".budget_krw_bn.2026'] == "choice(145, 220)"
    assert "levers.budget_cut.share" not in values


def graded(*settings: str, config: Path = CONFIGS / "korea-2030.toml") -> dict[str, Line]:
    return {line.key: line for line in ledger(load(config, settings_of(settings)))}


def test_grades_are_of_a_value_and_a_year() -> None:
    """The published 63.2 and 200 are quoted; which plan of 2026 counts, the lines to 2030 and the equal split of 190 are not."""
    lines, key = graded(), 'programme."AI Factory lead projects".budget_krw_bn'
    assert "".join(lines[f"{key}.{year}"].grade for year in range(2025, 2031)) == "ACCCCA"
    assert lines['programme."Lead projects 2024".budget_krw_bn.2024'].grade == "C"
    assert lines["levers.parks.number"].grade == "A"
    assert lines["mechanisms.peers.rate"].grade in "CD", "a distribution over what is assumed is assumed"


def test_what_a_user_sets_is_neither_quoted_nor_derived(tmp_path: Path) -> None:
    key = 'programme."AI Factory lead projects".budget_krw_bn.2026'
    lines = graded(f"{key}=900", "levers.parks.number=20", "mechanisms.peers.rate=0.03")
    for name, place in (
        (key, f"--set {key}=900"),
        ("levers.parks.number", "--set levers.parks.number=20"),
        ("mechanisms.peers.rate", "--set"),
    ):
        assert lines[name].grade == "U", name
        assert f"set in {place}" in lines[name].source
    assert "sourced: choice(145, 220)" in lines[key].source
    assert lines['programme."AI Factory lead projects".budget_krw_bn.2025'].grade == "A", "the other years keep theirs"
    same = graded("levers.parks.number=13")
    assert same["levers.parks.number"].grade == "A", "the sourced value, whoever states it"
    mine = tmp_path / "mine.toml"
    mine.write_text((CONFIGS / "korea-2030.toml").read_text().replace("number = 13", "number = 14"))
    line = next(k for k, text in enumerate(mine.read_text().splitlines(), 1) if text == "number = 14")
    assert graded(config=mine)["levers.parks.number"].source.startswith(f"set in mine.toml:{line};")


def test_the_date_is_that_of_the_newest_source() -> None:
    assert date_of("Bass (1969), doi:10.1287/mnsc.15.5.215") == "1969"
    assert date_of("smart_factory_by_park_2022.csv") == "2022-10-11"
    assert date_of("assumed") == COLLECTED


def test_it_is_written_as_text_csv_and_html() -> None:
    lines = ledger()
    assert as_text(lines, "T", 10_000).count("\n     ") == len(lines)
    assert [row["key"] for row in csv.DictReader(as_csv(lines).splitlines())] == [line.key for line in lines]
    page = as_html([replace(lines[0], meaning="a < b")], "T")
    assert "a &lt; b" in page
    assert "http" not in page
