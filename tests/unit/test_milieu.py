"""What the reference engine must not leave to the interpreter's version."""

from __future__ import annotations

from aixsim.engines.reference.milieu import added


def test_hazards_are_rounded_after_each_step() -> None:
    assert added([0.1] * 10) == 0.9999999999999999
    assert added([0.1] * 10) != 1.0, "the built-in sum gives 1.0 from Python 3.12 on, and the kernel would disagree"
    assert added([]) == 0.0
