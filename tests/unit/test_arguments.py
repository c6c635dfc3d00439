"""Arguments of library calls: accepted in every sensible form, refused with their facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aixsim.arguments import as_path, instance, one_of, whole_number
from aixsim.errors import ArgumentError


def test_texts_and_paths_are_paths(tmp_path: Path) -> None:
    assert as_path(str(tmp_path)) == as_path(tmp_path) == tmp_path


@pytest.mark.parametrize("value", ["", "a\0b", b"bytes", 3, None, ["a"]])
def test_what_is_no_path_is_refused(value: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        as_path(value, "out")
    assert (caught.value.argument, caught.value.found, caught.value.exit_code) == ("out", value, 2)


def test_whole_numbers_of_any_kind_are_accepted() -> None:
    assert [whole_number(value, "workers", least=1) for value in (1, np.int64(7), np.uint8(2))] == [1, 7, 2]


@pytest.mark.parametrize("value", [0, -1, 1.0, "2", True, None, 9, float("nan")])
def test_other_numbers_are_refused(value: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        whole_number(value, "workers", least=1, most=8)
    assert (caught.value.argument, caught.value.allowed) == ("workers", "a whole number from 1 to 8")


def test_names_are_exact() -> None:
    assert one_of("kernel", "engine", ("kernel", "mesa")) == "kernel"
    for value in ("Kernel", "", None, ["kernel"]):
        with pytest.raises(ArgumentError, match="'kernel', 'mesa'"):
            one_of(value, "engine", ("kernel", "mesa"))


def test_instances_are_of_their_type() -> None:
    instance(3, "n", int, "a number")
    with pytest.raises(ArgumentError, match="study='x'; allowed: a study"):
        instance("x", "study", int, "a study")


def test_a_long_value_is_not_echoed_whole() -> None:
    assert len(str(ArgumentError("key", "x" * 100_000, "less"))) < 200
