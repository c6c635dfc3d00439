"""What a mechanism is: a law that turns what a firm senses into a hazard of deciding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from aixsim.model.parameters import Parameters
from aixsim.model.senses import senses


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A reason to decide; hazards of all active mechanisms add.

    Attributes:
        name: key in the config under ``[mechanisms]``.
        title: one line for people.
        law: the law in symbols, for the documentation.
        senses: name of what ``hazard`` is given as its first argument, one of ``model.senses``.
        hazard: ``hazard(sensed, p) -> 1/month``, plain scalar arithmetic with ``math`` only, never negative and never falling in
            ``sensed``; ``p`` holds the values of ``parameters``. Both engines call this very function.
        parameters: the parameters, each one number.
        source: where the law comes from.
    """

    name: str
    title: str
    law: str
    senses: str
    hazard: Callable[..., float]
    parameters: type[Parameters]
    source: str

    @property
    def level(self) -> Literal["milieu", "tie"]:
        """Whether all firms of a milieu share the hazard or each firm has its own."""
        return senses()[self.senses].level
