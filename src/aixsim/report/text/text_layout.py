"""Layout of text for a terminal or a file: titles, paragraphs and tables, wrapped to its width.

Only this module uses ``rich``. The output is plain text without colours; control characters are escaped (``aixsim.escapes``), and columns
stay aligned with characters of double width, such as Hangul.
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
"""Width of text that is not printed on a terminal, in columns."""
_NARROWEST, _WIDEST = 40, 120
_SHORT: Final = 30
Block = Sequence["str | Table"]
"""Lines, each wrapped with its own indentation, and tables."""


def terminal_width() -> int:
    """Returns the columns to print on standard output: those of the terminal within limits, or ``WIDTH`` without a terminal."""
    return min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST) if sys.stdout.isatty() else WIDTH


def title(text: str) -> list[str]:
    """Returns an underlined title."""
    return [text, "=" * min(len(text), WIDTH)]


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[int] = ()) -> Table:
    """Returns a table; columns at the positions ``right`` are aligned to the right, and a header of empty names is not shown."""
    from rich.box import Box
    from rich.table import Table
    from rich.text import Text

    # Only a line of dashes below the header, in ASCII.
    box = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
    out = Table(box=box, show_edge=False, show_header=any(header), pad_edge=False, padding=(0, 1, 0, 0))
    cells = [[Text(visible(cell)) for cell in row] for row in rows]
    for position, name in enumerate(map(visible, header)):
        longest = max((row[position].cell_len for row in cells), default=0)
        # If the width is too small, long names and texts wrap before numbers.
        is_short = len(name) <= longest <= _SHORT
        out.add_column(Text(name), justify="right" if position in right else "left", overflow="fold", no_wrap=is_short)
    for row in cells:
        out.add_row(*row)
    return out


def page(blocks: Iterable[Block], width: int | None = None) -> str:
    """Returns blocks as text, ``width`` columns wide (by default as the terminal), separated by empty lines; empty blocks are left out."""
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
