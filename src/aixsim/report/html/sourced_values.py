"""Printed values of a report: each carries the table, row and column that it is from."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from markupsafe import Markup

from aixsim.escapes import to_csv, visible
from aixsim.report.html.formats import Formats
from aixsim.report.html.pages import environment
from aixsim.report.html.texts import Texts

Row = Mapping[str, Any]
_SEPARATOR: Final = "#"
_WHOLE: Final = 25
"""Rows up to which a table is not divided between printed pages."""


@dataclass(frozen=True)
class DataTable:
    """A table of a report.

    Attributes:
        rows: one or more, with the same columns; None where there is no value.
        origin: file of the result, or function, that it is from.
        units: of columns that have one.
    """

    rows: Sequence[Row]
    origin: str
    units: Mapping[str, str] = field(default_factory=dict)


def source(table: str, row: int, column: str) -> str:
    """Returns the address of a value, such as ``goals#1#probability``; rows are counted from 1."""
    return _SEPARATOR.join((table, str(row + 1), column))


def value_at(tables: Mapping[str, DataTable], address: str) -> Any:
    """Returns the value at an address.

    Raises:
        LookupError: there is no such table, row or column.
    """
    table, row, column = address.split(_SEPARATOR, 2)
    return tables[table].rows[int(row) - 1][column]


@dataclass
class Printer:
    """Prints values of tables as HTML; used by the templates.

    Attributes:
        tables: by name.
        texts: of the language.
        formats: likewise.
        with_data: whether data are added to tables and figures.
    """

    tables: Mapping[str, DataTable]
    texts: Texts
    formats: Formats
    with_data: bool = True

    def has(self, *names: str) -> bool:
        """Returns whether there are all these tables."""
        return all(name in self.tables for name in names)

    def rows(self, table: str) -> range:
        """Returns the numbers of the rows of a table, from 0; none if there is no such table."""
        return range(len(self.tables[table].rows) if table in self.tables else 0)

    def raw(self, table: str, row: int, column: str) -> Any:
        """Returns a value as it is, for decisions of a template; it must not be printed."""
        return self.tables[table].rows[row][column]

    def cell(self, table: str, row: int, column: str, form: str = "text") -> Markup:
        """Returns one value with its address.

        Args:
            table: its name.
            row: from 0.
            column: its name.
            form: a name of ``Formats``.
        """
        value = self.raw(table, row, column)
        address = source(table, row, column)
        shown = self.formats(form, value)
        held = "" if value is None else visible(str(value))
        return Markup('<data value="{}" data-source="{}" data-format="{}">{}</data>').format(held, visible(address), form, shown)

    def interval(self, table: str, row: int, column: str, form: str) -> Markup:
        """Returns the interval of a value in brackets; ``column`` has others beside it with the endings ``_low`` and ``_high``."""
        ends = (self.cell(table, row, f"{column}_{end}", form) for end in ("low", "high"))
        return Markup("[{}, {}]").format(*ends)

    def estimate(self, table: str, row: int, column: str, form: str) -> Markup:
        """Returns a value with its interval, or only the text for None where there is none."""
        if self.raw(table, row, column) is None:
            return self.cell(table, row, column, form)
        return Markup('{} <span class="i">{}</span>').format(
            self.cell(table, row, column, form), self.interval(table, row, column, f"{form}_bare")
        )

    def spread(self, table: str, row: int, column: str, form: str = "whole") -> Markup:
        """Returns the central 90 % range of a count, whose columns have the endings ``_p05`` and ``_p95``."""
        low, high = (self.cell(table, row, f"{column}_{end}", form) for end in ("p05", "p95"))
        return self.texts("phrases.range", low=low, high=high)

    def chance(self, table: str, row: int, column: str = "probability", *, word: bool = False) -> Markup:
        """Returns a probability with its interval; with 0 or n successes the bound.

        Args:
            table, row, column: of the probability; ``successes`` and ``n`` stand in the same row.
            word: add the calibrated word in brackets.
        """
        if self.raw(table, row, column) is None:
            return self.cell(table, row, column, "percent")
        successes, n = self.raw(table, row, "successes"), self.raw(table, row, "n")
        shown = Markup('<strong class="p">{}</strong>').format(self.cell(table, row, column, "percent"))
        if word:
            shown += Markup(' <span class="word">({})</span>').format(self.cell(table, row, "word", "word"))
        if successes in (0, n):
            side = "low" if successes else "high"
            bound = self.cell(table, row, f"{column}_{side}", f"bound_{side}")
            return Markup('{} <span class="i">({})</span>').format(shown, self.texts(f"phrases.bound_{side}", bound=bound))
        return Markup('{} <span class="i">{}</span>').format(shown, self.interval(table, row, column, "percent_bare"))

    def table(
        self,
        name: str,
        columns: Mapping[str, str],
        caption: str,
        rows: Sequence[int] | None = None,
        headings: Mapping[str, str] | None = None,
    ) -> Markup:
        """Returns a table as HTML, with its data beneath.

        Args:
            name: of the data.
            columns: how each is printed: a name of ``Formats``, or ``chance``, ``estimate FORMAT`` or ``spread FORMAT``.
            caption: key of the text.
            rows: numbers of the rows to print; by default all.
            headings: by column the name of the text that heads it, where that is not the name of the column.
        """
        shown = self.rows(name) if rows is None else rows
        return self._filled(
            "table.html", name=name, columns=columns, caption=caption, rows=shown, is_whole=len(shown) <= _WHOLE, headings=headings or {}
        )

    def heading(self, column: str) -> Markup:
        """Returns the heading of a column: its text, or its name if there is none, as for factors of a sweep."""
        return self.texts(f"columns.{column}") if self.texts.has(f"columns.{column}") else Markup.escape(visible(column))

    def download(self, name: str) -> Markup:
        """Returns a link with the whole table as CSV."""
        if not self.with_data:
            return Markup()
        table = self.tables[name]
        content = base64.b64encode(to_csv([dict(row) for row in table.rows]).encode("utf-8-sig")).decode("ascii")
        link = Markup('<a class="csv" download="{0}.csv" href="data:text/csv;charset=utf-8;base64,{1}">{0}.csv</a>').format(name, content)
        return Markup('<p class="data">{}</p>').format(self.texts("phrases.data", link=link, origin=visible(table.origin)))

    def folded(self, name: str) -> Markup:
        """Returns a table with all its columns, folded, for the data of a figure."""
        return self._filled("folded.html", name=name, columns=list(self.tables[name].rows[0])) if self.with_data else Markup()

    def printed(self, name: str, row: int, column: str, form: str) -> Markup:
        """Returns a cell of a table; ``form`` as in ``table``."""
        kind, _, inner = form.partition(" ")
        match kind:
            case "chance":
                return self.chance(name, row, column)
            case "estimate":
                return self.estimate(name, row, column, inner)
            case "spread":
                return self.spread(name, row, column, inner)
            case _:
                return self.cell(name, row, column, form)

    def _filled(self, template: str, **values: Any) -> Markup:
        """Returns a filled template."""
        filled = environment().get_template(template).render(p=self, t=self.texts, side=_side, **values)
        return Markup(filled)  # noqa: S704 - the template escapes


def _side(form: str) -> str:
    """Returns the class of a cell: numbers stand right, short texts are not broken."""
    if form in ("label", "month"):
        return "short"
    return form if form in ("short", "hash") else "" if form in ("text", "name", "word", "setting") else "r"
