"""Definition of a kind of figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aixsim.answers.answer import AnswerTable
from aixsim.errors import UserError

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Figure(Generic[S]):
    """A kind of figure.

    Attributes:
        name: for ``aixsim plot -k``, and of files.
        of: type of its subject: ``Result``, ``Sweep``, ``PolicyChange``, ``SweepComparison`` or one of ``subjects``.
        title: one line on what it shows.
        draw: ``draw(subject, figure)`` fills an empty matplotlib figure.
        needs: data that a subject must have, in words; empty if none.
        applies: whether a subject has these data.
        size: width and height in inches, or a function of the subject that returns them.
        source: parts of the source line; by default ``subjects.source_of``, which names the subject.
        is_main: whether ``--figures main`` draws it.
        table: returns the drawn numbers, for reports and alternative texts; None if there is none.
    """

    name: str
    of: type[S]
    title: str
    draw: Callable[[S, Any], None]
    needs: str = ""
    applies: Callable[[S], bool] = lambda _subject: True
    size: tuple[float, float] | Callable[[S], tuple[float, float]] = (9.0, 5.4)
    source: Callable[[S], Sequence[str]] | None = None
    is_main: bool = False
    table: Callable[[S], AnswerTable] | None = None


class PlotError(UserError):
    """A figure that cannot be drawn.

    Attributes:
        kind: requested kind.
        known: allowed kinds.
        suggestion: the most similar one; None if there is none, or if the subject lacks the data.
    """

    def __init__(self, message: str, kind: str, known: Sequence[str], suggestion: str | None = None) -> None:
        """Stores the attributes."""
        super().__init__(message)
        self.kind, self.known, self.suggestion = kind, tuple(known), suggestion
