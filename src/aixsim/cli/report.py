"""``aixsim report``: one page for those who decide."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from aixsim.answers.one_at_a_time import Tornado
from aixsim.answers.stored_answers import file_of, read_answer
from aixsim.cli.output import tell
from aixsim.config import load
from aixsim.config.values import plain
from aixsim.config.variant import leaves
from aixsim.errors import UserError, storage_error
from aixsim.report.html.decision_report import html_of, report_of
from aixsim.report.html.pdf import pdf_of
from aixsim.report.html.verification_plan import run_tests
from aixsim.results.comparison import Comparison, compare
from aixsim.results.result import Result, open_result
from aixsim.results.sweep_result import Sweep, is_sweep, open_sweep
from aixsim.runs.files import created, write_durably

_COMPARISON: Final = "comparison.json"


def report(
    places: Sequence[Path], out: Path | None, language: str, config: Path | None, tornado: Path | None, *, pdf: bool, verify: bool
) -> None:
    """Writes the report of a result, a sweep, or results that are compared with the first one; nothing is simulated but with ``verify``."""
    subject = _opened(places)
    path = out or Path(f"report-{language}.{'pdf' if pdf else 'html'}")
    if path.suffix != (".pdf" if pdf else ".html"):
        raise UserError(f"-o {path}: give a file that ends with {'.pdf' if pdf else '.html; for a PDF add --pdf'}")
    stated = None if config is None else plain(load(config).table.report)
    tested = run_tests(tell) if verify else None
    page = html_of(report_of(subject, _stored(subject, tornado), stated, tested), language, with_data=not pdf)
    content = pdf_of(page) if pdf else page.encode()
    try:
        with created(path.parent):
            write_durably(path, content)
    except OSError as error:
        raise storage_error(path, error) from error
    sys.stdout.write(f"{path}\n")


def _opened(places: Sequence[Path]) -> Result | Sweep | Comparison:
    if len(places) == 1 and (places[0] / _COMPARISON).is_file():
        return compare(*_compared(places[0]))
    if any(is_sweep(place) for place in places):
        if len(places) > 1:
            raise UserError(f"{places[0]}: a sweep is reported alone; give only its folder, or two or more results of aixsim run")
        return open_sweep(places[0])
    opened = [open_result(place) for place in places]
    return opened[0] if len(opened) == 1 else compare(*opened)


def _compared(folder: Path) -> list[Path]:
    """Returns the results that a folder of ``aixsim compare`` compares, the baseline first."""
    path = folder / _COMPARISON
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["differences"]
        found = list(dict.fromkeys(Path(row[name]) for name in ("baseline", "result") for row in rows))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UserError(f"{path}: is not the comparison of results; give the result folders, the baseline first") from error
    if missing := [place for place in found if not place.is_dir()]:
        raise UserError(f"{path}: the result {missing[0]} is not there; give the result folders, the baseline first")
    return found


def _stored(subject: Result | Sweep | Comparison, folder: Path | None) -> Tornado | None:
    """Returns the tornado of a folder, or the newest of the same config that lies beside the result or where ``aixsim tornado`` writes it.

    Returns:
        None if there is none.

    Raises:
        UserError: the folder holds no tornado, or that of another config or goal; or it is given with a sweep.
    """
    result = subject.policies[0].pair.other if isinstance(subject, Comparison) else subject
    if isinstance(result, Sweep):
        if folder is not None:
            raise UserError(f"--tornado {folder}: a sweep has many configs, a tornado one; give the result of aixsim run that it is of")
        return None
    if folder is not None:
        answer = _read(folder)
        if differs := _differs(folder, answer, result):
            raise UserError(f"--tornado {folder}: is not of the config of {result.where}: {differs}; make it with aixsim tornado CONFIG")
        return answer
    places = [*result.path.resolve().parent.glob(f"tornado-*/{file_of(Tornado)}"), *Path("results").glob(f"*/tornado-*/{file_of(Tornado)}")]
    own = {path: answer for path in places if not _differs(path.parent, answer := _read(path.parent), result)}
    return own[max(own, key=lambda path: path.stat().st_mtime)] if own else None


def _differs(folder: Path, answer: Tornado, result: Result) -> str:
    """Returns how the config and the goal of a tornado differ from those of a result, in words; empty if they do not."""
    held, own = leaves(tomllib.loads(open_sweep(folder / "base").points[0].config)), leaves(result.config)
    if keys := sorted(key for key in held.keys() | own.keys() if held.get(key) != own.get(key)):
        return f"{keys[0]} differs" + (f", and {len(keys) - 1:,} more" if len(keys) > 1 else "")
    (base,) = answer.tables["base"].rows
    is_goal = any(all(goal[name] == base[name] for name in ("outcome", "at_least", "by")) for goal in result.goal_records)
    return "" if is_goal else f"its goal {base['goal']} is none of the result"


def _read(folder: Path) -> Tornado:
    try:
        return read_answer(Tornado, folder)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        where = folder / file_of(Tornado)
        raise UserError(f"{where}: cannot be read as a tornado ({error}); make it with aixsim tornado CONFIG -o FOLDER") from error
