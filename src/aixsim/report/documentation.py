"""Writes the generated parts of the documentation (``make docs``); a test checks that they are up to date."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from aixsim.data.packaged import rows
from aixsim.model.catalogue import PROGRAMME, entries
from aixsim.model.outcomes import DECLARED
from aixsim.model.parameters import Parameter
from aixsim.model.registry import Registry
from aixsim.model.schedule import SCHEDULE
from aixsim.model.senses import senses
from aixsim.random.draws import Purpose
from aixsim.report.text.markdown import markdown_table
from aixsim.results.columns import MORE, SWEEP_TABLES, TABLES, Column, column
from aixsim.world.classification import POLE_OF_PROVINCE, POLES, ROUTES, SECTORS, SIZES

ODD = Path("docs/model/odd.md")
COLUMNS = Path("docs/reference/columns.md")
ABLATION = Path("docs/explanation/ablation.md")
ABLATION_TABLE = Path("experiments/2026-12-ablation/ablation.csv")
_MOVES: Final = 1.0
"""Percent of a count beyond which a number is to be drawn."""
_COLUMNS_HEAD = """\
# Columns of the tables

Written by `make docs`; a test compares this page with the tables that a run and a sweep write.
Counts are simulated firms; divide them by the scale to get national counts.
"""
_ABLATION_HEAD = """\
# What each assumed number moves

Written by `make docs` from the table of
[experiments/2026-12-ablation](../../experiments/2026-12-ablation/README.md), which also says which
version of the model was run, what was expected and how to run it again.

Each number below is set to either end of its documented range (`aixsim describe`), and everything
else in [korea-2030.toml](../../configs/korea-2030.toml) stays as it is: {replicates} paired
replicates at either end. The columns *launched* and *operating* show by how much the mean count at
the end of 2030 changes from one end to the other, in percent of its mean, with the 95 % error of
the simulation. A number that changes neither count by more than {percent} % may stay fixed.

"""


def schedule() -> str:
    """Returns the schedule of a month as a numbered list."""
    return "\n".join(f"{number}. **{step.name}**: {step.does}" for number, step in enumerate(SCHEDULE, 1))


def laws() -> str:
    """Returns the mechanisms as a table."""
    mechanisms = Registry.of().mechanisms.values()
    cells = [(f"{law.name}: {law.title}", law.level, law.senses, f"`{law.law}`", law.source) for law in mechanisms]
    return _table(("mechanism", "level", "senses", "hazard per month", "source"), cells)


def sensed() -> str:
    """Returns the senses as a table."""
    return _table(("sense", "level", "what it is"), [(sense.name, sense.level, sense.meaning) for sense in senses().values()])


def parameters() -> str:
    """Returns a table of parameters for every mechanism, lever and section."""
    parts = [_parameters(f"[{entry.key}]", entry.title, entry.parameters) for entry in entries(Registry.of())]
    return "\n\n".join([*parts, _parameters("[[programme]]", "Public support lines", PROGRAMME.parameters)])


def categories() -> str:
    """Returns the categories of firms."""
    poles = "; ".join(f"{pole}: {', '.join(p for p, of in POLE_OF_PROVINCE.items() if of == pole)}" for pole in POLES)
    return "\n".join(
        (
            f"- **Provinces by pole and special zone**: {poles}.",
            f"- **Sectors**: {', '.join(SECTORS)}.",
            f"- **Size classes**: {', '.join(SIZES)}.",
            f"- **Routes of money**: {', '.join(ROUTES)}.",
        )
    )


def outcomes() -> str:
    """Returns the outcomes as a table."""
    cells = []
    for outcome in DECLARED:
        events = ", ".join(f"{event.name.lower().replace('_', ' ')} {change:+d}" for event, change in outcome.changes.items())
        routes = ("those in `counts`" if outcome.routes is None else ", ".join(outcome.routes)) if outcome.has_routes else ""
        only = "".join(f"; {group} {', '.join(levels)}" for group, levels in outcome.firms.items())
        cells.append((outcome.name, f"{outcome.title}{only}", "stock" if outcome.is_stock else "cumulative", events, routes))
    return _table(("outcome", "counts", "kind", "events", "routes"), cells)


def purposes() -> str:
    """Returns the purposes of random numbers."""
    return ", ".join(f"{purpose.name.lower().replace('_', ' ')} ({purpose.value})" for purpose in Purpose)


def assumptions() -> str:
    """Returns the assumptions of the synthetic population as a table."""
    cells = [
        (row["name"], f"{row['value']} {row['unit']}", f"{row['low']} to {row['high']}", row["used_for"], row["note"])
        for row in rows("population_assumptions.csv")
    ]
    return _table(("assumption", "value", "range", "used for", "note"), cells)


def columns() -> str:
    """Returns the page of all columns of all tables of results."""
    of_run = {name: dict(table) for name, table in TABLES.items()}
    of_run["trajectories"] |= {outcome.name: column("trajectories", outcome.name) for outcome in DECLARED}
    of_run["parameters"]["KEY"] = MORE["parameters"]
    parts = [_COLUMNS_HEAD, "## A run (`aixsim run`)\n", *(_columns(f"`{name}.parquet`", table) for name, table in of_run.items())]
    names = {
        "trajectories": "`trajectories/*.parquet`",
        "answer": "`answer.csv`, `answer.parquet`",
        "design": "`design.csv`",
        "comparison": "`comparison.csv` (`aixsim compare SWEEP -o DIR`)",
    }
    parts += ["## A sweep (`aixsim sweep`)\n", *(_columns(names[name], table) for name, table in SWEEP_TABLES.items())]
    return "\n".join(parts).rstrip() + "\n"


def ablation(table: Sequence[Mapping[str, str]]) -> str:
    """Returns the page of what each assumed number moves, the strongest first, from the rows of ``ABLATION_TABLE``."""

    def span(row: Mapping[str, str]) -> float:
        return max(abs(float(row[f"{count}_span"])) for count in ("launched", "operating"))

    cells = []
    for row in sorted(table, key=span, reverse=True):
        moved = [f"{float(row[f'{count}_span']):+.1f} ± {1.96 * float(row[f'{count}_span_se']):.1f}" for count in ("launched", "operating")]
        cells.append((f"`{row['key']}`", row["low"], row["high"], *moved, "yes" if span(row) > _MOVES else "no"))
    head = _ABLATION_HEAD.format(replicates=table[0]["replicates"], percent=f"{_MOVES:g}")
    return head + _table(("number", "from", "to", "launched, %", "operating, %", f"more than {_MOVES:g} %"), cells) + "\n"


def _columns(heading: str, table: Mapping[str, Column]) -> str:
    kinds = {"whole": "whole number", "number": "number", "month": "date", "name": "text", "flag": "true or false"}
    cells = [(f"`{name}`", kinds[one.kind], one.unit, one.meaning) for name, one in table.items()]
    return f"### {heading}\n\n{_table(('column', 'type', 'unit', 'meaning'), cells)}\n"


PARTS: dict[str, Callable[[], str]] = {
    "schedule": schedule,
    "laws": laws,
    "senses": sensed,
    "parameters": parameters,
    "categories": categories,
    "outcomes": outcomes,
    "purposes": purposes,
    "assumptions": assumptions,
}


def fill(text: str) -> str:
    """Returns a document with updated content between its ``generated`` marks.

    Raises:
        ValueError: a mark is missing.
    """
    for name, part in PARTS.items():
        begin, end = f"<!-- generated: {name} -->", f"<!-- end: {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"the document needs {begin} and {end}, once each")
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{part()}\n{end}{rest.split(end)[1]}"
    return text


def _parameters(key: str, title: str, parameters: tuple[Parameter, ...]) -> str:
    cells = []
    for item in parameters:
        bounds = ", ".join(item.choices) if item.choices else "" if item.low == item.high else f"{item.low:g} to {item.high:g}"
        known = f"{item.confidence}; range: {item.prior}" if item.prior else item.confidence
        cells.append((item.name, _default(item), item.unit, bounds, item.meaning, item.source, known))
    return f"#### `{key}` {title}\n\n" + _table(("setting", "default", "unit", "range", "meaning", "source", "confidence"), cells)


def _table(header: Sequence[str], cells: Iterable[Sequence[object]]) -> str:
    return "\n".join(markdown_table(header, cells))


def _default(parameter: Parameter) -> str:
    if isinstance(parameter.default, dict):
        return ", ".join(f"{key} {value:g}" for key, value in parameter.default.items())
    if isinstance(parameter.default, list):
        return "all" if parameter.default == list(parameter.choices) else ", ".join(parameter.default)
    return str(parameter.default)


if __name__ == "__main__":
    ODD.write_text(fill(ODD.read_text(encoding="utf-8")), encoding="utf-8")
    COLUMNS.write_text(columns(), encoding="utf-8")
    with ABLATION_TABLE.open(encoding="utf-8") as stream:
        ABLATION.write_text(ablation(list(csv.DictReader(stream))), encoding="utf-8")
