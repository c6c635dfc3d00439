"""Results draw themselves: whole figures, or onto axes of the caller's."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from aixsim.errors import UserError
from aixsim.results.comparison import compare
from aixsim.results.result import Result, open_result
from tests.result_fixture import make_result


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return open_result(make_result(tmp_path_factory.mktemp("plot") / "plan", 20))


def test_a_result_draws_a_figure_of_its_own(result: Result) -> None:
    figure = result.plot("adoption")
    assert isinstance(figure, Figure)
    assert any(str(result.provenance["run_id"]) in text.get_text() for text in figure.texts)


def test_a_result_draws_onto_axes(result: Result) -> None:
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert result.plot("adoption", ax=right) is figure
    assert right.lines
    assert right.get_title(loc="left")
    assert not left.lines


def test_a_figure_that_there_is_not_is_refused_with_those_that_there_are(result: Result) -> None:
    with pytest.raises(UserError, match="did you mean 'adoption'"):
        result.plot("adoptoin")


def test_a_comparison_draws_too(result: Result, tmp_path: Path) -> None:
    (change,) = compare(result, make_result(tmp_path / "more", 20, lift=1.1)).policies
    assert isinstance(change.plot("fan"), Figure)
