"""``aixsim compare``: differences paired by replicate, as text or JSON, and as figures."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim.analysis.comparison import Comparison
from aixsim.analysis.comparison import compare as compare_results
from aixsim.analysis.results import Result, open_result
from aixsim.core.errors import UserError


def compare(
    results: Sequence[Path], out: Path | None = None, replicates: int | None = None, workers: int = 1, *, as_json: bool = False
) -> int:
    """Prints how each result differs from the first, and draws it into a folder; returns the exit code.

    Args:
        results: result folders, or configs, which are run first.
        out: folder of the figures and of what is printed; none are drawn without it.
        replicates: of configs that are run, instead of theirs.
        workers: processes that run them.
        as_json: prints JSON instead of text.
    """
    from aixsim.output.comparison_text import comparison_text

    if len(results) < 2:
        raise UserError("aixsim compare needs two results or more: the first is compared with each of the others")
    if out is not None and (out / "provenance.json").exists():
        raise UserError(f"-o {out}: this is the folder of a result; name another one")
    comparison = compare_results(_open(results, replicates, workers))
    document, text = json.dumps(comparison.to_dict(), indent=2, allow_nan=False) + "\n", comparison_text(comparison)
    if out is not None:
        _write(comparison, out, document, text)
    sys.stdout.write(document if as_json else text)
    if out is not None and not as_json:
        sys.stdout.write(f"\nFigures: {out}\n")
    return 0


def _open(places: Sequence[Path], replicates: int | None, workers: int) -> list[Result]:
    """Opens result folders and runs configs; a config without a seed takes that of the first result, or it could not be paired."""
    opened: list[Result] = []
    for place in places:
        if not place.is_file():
            opened.append(open_result(place))
            continue
        from aixsim.config import load
        from aixsim.simulation import simulate

        study = load(place, [] if replicates is None else [f"monte_carlo.replicates={replicates}"])
        if study.monte_carlo.seed is None and opened:
            study = study.with_seed(int(opened[0].provenance["seed"]))
        opened.append(simulate(study, workers=workers).result)
    return opened


def _write(comparison: Comparison, out: Path, document: str, text: str) -> None:
    from aixsim.output.contrasts import draw_contrasts
    from aixsim.study.store import storage_error

    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "comparison.json").write_text(document, encoding="utf-8")
        (out / "comparison.txt").write_text(text, encoding="utf-8")
    except OSError as error:
        raise storage_error(out, error) from error
    for number, policy in enumerate(comparison.policies, start=1):
        draw_contrasts(policy, out if len(comparison.policies) == 1 else out / f"{number}-{policy.pair.other.path.resolve().name}")
