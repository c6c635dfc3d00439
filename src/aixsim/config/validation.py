"""Problems of a config as data: place, what was found, what is allowed, and a suggestion."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aixsim.errors import LONGEST, UserError, shortened

_MOST_SHOWN: Final = 50
"""Largest number of problems that a message shows."""


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One problem of a config.

    Attributes:
        file: the config, or ``--set`` for an override.
        line: line of the key, from 1; None for a missing key or an override.
        key: path of the key, such as ``mechanisms.peers.rate`` or ``programme[0].name``; empty for the file itself.
        found: what was found.
        allowed: what is allowed.
        hint: the most similar valid name, or empty.
    """

    file: str
    line: int | None
    key: str
    found: str
    allowed: str
    hint: str = ""

    def __str__(self) -> str:
        key, found = shortened(self.key), shortened(self.found, LONGEST if self.found.startswith("found ") else 3 * LONGEST)
        # The end of a path is more informative.
        file = self.file if len(self.file) <= 3 * LONGEST else f"…{self.file[-3 * LONGEST :]}"
        place = file if self.line is None else f"{file}, line {self.line}"
        parts = [f"{place}: {key}: {found}" if key else f"{place}: {found}"]
        if self.allowed:
            parts.append(f"allowed: {shortened(self.allowed, 10 * LONGEST)}")
        if self.hint:
            parts.append(f"did you mean {shortened(self.hint)!r}?")
        return "; ".join(parts)


class ConfigError(UserError):
    """All problems of a config.

    Attributes:
        problems: at least one, in the order of the lines.
    """

    def __init__(self, problems: Iterable[ConfigProblem]) -> None:
        """Sorts the problems by place."""
        self.problems = sorted(problems, key=lambda problem: (problem.line or 10**9, problem.key))
        many = f"{len(self.problems)} problems; nothing was run:\n" if len(self.problems) > 1 else ""
        more = f"\nand {len(self.problems) - _MOST_SHOWN:,} more" if len(self.problems) > _MOST_SHOWN else ""
        super().__init__(many + "\n".join(map(str, self.problems[:_MOST_SHOWN])) + more)


def nearest(name: object, names: Sequence[str]) -> str:
    """Returns the most similar name, or an empty string."""
    lower = {candidate.lower(): candidate for candidate in names}
    close = difflib.get_close_matches(str(name).lower(), list(lower), 1, 0.6)
    return lower[close[0]] if close else ""


class NotAllowed(ValueError):  # noqa: N818 - it reads as what it says
    """A value that a setting does not allow.

    Attributes:
        found, allowed, hint: as in ``ConfigProblem``.
    """

    def __init__(self, found: str, allowed: str, hint: str = "") -> None:
        super().__init__(f"{found}; allowed: {allowed}")
        self.found, self.allowed, self.hint = found, allowed, hint


def finite(raw: Any, allowed: str) -> float:
    """Returns a finite number.

    Raises:
        NotAllowed: anything else, including true and false.
    """
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise NotAllowed(f"found {raw!r}", allowed)
    number = float(raw)
    if not math.isfinite(number):
        raise NotAllowed(f"found {raw!r}", allowed)
    return number


def name(raw: Any, choices: tuple[str, ...]) -> str:
    """Returns one of the names."""
    if raw not in choices:
        raise NotAllowed(f"found {raw!r}", ", ".join(choices), nearest(raw, choices))
    return str(raw)
