"""Lets results, sweeps and comparisons draw themselves, although what draws lies above them: it is put in place from above."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Draw = Callable[[object, str, Any], Any]
_draw: list[Draw] = []


def use(draw: Draw) -> None:
    """Puts the function in place that draws: ``draw(subject, kind, ax)`` returns a matplotlib figure."""
    _draw[:] = [draw]


class Drawable:
    """Something that figures can be drawn of."""

    def plot(self, kind: str, ax: Any = None) -> Any:
        """Draws a figure and returns the matplotlib figure that it is in.

        Args:
            kind: name of the figure, as in ``aixsim plot -k``; a wrong one is answered with those that there are.
            ax: matplotlib axes to draw onto, with the title alone; None draws a figure of its own, with explanation and source.

        Raises:
            UserError: there is no such figure, or there is nothing to show in it.
        """
        return _draw[0](self, kind, ax)
