"""HTML of results, sweeps, comparisons and studies for notebooks: a title, notes and a table. All text is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from aixsim.escapes import visible

if TYPE_CHECKING:
    from jinja2 import Template

_TEMPLATE: Final = """\
<div class="aixsim">
<strong>{{ title }}</strong>
{% for note in notes if note -%}
<div>{{ note }}</div>
{% endfor -%}
{% if rows -%}
<table>
<thead><tr>{% for name in columns %}<th style="text-align: left">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows -%}
<tr>{% for cell in row %}<td style="text-align: left">{{ cell }}</td>{% endfor %}</tr>
{% endfor -%}
</tbody>
</table>
{% endif -%}
</div>"""


def card(title: str, notes: Sequence[str], columns: Sequence[str] = (), rows: Sequence[Sequence[str]] = ()) -> str:
    """Returns HTML: a title, one line per note that is not empty, and a table if it has rows."""
    return _template().render(title=title, notes=notes, columns=columns, rows=rows)


@cache
def _template() -> Template:
    from jinja2 import Environment

    return Environment(autoescape=True, finalize=lambda value: visible(str(value))).from_string(_TEMPLATE)
