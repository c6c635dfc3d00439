"""What notebooks show of a result, a sweep, a comparison or a study: a title, a few notes, a table. Everything is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from aixsim.escapes import visible

if TYPE_CHECKING:
    from jinja2 import Template

_TEMPLATE: Final = """\
<div class="aixsim">
<strong>{{ title | visible }}</strong>
{% for note in notes if note -%}
<div>{{ note | visible }}</div>
{% endfor -%}
{% if rows -%}
<table>
<thead><tr>{% for name in columns %}<th style="text-align: left">{{ name | visible }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows -%}
<tr>{% for cell in row %}<td style="text-align: left">{{ cell | visible }}</td>{% endfor %}</tr>
{% endfor -%}
</tbody>
</table>
{% endif -%}
</div>"""


def card(title: str, notes: Sequence[str], columns: Sequence[str] = (), rows: Sequence[Sequence[str]] = ()) -> str:
    """Returns HTML.

    Args:
        title: of the whole.
        notes: a line each; empty ones are left out.
        columns: headings of the table.
        rows: its cells; without a row there is no table.
    """
    return _template().render(title=title, notes=notes, columns=columns, rows=rows)


@cache
def _template() -> Template:
    from jinja2 import Environment

    environment = Environment(autoescape=True)
    environment.filters["visible"] = visible
    return environment.from_string(_TEMPLATE)
