"""The ledger: no number without value, range, unit, source, date and grade."""

from __future__ import annotations

import csv
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from aixsim.config import load
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
        or not re.match(r"(19|20)\d\d", line.date)
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
    assert "2026 145" in values['programme."AI Factory lead projects".budget_krw_bn']
    assert "levers.budget_cut.share" not in values


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
