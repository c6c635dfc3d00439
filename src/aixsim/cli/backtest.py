"""``aixsim backtest``: forecasts with the data available at each origin, scored together with simpler ones."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim.cli.output import interrupts_told, tell
from aixsim.config import load, settings_of
from aixsim.errors import storage_error
from aixsim.evidence.backtesting import backtest as test
from aixsim.evidence.forecasts import table_of
from aixsim.evidence.track_record import TABLE, summary_table
from aixsim.report.figures.drawing import draw_figures
from aixsim.report.figures.subjects import Backtest
from aixsim.report.text.backtest_table import table


def backtest(config: Path, out: Path | None, as_of: str | None, workers: int, overrides: Sequence[str], *, as_json: bool) -> int:
    """Writes scores, table and figure, and prints the table; returns the exit code."""
    study = load(config, settings_of(overrides))
    with interrupts_told():
        folder, forecasts = test(study, out, as_of_month=as_of, workers=workers, tell=tell)
    text = table(forecasts)
    try:
        (folder / "scores.csv").write_text(table_of(forecasts), encoding="utf-8")
        (folder / TABLE).write_text(summary_table(forecasts), encoding="utf-8")
        (folder / "backtest.md").write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise storage_error(folder, error) from error
    draw_figures(Backtest(forecasts, study), folder / "figures")
    if as_json:
        sys.stdout.write(json.dumps({"result": str(folder), "scores": table_of(forecasts).splitlines()}, indent=2) + "\n")
    else:
        sys.stdout.write(f"{text}\n\nScores, table and figure: {folder}\n")
    return 0
