"""``aixsim check``: is the config right, what would run, and does the model satisfy what the config expects of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim.api import run
from aixsim.config import load, settings_of
from aixsim.config.build import problems
from aixsim.errors import UserError
from aixsim.model.plugins import read_plugin
from aixsim.model.registry import Registry
from aixsim.results.expectations import judge


def check(config: Path | None, overrides: Sequence[str], workers: int, plugins: Sequence[Path]) -> int:
    """Checks plugins and then a config; returns 0 when all holds, else 1."""
    if config is None and not plugins:
        raise UserError("aixsim check: name a CONFIG, or a file of your own with --plugin FILE")
    codes = [check_plugins(plugins)] if plugins else []
    return max([*codes, check_config(config, overrides, workers)] if config is not None else codes)


def check_plugins(files: Sequence[Path]) -> int:
    """Prints a verdict on everything that the mechanisms and levers of the files must do; returns 0 when all hold, else 1."""
    from aixsim.cli.plugin_checks import check_item

    read = tuple(read_plugin(file, str(file)) for file in files)
    registry = Registry.of(read)
    all_hold = True
    for plugin in read:
        for key, item in zip(plugin.keys, plugin.items, strict=True):
            sys.stdout.write(f"{plugin.path}: {key}: {item.title}\n")
            for verdict in check_item(item, registry):
                sys.stdout.write(f"  {verdict}\n")
                sys.stdout.flush()
                all_hold &= verdict.holds is not False
    return 0 if all_hold else 1


def check_config(config: Path, overrides: Sequence[str], workers: int) -> int:
    """Prints what would run and the verdict on every expectation; returns 0 when all hold, else 1."""
    study = load(config, settings_of(overrides))
    if study.monte_carlo.seed is None:
        study = study.with_seed(0)
    problem = problems(study)(0)
    out = sys.stdout
    out.write(f"{config}: valid\n")
    out.write(f"  {study.title}\n")
    out.write(f"  {study.horizon.start} to {study.horizon.end}: {study.horizon.n_months} months\n")
    sample = f", sample of {100 * problem.scale:g} %" if problem.scale < 1 else ""
    out.write(f"  {len(problem.population):,} firms{sample}, {problem.network.n_ties:,} ties\n")
    out.write(f"  mechanisms: {', '.join(study.settings['mechanisms']) or 'none'}\n")
    out.write(f"  levers: {', '.join(study.settings['levers']) or 'none'}\n")
    for plugin in study.registry.used(study.settings):
        out.write(f"  plugin {plugin.name}: {', '.join(plugin.keys)}\n")
    out.write(f"  programmes: {', '.join(study.settings['programme']) or 'none'}\n")
    out.write(f"  {len(problem.uncertainties)} uncertain numbers, {study.monte_carlo.replicates:,} replicates\n")
    if not study.expects:
        return 0
    result = run(study, workers=workers, tell=lambda text: sys.stderr.write(f"{text}\n"))
    observed = [result.counts_in(expectation.by)[expectation.outcome] for expectation in study.expects]
    failed = result.provenance["replicates_failed"]
    verdicts = [judge(expectation, counts) for expectation, counts in zip(study.expects, observed, strict=True)]
    for verdict in verdicts:
        error = "" if verdict.standard_error is None else f" (standard error {verdict.standard_error:.3g})"
        beside = f", {failed} failed" if failed else ""
        word = "holds" if verdict.holds else "FAILS"
        out.write(f"  {word}  {verdict.name}: {verdict.statement}; observed {verdict.observed:g}{error}, n = {verdict.n}{beside}\n")
    return 0 if all(verdict.holds for verdict in verdicts) and not failed else 1
