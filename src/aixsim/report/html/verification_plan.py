"""The test plan of a report: agreement of the engines, limit cases and backtest, with what this installation found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from aixsim import api
from aixsim.config import load
from aixsim.config.build import problems
from aixsim.config.shipped import shipped_folder, shipped_names
from aixsim.config.study import Study
from aixsim.engines import engine, prepare
from aixsim.engines.agreement import first_difference
from aixsim.evidence.track_record import TABLE
from aixsim.model.draw_scenario import draw_scenario
from aixsim.report.html.sourced_values import DataTable
from aixsim.results.expectations import judge

_FIRMS: Final = "theory/star"
"""Config on which the engines are compared: small, with ties."""
Row = dict[str, Any]


def checks(tested: DataTable | None) -> dict[str, DataTable]:
    """Returns the test plan as a table: as run on this installation, or the commands that run it."""
    backtest: Row = {"check": "backtest", "subject": "smart-factory", "command": "aixsim backtest smart-factory"}
    backtest |= {"verdict": "packaged", "found": TABLE}
    if tested is not None:
        return {"checks": DataTable([*tested.rows, backtest], tested.origin), "tested": tested}
    planned = [row | {"verdict": "not run", "found": None} for row in _plan()]
    return {"checks": DataTable([*planned, backtest], "aixsim report")}


def run_tests(tell: Callable[[str], object]) -> DataTable:
    """Runs the test plan on this installation: the engines on one config, and the expectations of all limit cases.

    Args:
        tell: called with the name of every test before it begins.
    """
    rows = []
    for row in _plan():
        tell(f"{row['check']}: {row['subject']}")
        study = load(shipped_folder() / f"{row['subject']}.toml")
        verdict, found = agreement(study) if row["check"] == "engines" else limit_case(study)
        rows.append(row | {"verdict": verdict, "found": found})
    return DataTable(rows, "aixsim report --verify")


def _plan() -> list[Row]:
    rows: list[Row] = [{"check": "engines", "subject": _FIRMS, "command": f"aixsim run {_FIRMS} --verify 3"}]
    names = [name for name in shipped_names() if name.startswith("theory/") and load(shipped_folder() / f"{name}.toml").expects]
    return rows + [{"check": "limit case", "subject": name, "command": f"aixsim check {name}"} for name in names]


def agreement(study: Study, n: int = 3) -> tuple[str, str]:
    """Runs replicates on both engines."""
    study = study if study.monte_carlo.seed is not None else study.with_seed(0)
    problem_of = problems(study)
    n_different = 0
    for replicate in range(n):
        problem = problem_of(replicate)
        scenario = draw_scenario(problem, replicate)
        prepare("kernel", problem, scenario)
        fast, slow = (engine(name)(problem, scenario) for name in ("kernel", "mesa"))
        n_different += first_difference(fast, slow, problem, scenario) is not None
    return ("passed" if not n_different else "failed"), f"{n - n_different} of {n} replicates identical"


def limit_case(study: Study) -> tuple[str, str]:
    """Runs a config and judges its expectations."""
    result = api.run(study if study.monte_carlo.seed is not None else study.with_seed(0))
    verdicts = [judge(one, result.counts_in(one.by)[one.outcome], result.scale) for one in study.expects]
    held = sum(verdict.holds is True for verdict in verdicts)
    return (
        "passed" if held == len(verdicts) else "failed"
    ), f"{held} of {len(verdicts)} expectations hold, n = {result.provenance['replicates_done']:,}"
