"""Read-only arrays and settings, which replicates share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cached_property, wraps
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


def read_only(value: T) -> T:
    """Makes an array, or a tuple of arrays, read-only and returns it; other values are returned unchanged."""
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    elif isinstance(value, tuple):
        for item in value:
            read_only(item)
    return value


def frozen(value: Any) -> Any:
    """Returns read-only nested settings: views of dicts, and tuples of lists."""
    if isinstance(value, Mapping):
        return MappingProxyType({name: frozen(item) for name, item in value.items()})
    return tuple(frozen(item) for item in value) if isinstance(value, list) else value


class ReadOnly:
    """Base of dataclasses whose arrays are read-only."""

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]  # those derived from this are dataclasses
            read_only(getattr(self, field.name))


class cached_array(cached_property[T]):  # noqa: N801 - used as a decorator
    """Decorates a method whose arrays are computed once and are read-only."""

    def __init__(self, method: Callable[[Any], T]) -> None:

        @wraps(method)
        def once(instance: Any) -> T:
            return read_only(method(instance))

        super().__init__(once)
