"""Compiles the model's own functions; the only file that imports Numba.

Compiled code is kept in a folder named after the hash of all code that it may contain: Numba itself notices a change of the compiled
file alone, not of the functions that it calls. A folder that cannot be written costs the compilation at every start, nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba

from aixsim.core.cache import cache_folder
from aixsim.core.mechanism import Mechanism
from aixsim.engines.fingerprint import model_hash


@cache
def _keeps_compiled_code() -> bool:
    folder = cache_folder() / f"compiled-{model_hash()[:16]}-numba-{numba.__version__}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]  # set by Numba when it starts
    return os.access(folder, os.W_OK)


def is_compiled() -> bool:
    """Returns whether machine code of the month loop is on disk already."""
    return _keeps_compiled_code() and any(Path(numba.config.CACHE_DIR).rglob("month.simulate*.nbc"))  # type: ignore[attr-defined]


def compiled(function: Callable[..., Any], *, keep: bool = True, options: dict[str, Any] | None = None) -> Any:
    """Returns the function compiled when it is first called, without the global lock and with exact floating point.

    Args:
        function: plain arithmetic over numbers and arrays.
        keep: whether the machine code is kept on disk; not possible for generated functions.
        options: more of Numba's.
    """
    # Without reference counts a call costs nothing, however many arrays it is handed, and a loop that would ask for memory does not
    # compile: that none does is proven, not promised.
    return numba.njit(cache=keep and _keeps_compiled_code(), nogil=True, fastmath=False, _nrt=False, **(options or {}))(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Returns a function that becomes part of the loops that call it, so that the processor can take several of their rounds at a time."""
    return compiled(function, options={"inline": "always"})


def hazard_sum(mechanisms: tuple[Mechanism, ...], senses: tuple[str, ...]) -> Any:
    """Returns ``f(active, parameters, *sensed) -> 1/month``: the sum of the hazards of the active mechanisms, in their order.

    Args:
        mechanisms: those of one level.
        senses: what ``f`` is given, in order.
    """
    lines = [f"def total(active, parameters, {', '.join(senses)}):", "    hazard = 0.0"]
    scope: dict[str, Any] = {}
    place = 0
    for number, mechanism in enumerate(mechanisms):
        scope[f"law_{number}"] = compiled(mechanism.hazard)
        sensed = mechanism.senses if mechanism.senses in senses else "0.0"
        values = "".join(f", parameters[{place + k}]" for k in range(len(mechanism.cards)))
        lines += [f"    if active[{number}]:", f"        hazard += law_{number}({sensed}{values})"]
        place += len(mechanism.cards)
    lines.append("    return hazard")
    exec("\n".join(lines), scope)  # noqa: S102 - the text above, from names of this package alone
    return compiled(scope["total"], keep=False)
