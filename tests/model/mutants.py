"""Altered functions: the code of a function of the program is replaced for a while, for everybody who has imported it."""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import Any


@contextmanager
def replaced(function: Callable[..., Any], code: CodeType) -> Iterator[None]:
    """Runs a function with other code; what a cache of it has kept is forgotten before and after."""
    plain = inspect.unwrap(function)
    assert isinstance(plain, FunctionType)
    forget = getattr(function, "cache_clear", lambda: None)
    right = plain.__code__
    plain.__code__ = code
    forget()
    try:
        yield
    finally:
        plain.__code__ = right
        forget()


def compiled(tree: ast.FunctionDef, file: str) -> CodeType:
    """Returns the code of a function's syntax tree."""
    bare = copy.copy(tree)
    bare.decorator_list = []
    module = compile(ast.Module([bare], []), file, "exec", dont_inherit=True)
    return next(item for item in module.co_consts if isinstance(item, CodeType) and item.co_name == tree.name)


@contextmanager
def planted(function: Callable[..., Any], right: str, wrong: str) -> Iterator[None]:
    """Runs a function with one piece of its source replaced.

    Raises:
        ValueError: the function does not have that piece exactly once.
    """
    plain = inspect.unwrap(function)
    source = textwrap.dedent(inspect.getsource(plain))
    if source.count(right) != 1:
        raise ValueError(f"{plain.__qualname__} has {right!r} {source.count(right)} times; adapt the planted fault to the source")
    (tree,) = ast.parse(source.replace(right, wrong)).body
    assert isinstance(tree, ast.FunctionDef)
    with replaced(function, compiled(tree, plain.__code__.co_filename)):
        yield
