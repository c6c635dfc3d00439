"""Where parts of a report begin when printed, and that no table is empty."""

from __future__ import annotations

import re

import pytest

from aixsim.report.html.decision_report import html_of, report_of
from aixsim.results.result import open_result
from tests.result_fixture import make_result

SECTION = re.compile(r'<section id="(\w+)" class="(\w*)">(.*?)</section>', re.DOTALL)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report of so few replicates that it has no signposts."""
    return html_of(report_of(open_result(make_result(tmp_path_factory.mktemp("few") / "plan", n=20))))


def test_a_part_of_a_few_lines_begins_on_the_page_of_the_one_before(page: str) -> None:
    begins = {name: kind for name, kind, _ in SECTION.findall(page)}
    assert begins["options"] == "flow"
    assert begins["distribution"] == ""
    short = [name for name, _, content in SECTION.findall(page) if "<table" not in content and "<figure" not in content]
    assert short == [name for name, kind in begins.items() if name in short and kind == "flow"]


def test_no_table_is_empty(page: str) -> None:
    assert empty_tables(page) == []
    assert empty_tables("<table><caption>Planted</caption><tbody>\n</tbody></table>") == ["Planted"]


def empty_tables(page: str) -> list[str]:
    return re.findall(r"<caption>([^<]*)</caption>(?:(?!</table>).)*?<tbody>\s*</tbody>", page, re.DOTALL)
