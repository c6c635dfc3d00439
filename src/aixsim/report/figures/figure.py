"""What a kind of figure is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aixsim.errors import UserError
from aixsim.results.result import Result


@dataclass(frozen=True, slots=True)
class Figure:
    """A kind of figure.

    Attributes:
        name: after ``aixsim plot -k``, and of the file.
        title: one line on what it shows.
        draw: ``draw(result, figure)`` fills an empty matplotlib figure.
        needs: what a result must have to be drawn, in words; empty when any result will do.
        applies: whether a result has it.
        size: width and height in inches.
    """

    name: str
    title: str
    draw: Callable[[Result, Any], None]
    needs: str = ""
    applies: Callable[[Result], bool] = lambda _result: True
    size: tuple[float, float] = (9.0, 5.4)


class PlotError(UserError):
    """A figure that cannot be drawn.

    Attributes:
        kind: what was asked for.
        known: kinds that there are.
        suggestion: the nearest of them; None when nothing is near, or the kind is right and the result lacks what it needs.
    """

    def __init__(self, message: str, kind: str, known: Sequence[str], suggestion: str | None = None) -> None:
        """Keeps the facts as fields."""
        super().__init__(message)
        self.kind, self.known, self.suggestion = kind, tuple(known), suggestion
