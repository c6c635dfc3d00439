"""Lays out text for a terminal or a text file: titles, paragraphs and tables, wrapped to its width.

The only place of the package that prints with ``rich``. What comes out is plain text without colours; every string is made safe to show
(``aixsim.escapes``), and characters of double width, such as those of Korean, keep their columns.
"""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from aixsim.escapes import visible

if TYPE_CHECKING:
    from rich.table import Table

WIDTH: Final = 78
"""Columns of a text that is not printed on a terminal."""
_NARROWEST, _WIDEST = 40, 120
_SHORT: Final = 30
Block = Sequence["str | Table"]
"""Lines, each wrapped with its own indentation, and tables."""


def terminal_width() -> int:
    """Returns the columns to print on standard output: those of the terminal within reason, or ``WIDTH`` when it is none."""
    return min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST) if sys.stdout.isatty() else WIDTH


def title(text: str) -> list[str]:
    """Returns a title and the line below it."""
    return [text, "=" * min(len(text), WIDTH)]


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[int] = ()) -> Table:
    """Returns a table; columns at the positions ``right`` are aligned to the right, and a header of empty names is not shown."""
    from rich.box import Box
    from rich.table import Table
    from rich.text import Text

    # Nothing but a line of dashes below the header, which every encoding has.
    box = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
    out = Table(box=box, show_edge=False, show_header=any(header), pad_edge=False, padding=(0, 1, 0, 0))
    cells = [[Text(visible(cell)) for cell in row] for row in rows]
    for position, name in enumerate(map(visible, header)):
        longest = max((row[position].cell_len for row in cells), default=0)
        # Where the width does not do, long names and long texts wrap before numbers do.
        is_short = len(name) <= longest <= _SHORT
        out.add_column(Text(name), justify="right" if position in right else "left", overflow="fold", no_wrap=is_short)
    for row in cells:
        out.add_row(*row)
    return out


def page(blocks: Iterable[Block], width: int | None = None) -> str:
    """Returns blocks as text, ``width`` columns wide (by default as the terminal), an empty line between any two that are not empty."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    stream = io.StringIO()
    console = Console(file=stream, width=width or terminal_width(), color_system=None, legacy_windows=False)
    for number, block in enumerate(block for block in blocks if block):
        if number:
            console.print()
        for item in block:
            if isinstance(item, str):
                line = item.lstrip(" ")
                console.print(Padding(Text(visible(line), overflow="fold"), (0, 0, 0, len(item) - len(line))))
            else:
                console.print(item)
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())
