"""The ledger of assumptions: every parameter of the model with value, range, unit, source, date and grade."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from aixsim.config.models import config_model
from aixsim.config.observations import DISPERSION, POLICY_ERROR
from aixsim.config.study import Study
from aixsim.data.packaged import rows
from aixsim.evidence.published import PUBLISHED, Published
from aixsim.model.catalogue import PROGRAMME, entries
from aixsim.model.keys import dotted, parse_key
from aixsim.model.parameters import Parameter
from aixsim.model.programmes import declared_of
from aixsim.model.registry import Registry
from aixsim.random.distributions import PARAMETERS_OF, Distribution

COLLECTED: Final = "2026-11-23"
"""Date on which the packaged tables were collected and the assumptions made (data README)."""
GRADES: Final = {
    "A": "quoted from a source",
    "B": "derived from quoted numbers",
    "C": "assumed, with a source for its size or sign",
    "D": "assumed, without a source",
    "U": "set by the user in the config; not the sourced or assumed value of the package",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One parameter.

    Attributes:
        key: path in the config, or ``population: name``.
        value: value or distribution in use.
        unit: of the value.
        range: plausible range, or range of decisions.
        meaning: one sentence.
        source: DOI, table of the package, or ``assumed``.
        date: of the newest source, or of the assumption.
        grade: a letter of ``GRADES``.
    """

    key: str
    value: str
    unit: str
    range: str
    meaning: str
    source: str
    date: str
    grade: str


def ledger(study: Study | None = None) -> list[Line]:
    """Returns every parameter of the model, in the order of ``aixsim describe``.

    Args:
        study: whose values are shown; by default the default values. Mechanisms and levers that it does not use are left out.
    """
    settings: Mapping[str, Any] = study.settings if study is not None else {}
    places = study.variant.places if study is not None else {}
    out: list[Line] = []
    for entry in entries(study.registry if study is not None else Registry.of()):
        table = _table(settings, entry.key)
        if study is None or table is not None:
            for item in entry.parameters:
                value = (table or {}).get(item.name, item.default)
                out += [_line(f"{entry.key}.{item.name}", item, value)] if study is None else _lines(entry.key, item, value, places)
    if study is None:
        out += [_line(f"programme.{item.name}", item, item.default) for item in PROGRAMME.parameters]
    for name, table in settings.get("programme", {}).items():
        for item in declared_of(table["kind"]):
            out += _lines(dotted(("programme", name)), item, table.get(item.name, item.default), places, name)
    chosen = study.calibration if study is not None else None
    for item in (DISPERSION, POLICY_ERROR):
        out += _lines("calibration", item, getattr(chosen, item.name, item.default), places)
    out += list(_population())
    return out


def study_of(config: Mapping[str, Any]) -> Study:
    """Returns the study of the resolved config of a run, without mechanisms and levers that the package does not know."""
    registry = Registry.of()
    known: dict[str, Mapping[str, Any]] = {"mechanisms": registry.mechanisms, "levers": registry.levers}
    tables = {name: {one: table[one] for one in table if one in known[name]} if name in known else table for name, table in config.items()}
    tables = {name: table for name, table in tables.items() if name != "plugins"}
    return Study("", Path(), config_model(registry).model_validate(tables), registry)


def ledger_of(config: Mapping[str, Any]) -> list[Line]:
    """Returns the lines of the resolved config of a run, as from ``study_of``; if it is empty, lines are those of the default values."""
    return ledger(study_of(config) if config else None)


def lines_of(keys: Iterable[str], config: Mapping[str, Any]) -> dict[str, Line]:
    """Returns the lines of some settings of a run by key; those that have none are left out.

    Args:
        keys: of settings, or of a year or class of one.
        config: the resolved config of the run, as for ``ledger_of``.
    """
    lines = {line.key: line for line in ledger_of(config)}
    found = {key: next((lines[part] for part in _upwards(key) if part in lines), None) for key in keys}
    return {key: line for key, line in found.items() if line is not None}


def _table(settings: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    node: Any = settings
    for part in key.split("."):
        node = node.get(part) if isinstance(node, Mapping) else None
    return node


def _lines(table: str, item: Parameter, value: Any, places: Mapping[str, str], programme: str = "") -> Iterator[Line]:
    """Yields the lines of a setting: one, or one per calendar year if the years have different sources."""
    key = f"{table}.{item.name}"
    if not isinstance(value, Mapping) or item.kind not in ("by_year", "years"):
        yield _judged(key, item, value, item.default, PUBLISHED.get((programme, item.name, "")), places)
        return
    default = item.default if isinstance(item.default, Mapping) else {}
    for year, number in value.items():
        sourced = PUBLISHED.get((programme, item.name, str(year)))
        yield _judged(f"{key}.{year}", item, number, default.get(year, item.default if not default else None), sourced, places)


def _judged(key: str, item: Parameter, value: Any, default: Any, sourced: Published | None, places: Mapping[str, str]) -> Line:
    """Returns the line of a value; source and grade are given only for the sourced value.

    A distribution of an assumed parameter is assumed as well. Other values that are neither published nor defaults were set by the user.
    """
    line = _line(key, item, value)
    if sourced is not None and _plain(value) == _plain(sourced.value):
        return replace(line, source=sourced.source, date=date_of(sourced.source), grade=sourced.grade)
    is_assumed = isinstance(value, Distribution) and item.confidence == "assumed"
    if is_assumed or (sourced is None and _plain(value) == _plain(default)):
        return line
    place = next((places[part] for part in _upwards(key) if part in places), "the config")
    known = sourced.value if sourced is not None else default
    other = (
        ""
        if known is None
        else f"; sourced: {text_of(known)}, {item.source}"
        if item.confidence != "assumed"
        else f"; else {text_of(known)}"
    )
    return replace(line, source=f"set in {place}{other}", date="not dated", grade="U")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value


def _upwards(key: str) -> Iterator[str]:
    """Yields a key, and the keys of the tables that contain it."""
    parts = parse_key(key)
    for n in range(len(parts), 0, -1):
        yield dotted(parts[:n])


def _line(key: str, item: Parameter, value: Any) -> Line:
    return Line(
        key=key,
        value=text_of(value),
        unit=item.unit or "1",
        range=_range(item),
        meaning=item.meaning,
        source=item.source,
        date=date_of(item.source),
        grade=_grade(item.confidence, item.source),
    )


def _grade(confidence: str, source: str) -> str:
    """Returns the grade. An assumption has a source if its text names a table, a publication, a year or a share."""
    return {"quoted": "A", "derived": "B"}.get(confidence) or ("C" if re.search(r"\.csv|doi|\b\d{4}\b|\d %", source) else "D")


def _range(item: Parameter) -> str:
    if item.prior:
        return item.prior
    if item.choices:
        return "a choice of " + ", ".join(item.choices) if len(item.choices) <= 5 else f"a choice of {len(item.choices)}"
    if item.kind == "month":
        return "any month"
    if item.kind == "text":
        return "a name"
    return f"{item.low:g} to {item.high:g} allowed"


def _population() -> Iterator[Line]:
    for row in rows("population_assumptions.csv"):
        yield Line(
            key=f"population: {row['name']}",
            value=row["value"],
            unit=row["unit"],
            range=f"{row['low']} to {row['high']}",
            meaning=row["used_for"],
            source=row["note"],
            date=date_of(row["note"]),
            grade=_grade("assumed", row["note"]),
        )


def text_of(value: Any) -> str:
    """Returns a value as short text: numbers with up to four digits, distributions as ``lognormal(0.02, 0.5)``."""
    if value is None:
        return "stated by the config"
    if isinstance(value, Distribution):
        # A choice has any number of values and no name for each.
        names = [f"{name} " for name in PARAMETERS_OF[value.dist]] if value.dist != "choice" else [""] * len(value.values)
        inner = ", ".join(f"{name}{number:.4g}" for name, number in zip(names, value.values, strict=True))
        return f"{value.dist}({inner})"
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {text_of(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return f"{len(value)} names" if len(value) > 6 else ", ".join(map(text_of, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def date_of(source: str) -> str:
    """Returns the date of the newest source that a text names: a table of the package, a source identity, or a year in it."""
    found = [date for table in re.findall(r"\w+\.csv", source) for date in _dates(table)]
    known = _source_dates()
    found += [known[word] for word in re.findall(r"\w+", source) if word in known]
    found += re.findall(r"\b(?:19|20)\d\d\b", re.sub(r"doi:\S+|\w+\.csv", "", source)) if not found else []
    return max(found, default=COLLECTED)


@cache
def _source_dates() -> dict[str, str]:
    return {row["source_id"]: row["date"] for row in rows("sources.csv") if re.match(r"\d{4}", row["date"])}


@cache
def _dates(table: str) -> tuple[str, ...]:
    """Returns the dates of all sources of a table; the date of the collection if it names none."""
    if not (files("aixsim.data") / table).is_file():
        return ()
    known = _source_dates()
    ids = {one for row in rows(table) for one in (row.get("source_id") or "").split(";")}
    return tuple(known[one] for one in ids if one in known) or (COLLECTED,)
