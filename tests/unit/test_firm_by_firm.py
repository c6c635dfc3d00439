"""Deadweight and displacement: by hand, and the interval of a share whose projects are no independent trials."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.model.projects import NEVER
from aixsim.random.draws import Purpose, uniforms
from aixsim.results.contrasts import contrast, ratio
from aixsim.results.firm_by_firm import firm_by_firm
from aixsim.results.pairing import Pair
from aixsim.results.project_table import Projects
from aixsim.results.result import Result, open_result
from aixsim.results.source import FolderSource
from aixsim.stats.intervals import proportion
from aixsim.world.classification import ROUTES, SIZES
from tests.result_fixture import make_result

PROGRAMME, OWN = ROUTES.index("programme"), ROUTES.index("own")


def projects(*rows: tuple[int, int, int, int]) -> Projects:
    """Rows of replicate, firm, route and month of launch; firms 1 and 2 are small, the others medium."""
    replicate, firm, route, launched = np.array(rows, np.int64).T
    none = np.zeros(len(rows), np.int64)
    size = np.where(firm <= 2, SIZES.index("small"), SIZES.index("medium"))
    return Projects(replicate, firm, route, launched, none + NEVER, none + NEVER, none, none, size, none)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return open_result(make_result(tmp_path_factory.mktemp("firms") / "plan", 3))


def paired(result: Result, before: Projects, after: Projects) -> Pair:
    results = [replace(result) for _ in range(2)]
    for one, rows in zip(results, (before, after), strict=True):
        one.__dict__["project_arrays"] = rows
    return Pair(results[0], results[1], np.array([0, 2]), 1)


def test_every_firm_by_hand(result: Result) -> None:
    late, missing = 83, (1, 1, OWN, 3)  # replicate 1 has no partner
    before = projects((0, 1, OWN, 3), (0, 2, PROGRAMME, 3), (0, 3, OWN, 3), (2, 1, OWN, 5), missing)
    after = projects(
        (0, 1, PROGRAMME, 4), (0, 2, PROGRAMME, late), (0, 4, PROGRAMME, 4), (0, 4, PROGRAMME, 50), (0, 5, OWN, 4), (2, 1, PROGRAMME, 5)
    )  # fmt: skip
    found = firm_by_firm(paired(result, before, after))
    assert (found.n, found.public_projects) == (2, 2.5), "a second project of a firm is paid a second time"
    assert found.deadweight is not None
    assert found.funded_under_both is not None
    assert found.deadweight.estimate == pytest.approx(2 / 5), "launched on own money without support"
    assert found.funded_under_both.estimate == pytest.approx(1 / 5), "funded anyway: no deadweight"
    by_size = {size: share.estimate for size, share in found.deadweight_by_size.items()}
    assert by_size == pytest.approx({"small": 2 / 3, "medium": 0.0}), "firm 1 twice, not firm 2; none of firm 4"
    assert set(found.to_dict()["deadweight_by_size"]) == {"small", "medium"}
    assert found.displaced.estimate == 0.5
    assert (found.displaced_alone.estimate, found.displaced_public.estimate) == (0.5, 0.0)
    assert found.displaced_share is not None
    assert found.displaced_share.estimate == pytest.approx(1 / 4)
    assert found.gained.estimate == 1.0


def test_what_starts_after_the_deadline_does_not_count(result: Result) -> None:
    after = projects((0, 1, PROGRAMME, 84), (2, 1, PROGRAMME, 84))
    found = firm_by_firm(paired(result, projects((0, 1, OWN, 3), (2, 1, OWN, 84)), after))
    assert (found.deadweight, found.public_projects, found.displaced.estimate) == (None, 0.0, 0.5)


def clusters(experiment: int, n: int = 30) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Replicates of about 40 projects, whose share differs from replicate to replicate; 0.35 on average, weighted by projects."""
    u = uniforms(11, experiment, Purpose.PARAMETER, 2 * n)
    size = np.floor(20 + 40 * u[:n])
    chance = 0.1 + 0.5 * u[n:]
    luck = uniforms(12, experiment, Purpose.PARAMETER, 60 * n).reshape(n, 60)
    drawn = (luck < chance[:, None]) & (np.arange(60)[None, :] < size[:, None])
    return drawn.sum(axis=1).astype(np.float64), size


def coverage(method: str, experiments: int = 500) -> float:
    held = 0
    for experiment in range(experiments):
        part, whole = clusters(experiment)
        if method == "clusters":
            found = ratio(part, whole, 0.95)
            assert found is not None
            low, high = found.low, found.high
        else:
            low, high = proportion(int(part.sum()), int(whole.sum()), 0.95).wilson
        held += low <= 0.35 <= high
    return held / experiments


def test_a_share_knows_that_projects_of_a_replicate_share_its_luck() -> None:
    assert coverage("clusters") > 0.92
    assert coverage("independent projects") < 0.75, "the planted fault must be noticed"


def test_ratio_of_nothing_and_bounds() -> None:
    nothing = np.zeros(3)
    assert ratio(nothing, nothing, 0.95) is None
    found = ratio(np.array([1.0, 0.0, 0.0]), np.array([2.0, 1.0, 1.0]), 0.95)
    assert found is not None
    assert (found.low, found.estimate) == (0.0, 0.25)


def test_equal_differences_have_no_factor() -> None:
    before = np.array([1.0, 2.0, 5.0])
    found = contrast((before + 1.0) / 0.07, before / 0.07, 0.95)
    assert (found.narrower, found.variance_reduction) == (None, None)


def test_missing_projects_are_named(result: Result, tmp_path: Path) -> None:
    assert len(result.project_arrays) > 1000
    assert not Result(FolderSource(tmp_path), result.provenance).has("projects")
