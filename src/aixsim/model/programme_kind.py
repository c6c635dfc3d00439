"""What a kind of programme is: what happens to public money between a call and the end of the project that it pays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aixsim.model.parameters import Parameters

Hook = Callable[..., int]


@dataclass(frozen=True, slots=True)
class ProgrammeKind:
    """A kind of support. Hooks are ``hook(money, p) -> won``: scalar arithmetic with ``math`` only, whole won, never negative.

    Both engines call these very functions.

    Attributes:
        name: what ``[[programme]]`` states as ``kind``.
        title: one line for people.
        source: where the kind is described.
        parameters: stated in ``[[programme]]`` beside its other settings, each one number; ``p`` holds their values. No two kinds
            share a name.
        on_call: what a funded project takes from the budget, given the programme's grant; None: the grant.
        on_operate: what comes back in the year in which a project starts operating, given what it has taken; None: nothing.
        on_fail: the same when a project fails.
        carries: what is left at the end of a year moves to the next one instead of lapsing.
    """

    name: str
    title: str
    source: str
    parameters: type[Parameters] = Parameters
    on_call: Hook | None = None
    on_operate: Hook | None = None
    on_fail: Hook | None = None
    carries: bool = False

    def taken(self, grant: int, p: Any) -> int:
        """Returns what a funded project takes from the budget, in won."""
        return grant if self.on_call is None else self.on_call(grant, p)

    def returned(self, taken: int, p: Any, *, operates: bool) -> int:
        """Returns what comes back of it when the project starts operating, or when it fails, in won."""
        hook = self.on_operate if operates else self.on_fail
        return 0 if hook is None else hook(taken, p)

    def kept(self, grant: int, p: Any) -> int:
        """Returns what a successful project need not pay back: its public support as firms see it, in won."""
        taken = self.taken(grant, p)
        return taken - self.returned(taken, p, operates=True)
