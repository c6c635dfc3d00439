"""Compiles the model's own functions; the only file that imports Numba.

Most functions are parts of others and are never called from Python. Only the outermost ones are, and their machine code is kept on disk,
with all that they call in it, in a folder a version (``code_folder``).
"""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba
import numpy as np

from aixsim.engines.kernel.code_folder import code_folder, has_code, keep_checksums
from aixsim.engines.kernel.records import fill, record
from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameters
from aixsim.model.registry import Registry
from aixsim.model.soundness import parameter_sets, sensed_values, where

_config: Any = numba.config  # filled when Numba is read, which type checkers do not see
_njit: Any = numba.njit  # takes more options than are documented
_TRIED = range(61, 69)
"""Numba 0.61 to 0.68: minor versions that ``undocumented_options`` were tried with."""


def undocumented_options(version: str) -> dict[str, bool]:
    """Returns options of ``numba.njit`` that its documentation does not name; none for a version of Numba that was not tried with them.

    They are the only private parts of Numba in use. Without ``_nrt=False`` every call counts references to all arrays that it is handed:
    a national replicate takes 2.2 times as long; with it, a loop that would ask for memory does not compile. Wrappers take the arguments of
    Python or C apart: without the other two options every part has them, and the compilation takes 1.5 times as long. The numbers that come
    out are the same.
    """
    major, minor, *_ = version.split(".")
    return {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True} if major == "0" and int(minor) in _TRIED else {}


_PART: dict[str, Any] = {"nogil": True, **undocumented_options(numba.__version__)}
_OUTERMOST = {**_PART, **({"no_cpython_wrapper": False} if "no_cpython_wrapper" in _PART else {})}


@cache
def compiled(function: Callable[..., Any]) -> Any:
    """Returns a part: a function that only compiled code calls, one for all files that ask for it.

    Args:
        function: plain arithmetic over numbers and arrays.
    """
    return _njit(**_PART)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Returns a part that is copied into the functions that call it.

    In loops it lets the processor take several rounds at a time. For a function with a single caller it saves time to compile, since LLVM
    takes all that a function calls through its passes again. The parts of a month stay apart: all in one function compile more slowly.
    """
    return _njit(inline="always", **_PART)(function)


def callable_from_python(function: Callable[..., Any]) -> Any:
    """Returns an outermost function that is compiled anew by every process."""
    return _njit(**_OUTERMOST)(function)


def kept(function: Callable[..., Any]) -> Callable[..., None]:
    """Returns an outermost function, without a result, whose machine code is kept on disk."""
    folder = _folder()
    if folder is None:
        return callable_from_python(function)
    with _kept_in(folder):
        dispatcher = _njit(cache=True, **_OUTERMOST)(function)

    def call(*arguments: Any) -> None:
        try:
            with _without_collections(when=not dispatcher.overloads):
                dispatcher(*arguments)
        except OSError:
            # It was compiled, and could not be written: the disk is full, perhaps.
            dispatcher(*arguments)

    return call


@contextmanager
def _without_collections(*, when: bool) -> Iterator[None]:
    """Keeps Python from looking for unused objects: while Numba compiles nearly all are in use, and to look takes a seventh of the time."""
    pauses = when and gc.isenabled()
    if pauses:
        gc.disable()
    try:
        yield
    finally:
        if pauses:
            gc.enable()


@contextmanager
def _kept_in(folder: Path) -> Iterator[None]:
    """Lets Numba keep the code of functions that are declared meanwhile in a folder."""
    others = _config.CACHE_DIR
    _config.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        _config.CACHE_DIR = others


@cache
def _machine() -> str:
    """Returns what machine code depends on beside the model: processor, Python and Numba."""
    name = _config.CPU_NAME or llvmlite.binding.get_host_cpu_name()
    features = _config.CPU_FEATURES
    features = llvmlite.binding.get_host_cpu_features().flatten() if features is None else features
    return repr((name, features, sys.implementation.cache_tag, numba.__version__))


def _folder() -> Path | None:
    return code_folder(_machine() + _registry.laws_digest)


def is_compiled(name: str) -> bool:
    """Returns whether machine code of a function, named with the file that defines it, is on disk already."""
    folder = _folder()
    return folder is not None and has_code(folder, name)


def keep() -> None:
    """Marks what has been compiled as complete, so that later processes use it."""
    if folder := _folder():
        keep_checksums(folder)


_registry = Registry.of()


def use(registry: Registry) -> None:
    """Lets kernels that are made from now on know the laws of a registry."""
    global _registry  # noqa: PLW0603 - laws become part of compiled modules when these are read
    _registry = registry


def laws_of(level: str) -> tuple[Mechanism, ...]:
    """Returns the mechanisms of a level that the kernel can use: all that are shipped, and plugins whose law compiles."""
    return tuple(m for m in _registry.mechanisms.values() if m.level == level and why_not_compiled(m) is None)


@cache
def why_not_compiled(mechanism: Mechanism) -> str | None:
    """Returns why the kernel cannot use the law of a plugin, in a few words; None when it can.

    It can when the law compiles and gives the same numbers to the last bit: ``x ** 3`` in Python and compiled, say, may differ.
    """
    if mechanism.hazard.__module__.startswith("aixsim."):
        return None
    try:
        total = callable_from_python(hazard_sum((mechanism,), (mechanism.senses,)))
        active, laws = np.ones(1, np.int8), np.zeros(1, record_by_name({mechanism.name: mechanism.parameters}))
        for p in parameter_sets(mechanism):
            fill(laws[mechanism.name], p)
            for sensed in sensed_values(mechanism):
                slow, fast = 0.0 + mechanism.hazard(sensed, p), total(active, laws[0], sensed)
                if slow != fast:
                    return f"compiled it is {fast!r} instead of {slow!r} at {where(mechanism, sensed, p)}"
    except Exception as error:  # noqa: BLE001 - Numba has many ways to say no
        return f"Numba cannot compile it: {_reason(error)}"
    return None


def _reason(error: Exception) -> str:
    """Returns the line of Numba's report that says what is wrong, without the ones that say where Numba was."""
    lines = [line.strip() for line in re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()]
    said = [line for line in lines if line and not line.startswith(("Failed in", "During:", "File ", "- ", ">", "<source"))]
    return (said[0] if said else type(error).__name__)[:200]


def chosen(hooks: Mapping[str, Callable[..., int] | None], otherwise: str) -> Any:
    """Returns ``f(number, money, terms) -> won``: what the hook of a kind of programme makes of some money.

    ``terms`` is a record with the parameters of every kind by its name.

    Args:
        hooks: by the name of the kind, in the order of their numbers; None for kinds that leave it to ``otherwise``.
        otherwise: ``money`` or ``0``.
    """
    lines = ["def hook(number, money, terms):"]
    scope: dict[str, Any] = {"__name__": __name__}
    for number, (name, function) in enumerate(hooks.items()):
        if function is None:
            continue
        scope[f"hook_{number}"] = compiled(function)
        lines += [
            f"    if number == {number}:  # {function.__module__}.{function.__qualname__}",
            f"        return hook_{number}(money, terms.{name})",
        ]
    lines.append(f"    return {otherwise}")
    exec("\n".join(lines), scope)  # noqa: S102 - as above
    return compiled(scope["hook"])


def record_by_name(declared: Mapping[str, type[Parameters]]) -> np.dtype[np.void]:
    """Returns the type of a record with the parameters of laws, or of kinds of programme, by name."""
    return np.dtype([(name, record(parameters)) for name, parameters in declared.items()], align=True)


def hazard_sum(mechanisms: tuple[Mechanism, ...], given: tuple[str, ...], read: Mapping[str, str] | None = None) -> Callable[..., float]:
    """Returns ``f(active, laws, *given) -> 1/month``: the sum of the hazards of the active mechanisms, in their order.

    ``active`` says by 0 or 1 which are, and ``laws`` is a record as from ``record_by_name``.

    It is plain Python, to be compiled.

    Args:
        mechanisms: those of one level.
        given: what ``f`` is given, in order: senses, or what ``read`` reads them from.
        read: the expression that reads a sense from what is given, by sense.
    """
    lines = [f"def total(active, laws, {', '.join(given)}):", "    hazard = 0.0"]
    sensed = {name: name for name in given} | dict(read or {})
    scope: dict[str, Any] = {"__name__": __name__}
    for number, mechanism in enumerate(mechanisms):
        law = mechanism.hazard
        scope[f"law_{number}"] = compiled(law)
        lines += [
            f"    if active[{number}]:  # {law.__module__}.{law.__qualname__}",
            f"        hazard += law_{number}({sensed[mechanism.senses]}, laws.{mechanism.name})",
        ]
    lines.append("    return hazard")
    exec("\n".join(lines), scope)  # noqa: S102 - the text above, from names of this package alone
    total: Callable[..., float] = scope["total"]
    return total
