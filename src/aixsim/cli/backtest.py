"""``aixsim backtest``: forecasts with the data available at each origin, scored and compared with simpler ones."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim.cli.output import print_json, report_interrupts, tell, write_texts
from aixsim.cli.studies import load_study
from aixsim.config import settings_of
from aixsim.evidence.backtesting import backtest as test
from aixsim.evidence.forecasts import table_of
from aixsim.evidence.track_record import TABLE, summary_table
from aixsim.report.figures.drawing import draw_figures
from aixsim.report.figures.subjects import Backtest
from aixsim.report.text.backtest_table import table


def backtest(
    config: Path, out: Path | None, as_of: str | None, workers: int, overrides: Sequence[str], *, allow_plugins: bool, as_json: bool
) -> None:
    """Writes scores, table and figure, and prints the table."""
    study = load_study(config, settings_of(overrides), allow_plugins=allow_plugins)
    with report_interrupts():
        folder, forecasts = test(study, out, as_of_month=as_of, workers=workers, tell=tell)
    text = table(forecasts)
    scores = table_of(forecasts)
    write_texts(folder, {"scores.csv": scores, TABLE: summary_table(forecasts), "backtest.md": f"{text}\n"})
    draw_figures(Backtest(forecasts, study), folder / "figures")
    if as_json:
        print_json({"result": str(folder), "scores": scores.splitlines()})
    else:
        sys.stdout.write(f"{text}\n\nScores, table and figure: {folder}\n")
