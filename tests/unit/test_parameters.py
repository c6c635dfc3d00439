"""One declaration: values for the reference engine and a record for the kernel, with the same attributes and the same numbers."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from aixsim.engines.kernel.records import fill, record
from aixsim.model.catalogue import SECTIONS
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.parameters import BySize, ByYear, Parameters, by_size, by_year, choice, derived, integer, month, names, real
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import SIZES
from tests import worlds
from tests.lever_worlds import korea, settings_of


class Example(Parameters):
    """An example."""

    share: float = real(0.5, "1", 0.0, 1.0, "a share", "assumed", "assumed", "0 to 1")
    number: int = integer(3, "1", 0, 9, "a number", "assumed", "assumed")
    cost: BySize = by_size(dict.fromkeys(SIZES, 2.0), "KRW bn", 0.0, 9.0, "a cost", "assumed", "assumed")
    pace: ByYear = by_year(1.0, "1", 0.0, 9.0, "a pace", "assumed", "assumed")
    start: str = month("2024-01", "a month", "assumed", "assumed")
    sizes: tuple[str, ...] = names(["small"], SIZES, "sizes", "assumed", "assumed")
    law: str = choice("one", ("one", "two"), "a law", "assumed", "assumed")

    @derived
    def double(self) -> float:
        """Twice the share."""
        return 2.0 * self.share

    @derived
    def weights(self) -> tuple[int, int]:
        """Two numbers."""
        return self.number, self.number + 1

    @derived
    def is_one(self) -> bool:
        """Whether the law is the first."""
        return self.law == "one"


def test_values_are_typed_immutable_and_follow_each_other() -> None:
    settings = {**Example.defaults(), "number": 2.7, "share": 1, "cost": {size: k for k, size in enumerate(SIZES)}}
    p = Example.read(settings)
    assert (p.share, p.number, p.cost, p.sizes) == (1.0, 3, (0.0, 1.0, 2.0, 3.0, 4.0), ("small",))
    assert isinstance(p.share, float)
    assert (p.double, p.weights, p.is_one) == (2.0, (3, 4), True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        p.share = 0.1  # type: ignore[misc]  # what a lever must not do
    other = dataclasses.replace(p, share=0.25, law="two")
    assert (other.double, other.is_one, p.double) == (0.5, False, 2.0)
    assert hash(Example.read(settings)) == hash(p)
    assert Example.title() == "An example"


def test_the_kernels_record_has_the_same_attributes() -> None:
    kind = record(Example)
    assert kind.names == ("share", "number", "cost", "double", "weights", "is_one")
    values, p = np.zeros(1, kind), Example.read(Example.defaults())
    fill(values, p)
    for name in kind.names:
        assert np.array_equal(values[0][name], getattr(p, name))
    assert record(Parameters).names == ("nothing",)
    for section in SECTIONS.values():
        p_drawn = section.read(section.defaults())
        values = np.zeros(1, record(section))
        fill(values, p_drawn)
        assert all(np.array_equal(values[0][name], getattr(p_drawn, name)) for name, _, _ in section.columns())


def test_a_declaration_without_a_type_is_refused() -> None:
    with pytest.raises(TypeError, match="share has no type"):
        type("Untyped", (Parameters,), {"share": real(0.5, "1", 0.0, 1.0, "a share", "assumed", "assumed"), "__annotations__": {}})


# --- what replicates share


def arrays(value: Any, path: str = "") -> dict[str, np.ndarray[Any, Any]]:
    """Every array that a value holds, by where it is: in fields, in what is computed once, in tuples, lists and dicts."""
    if isinstance(value, np.ndarray):
        return {path: value}
    if isinstance(value, dict):
        return {name: array for key, item in value.items() for name, array in arrays(item, f"{path}.{key}").items()}
    if isinstance(value, list | tuple):
        return {name: array for k, item in enumerate(value) for name, array in arrays(item, f"{path}[{k}]").items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        held = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)} | getattr(value, "__dict__", {})
        return arrays(held, path)
    return {}


def writable_and_shared(world: Problem, one: Scenario, other: Scenario) -> list[str]:
    """Arrays of a scenario that can be written and are those of the problem or of another replicate."""
    shared = {id(array) for array in [*arrays(world).values(), *arrays(other).values()]}
    bases = {id(array.base) for array in [*arrays(world).values(), *arrays(other).values()] if array.base is not None}
    return [
        name
        for name, array in arrays(one).items()
        if array.flags.writeable and (id(array) in shared or (array.base is not None and id(array.base) in bases | shared))
    ]


@pytest.fixture(scope="module")
def world() -> Problem:
    """With every lever, so that all that they ask of a population has been computed."""
    return korea({name: settings_of(name) for name in worlds.REGISTRY.levers})


def test_nothing_that_replicates_share_can_be_written(world: Problem) -> None:
    one, other = draw_scenario(world, 0), draw_scenario(world, 1)
    assert len(world.milieus.cell)
    assert writable_and_shared(world, one, other) == []
    assert [name for name, array in arrays(world).items() if array.flags.writeable] == []
    assert one.frailty is other.frailty
    with pytest.raises(ValueError, match="read-only"):
        one.frailty *= 2.0
    held = {".population.frailty", ".population.mean_employees", ".network.partner", ".milieus.of_firm", ".horizon.month_years"}
    assert held <= set(arrays(world))
    one.frailty = one.frailty * 2.0
    assert not np.array_equal(draw_scenario(world, 0).frailty, one.frailty), "an array of its own changes no other replicate"


def test_an_array_that_is_shared_and_can_be_written_is_found(world: Problem) -> None:
    one, other = draw_scenario(world, 0), draw_scenario(world, 1)
    one.frailty = other.frailty = other.frailty.copy()
    assert writable_and_shared(world, one, other) == [".frailty"]
    one.frailty, one.climate_index = other.frailty.copy(), other.climate_index[:]
    assert writable_and_shared(world, one, other) == [".climate_index"]
