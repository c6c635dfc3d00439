"""Compiles the model's own functions; the only file that imports Numba.

Numba's own cache notices a change of the compiled file alone, not of the functions that it calls; it breaks the program when a file of it
is damaged, and it may take one process's code for another's when two write at once. Hence a store of our own.
"""

from __future__ import annotations

import hashlib
import inspect
import pickle
import re
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, cast

import numba
import numpy as np
from numba.core import serialize
from numba.core.caching import _Cache
from numba.core.compiler import Compiler, CompileResult
from numba.core.registry import CPUDispatcher

from aixsim.engines.kernel.code_store import has_code, read_code, write_code
from aixsim.engines.kernel.records import fill, record
from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameters
from aixsim.model.registry import Registry
from aixsim.model.soundness import parameter_sets, sensed_values, where

# Without reference counts a call costs nothing, however many arrays it is handed, and a loop that would ask for memory does not
# compile: that none does is proven, not promised.
_OPTIONS: dict[str, Any] = {"nopython": True, "nogil": True, "fastmath": False, "_nrt": False}
_INNER = {**_OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_KNOWN_INSIDE = range(61, 69)
"""Numba 0.61 to 0.68: minor versions whose private parts do what ``_parts_pipeline`` relies on; others compile the plain way."""
_rebuild: Any = CompileResult._rebuild
_dumps: Any = serialize.dumps


_registry = Registry.of()


def use(registry: Registry) -> None:
    """Lets kernels that are made from now on know the laws of a registry."""
    global _registry  # noqa: PLW0603 - laws become part of compiled modules when these are read
    _registry = registry


def is_compiled(name: str) -> bool:
    """Returns whether machine code of a function, named with its module, is on disk already, for this processor."""
    return has_code(f"{name}-{_machine(_registry.laws_digest)}-")


def compiled(function: Callable[..., Any], *, keep: bool = True, text: str | None = None) -> Any:
    """Returns the function compiled when it is first called, without the global lock and with exact floating point.

    Args:
        function: plain arithmetic over numbers and arrays.
        keep: whether the machine code is kept on disk.
        text: all that determines a generated function; by default the file that defines it.
    """
    dispatcher: Any = _Compiled(function, targetoptions={**_OPTIONS, "no_cfunc_wrapper": True})
    if keep:
        dispatcher._cache = _Kept(function, text)
    return dispatcher


def inlined(function: Callable[..., Any]) -> Any:
    """Returns a function that becomes part of the loops that call it, so that the processor can take several of their rounds at a time."""
    return CPUDispatcher(function, targetoptions={**_OPTIONS, "inline": "always"})


class _Compiled(CPUDispatcher):
    """A function to be called from Python; compiled code calls a twin without the wrappers that take Python's arguments apart.

    Those wrappers are a third of the compilation, and only the outermost function needs them.
    """

    @property
    def _numba_type_(self) -> Any:
        return numba.types.Dispatcher(_twin(self.py_func))


@cache
def _twin(function: Callable[..., Any]) -> CPUDispatcher:
    """Returns what compiled code calls: one for all files that compile the function for themselves."""
    return CPUDispatcher(function, targetoptions=_INNER, pipeline_class=_parts_pipeline(numba.__version__))


@cache
def _parts_pipeline(version: str) -> Any:
    """Returns how a version of Numba compiles a function that only becomes part of others: up to code that can be linked, no further.

    By itself Numba optimises each part as a whole, with all that it calls, and makes machine code of it, which nobody ever runs: the
    outermost function is optimised again, and it alone is called. That is a fifth of the compilation.
    """
    major, minor, *_ = version.split(".")
    if major != "0" or int(minor) not in _KNOWN_INSIDE:
        return Compiler
    from numba.core.codegen import JITCodeLibrary, JITCPUCodegen

    class Part(JITCodeLibrary):
        """Functions one by one are still optimised: without that the whole is inlined less well and runs a tenth slower."""

        def _optimize_final_module(self) -> None:
            """Left to the outermost."""

        def _finalize_specific(self) -> None:
            """There is no machine code to finish."""

        def get_pointer_to_function(self, name: str) -> int:  # noqa: ARG002 - as Numba calls it
            """Nothing that Python could call: the same 0 as for any function without a wrapper."""
            return 0

    class Parts(JITCPUCodegen):
        """Makes such libraries, and loads none."""

        _library_class = Part

        def _add_module(self, module: Any) -> None:
            """Loads nothing."""

        def set_env(self, env_name: str, env: Any) -> None:
            """Parts of machine code that is read from disk have no environment either."""

    make_parts, numbas_own = cast("Any", Parts), cast("Any", Compiler)
    parts = make_parts("aixsim")

    def pipeline(typingctx: Any, targetctx: Any, library: Any, *others: Any) -> Any:  # noqa: ARG001 - instead of that library one of ours
        return numbas_own(typingctx, targetctx, parts.create_library("part"), *others)

    return pipeline


class _Kept(_Cache):
    """Where Numba asks for machine code before it compiles, and leaves it afterwards."""

    def __init__(self, function: Callable[..., Any], text: str | None) -> None:
        self._name = f"{function.__module__}.{function.__qualname__}"
        self._text = _source(function) if text is None else text
        self._machine = _machine(_registry.laws_digest)

    @property
    def cache_path(self) -> None:
        """There is no folder a function."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Returns the compiled function for a signature; None when it has to be compiled."""
        target_context.refresh()
        if not self._text or (code := read_code(self._file(sig))) is None:
            return None
        try:
            return _rebuild(target_context, *pickle.loads(code))  # noqa: S301 - written below, and checked
        except Exception:  # noqa: BLE001 - whatever another version of a library has left there, compiling anew mends it
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keeps a compiled function, unless it holds addresses of this process."""
        if self._text and not data.lifted and not data.library.has_dynamic_globals:
            write_code(self._file(sig), _dumps(data._reduce()))

    def enable(self) -> None:
        """Always on."""

    def disable(self) -> None:
        """Always on."""

    def flush(self) -> None:
        """Nothing is held back."""

    def _file(self, sig: Any) -> str:
        digest = hashlib.sha256(f"{self._text}\0{sig!r}".encode()).hexdigest()
        return f"{self._name}-{self._machine}-{digest[:24]}"


@cache
def _machine(laws: str) -> str:
    """Returns what machine code depends on beside the source: processor, Python, Numba, and the laws of plugins that it calls."""
    processor = numba.core.registry.cpu_target.target_context.codegen().magic_tuple()
    return hashlib.sha256(repr((processor, sys.implementation.cache_tag, numba.__version__, laws)).encode()).hexdigest()[:12]


@cache
def _file_text(file: str) -> str:
    return inspect.getsource(sys.modules[file])


def _source(function: Callable[..., Any]) -> str:
    """Returns the text of the module that defines a function; empty when there is none, as in a notebook: then nothing is kept."""
    try:
        return _file_text(function.__module__) + function.__qualname__
    except (OSError, TypeError, KeyError):
        return ""


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
        total = hazard_sum((mechanism,), (mechanism.senses,))
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
    lines, text = ["def hook(number, money, terms):"], ""
    scope: dict[str, Any] = {"__name__": __name__}
    for number, (name, function) in enumerate(hooks.items()):
        if function is None:
            continue
        scope[f"hook_{number}"] = compiled(function)
        lines += [
            f"    if number == {number}:  # {function.__module__}.{function.__qualname__}",
            f"        return hook_{number}(money, terms.{name})",
        ]
        text += _source(function)
    lines.append(f"    return {otherwise}")
    text = "\n".join(lines) + text
    exec("\n".join(lines), scope)  # noqa: S102 - as above
    return compiled(scope["hook"], text=text)


def record_by_name(declared: Mapping[str, type[Parameters]]) -> np.dtype[np.void]:
    """Returns the type of a record with the parameters of laws, or of kinds of programme, by name."""
    return np.dtype([(name, record(parameters)) for name, parameters in declared.items()], align=True)


def hazard_sum(mechanisms: tuple[Mechanism, ...], given: tuple[str, ...], read: Mapping[str, str] | None = None) -> Any:
    """Returns ``f(active, laws, *given) -> 1/month``: the sum of the hazards of the active mechanisms, in their order.

    ``active`` says by 0 or 1 which are, and ``laws`` is a record as from ``record_by_name``.

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
    text = "\n".join(lines)
    exec(text, scope)  # noqa: S102 - the text above, from names of this package alone
    return compiled(scope["total"], text=text + "".join(_source(mechanism.hazard) for mechanism in mechanisms))
