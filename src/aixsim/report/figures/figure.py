"""What a kind of figure is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aixsim.errors import UserError

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Figure(Generic[S]):
    """A kind of figure.

    Attributes:
        name: after ``aixsim plot -k``, and of the files.
        of: type of what it shows: ``Result``, ``Sweep``, ``PolicyChange``, ``SweepComparison`` or one of ``subjects``.
        title: one line on what it shows.
        draw: ``draw(subject, figure)`` fills an empty matplotlib figure.
        needs: what a subject must have to be drawn, in words; empty when any will do.
        applies: whether a subject has it.
        size: width and height in inches, or a function of the subject that returns them.
        source: parts of the source line; by default ``subjects.source_of``, which names the subject.
    """

    name: str
    of: type[S]
    title: str
    draw: Callable[[S, Any], None]
    needs: str = ""
    applies: Callable[[S], bool] = lambda _subject: True
    size: tuple[float, float] | Callable[[S], tuple[float, float]] = (9.0, 5.4)
    source: Callable[[S], Sequence[str]] | None = None


class PlotError(UserError):
    """A figure that cannot be drawn.

    Attributes:
        kind: what was asked for.
        known: kinds that there are.
        suggestion: the nearest of them; None when nothing is near, or the kind is right and the subject lacks what it needs.
    """

    def __init__(self, message: str, kind: str, known: Sequence[str], suggestion: str | None = None) -> None:
        """Keeps the facts as fields."""
        super().__init__(message)
        self.kind, self.known, self.suggestion = kind, tuple(known), suggestion
