"""Reads the packaged tables."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def rows(table: str) -> tuple[dict[str, str], ...]:
    """Returns the rows of a packaged table such as ``"region_structure.csv"``, every cell as text."""
    text = (files("aixsim.data") / table).read_text(encoding="utf-8-sig")
    return tuple(csv.DictReader(text.splitlines()))


def value(table: str, column: str, **where: str) -> float:
    """Returns one number of a table.

    Args:
        table: file name.
        column: of the number.
        where: columns and the text they must hold; exactly one row must match.

    Raises:
        LookupError: no row or several rows match.
    """
    found = [row for row in rows(table) if all(row[key] == text for key, text in where.items())]
    if len(found) != 1:
        raise LookupError(f"{table}: {len(found)} rows match {where}, expected one")
    return float(found[0][column])


def assumption(name: str) -> float:
    """Returns a value of ``population_assumptions.csv``, the one place of what the tables of the population lack."""
    return value("population_assumptions.csv", "value", name=name)
