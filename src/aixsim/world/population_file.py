"""A population and its ties from a user's own CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from aixsim.arguments import MOST_CELLS_BYTES, read_text
from aixsim.errors import UserError, shortened
from aixsim.random.draws import BUILD, Purpose, uniforms
from aixsim.world.classification import AGENT_TYPES, PROVINCES, SECTORS, SIZES
from aixsim.world.network import CUSTOMER, Network
from aixsim.world.population import Population

_COLUMNS: dict[str, Sequence[str]] = {"province": PROVINCES, "sector": SECTORS, "size": SIZES, "agent_type": AGENT_TYPES}
_MOST_EMPLOYEES = 10_000_000


class TableError(UserError):
    """A CSV file that cannot be used: at which line (the header is 1) and column."""

    def __init__(self, file: Path, line: int, column: str, message: str) -> None:
        super().__init__(f"{file}, line {line}, column {column!r}: {message}")


def read_population(file: Path, seed: int) -> Population:
    """Reads one firm a row: columns province, sector, size, agent_type (names) and employees (whole number).

    Raises:
        TableError: a column is missing or a value is not allowed.
    """
    rows = _rows(file, (*_COLUMNS, "employees"))
    n = len(rows)
    if not n:
        raise TableError(file, 1, "province", "there is no firm below the header")
    index = {
        column: np.array([_value(file, i, row, column, names.index, ", ".join(names)) for i, row in enumerate(rows)], np.int8)
        for column, names in _COLUMNS.items()
    }
    employees = [
        _value(file, i, row, "employees", _positive, f"a whole number from 1 to {_MOST_EMPLOYEES:,}") for i, row in enumerate(rows)
    ]
    return Population(
        **index,
        employees=np.array(employees, np.int32),
        tier=index["agent_type"],
        park=np.full(n, -1, np.int16),
        company=np.arange(n, dtype=np.int32),
        ready=np.zeros(n, np.bool_),
        frailty=uniforms(seed, BUILD, Purpose.FRAILTY, n),
        parks=(),
        weight=1.0,
    )


def read_network(file: Path, n_firms: int) -> Network:
    """Reads one tie a row: columns supplier and customer, rows of the population file counted from 0.

    Raises:
        TableError: a column is missing, a firm does not exist, supplies itself, or a tie stands twice.
    """
    rows = _rows(file, ("supplier", "customer"))
    allowed = f"a row of the population, 0 to {n_firms - 1}"
    ties = [
        tuple(_value(file, i, row, column, lambda text: range(n_firms).index(int(text)), allowed) for column in ("supplier", "customer"))
        for i, row in enumerate(rows)
    ]
    seen: set[frozenset[int]] = set()
    for i, (supplier, customer) in enumerate(ties):
        if supplier == customer or frozenset((supplier, customer)) in seen:
            raise TableError(file, i + 2, "customer", "a firm cannot be tied to itself, and two firms only once")
        seen.add(frozenset((supplier, customer)))
    table = np.array(ties, dtype=np.int32).reshape(-1, 2)
    return Network.from_ties(n_firms, table[:, 0], table[:, 1], np.full(len(table), CUSTOMER, np.int8))


def _positive(text: str) -> int:
    number = int(text)
    if not 1 <= number <= _MOST_EMPLOYEES:
        raise ValueError(text)
    return number


def _rows(file: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(read_text(file, MOST_CELLS_BYTES), newline=""))
        for column in columns:
            if column not in (reader.fieldnames or ()):
                raise TableError(file, 1, column, f"the column is missing; needed are {', '.join(columns)}")
        return list(reader)
    except csv.Error as error:
        raise TableError(file, reader.line_num, columns[0], f"is not CSV: {error}") from None


def _value(file: Path, row: int, values: dict[str, str], column: str, parse: Callable[[str], int], allowed: str) -> int:
    try:
        return parse((values[column] or "").strip())
    except ValueError:
        raise TableError(file, row + 2, column, f"{shortened(repr(values[column]))} is not allowed; allowed: {allowed}") from None
