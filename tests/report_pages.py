"""Reads the pages of reports: elements, printed values with their addresses, and what was downloaded from them."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from aixsim.report.html.formats import Formats
from aixsim.report.html.sourced_values import DataTable, value_at
from aixsim.report.html.texts import Texts, texts_of

VOID = {"meta", "br", "hr", "img", "link", "input"}


@dataclass
class Element:
    """An element with the text that stands directly in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Printed:
    """A text with the elements around it, the innermost last."""

    text: str
    around: list[Element]


@dataclass
class Page(HTMLParser):
    """A parsed page."""

    html: str
    elements: list[Element] = field(default_factory=list)
    printed: list[Printed] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1].text += data
        self.printed.append(Printed(data, list(self.open)))

    def of(self, tag: str) -> list[Element]:
        return [element for element in self.elements if element.tag == tag]

    @property
    def values(self) -> list[Element]:
        """Elements that print a value of a table."""
        return [element for element in self.elements if "data-source" in element.attributes]

    def downloads(self) -> dict[str, list[list[str]]]:
        """Returns the cells of every CSV file that the page offers, by its name."""
        found = {}
        for link in self.of("a"):
            address = link.attributes["href"]
            if address.startswith("data:text/csv"):
                text = base64.b64decode(address.partition("base64,")[2]).decode("utf-8-sig")
                found[link.attributes["download"]] = list(csv.reader(io.StringIO(text)))
        return found


def wrong_values(page: Page, tables: Mapping[str, DataTable], language: str) -> list[str]:
    """Returns every printed value that is not that of its table, row and column."""
    formats, wrong = Formats(texts_of(language)), []
    for element in page.values:
        address, form = element.attributes["data-source"], element.attributes["data-format"]
        value: Any = value_at(tables, address)
        if element.text != formats(form, value):
            wrong.append(f"{address}: printed {element.text!r}, the table has {formats(form, value)!r}")
        if element.attributes["value"] != ("" if value is None else str(value)):
            wrong.append(f"{address}: attribute {element.attributes['value']!r}, the table has {value!r}")
    return wrong


def numbers_without_source(page: Page, language: str, *, allowed: set[str] = frozenset()) -> list[str]:  # type: ignore[assignment]
    """Returns every printed text with a digit that neither carries an address nor is a text of the language."""
    static, found = _numbers_of(texts_of(language)) | {n for text in allowed for n in _digits(text)}, []
    for one in page.printed:
        tags = {element.tag for element in one.around}
        is_heading = any(element.attributes.get("scope") == "col" for element in one.around)  # names of columns
        if (
            is_heading
            or tags & {"style", "svg", "title", "h1", "code"}
            or any("data-source" in element.attributes for element in one.around)
        ):
            continue
        found += [one.text for number in _digits(one.text) if number not in static]
    return found


def _digits(text: str) -> list[str]:
    return re.findall(r"\d[\d.,]*", text)


def _numbers_of(texts: Texts) -> set[str]:
    found: set[str] = set()

    def collect(node: Any) -> None:
        if isinstance(node, str):
            found.update(_digits(node))
        elif isinstance(node, Mapping):
            for key, inner in node.items():
                collect(key)
                collect(inner)
        elif isinstance(node, list):
            for inner in node:
                collect(inner)

    collect(texts.held)
    return found
