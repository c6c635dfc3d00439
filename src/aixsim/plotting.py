"""Plot method of results, sweeps and comparisons; ``report`` registers the function that draws, because imports go one way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Draw = Callable[[object, str, Any], Any]
_draw: list[Draw] = []


def use(draw: Draw) -> None:
    """Registers the function that draws: ``draw(subject, kind, ax)`` returns a matplotlib figure."""
    _draw[:] = [draw]


class Drawable:
    """Base of objects that have figures."""

    def plot(self, kind: str, ax: Any = None) -> Any:
        """Draws a figure and returns the matplotlib figure that it is in.

        Args:
            kind: name of the figure, as in ``aixsim plot -k``; the error for an unknown name lists all.
            ax: matplotlib axes to draw onto, with the title alone; None draws a figure of its own, with explanation and source.

        Raises:
            UserError: the kind is unknown, or the object lacks the data for it.
        """
        return _draw[0](self, kind, ax)
