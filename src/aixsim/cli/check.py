"""``aixsim check``: validates a config, prints what would run, and tests the expectations of the config."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aixsim.api import run
from aixsim.cli.output import say, tell
from aixsim.cli.studies import load_to_look_at
from aixsim.config import settings_of
from aixsim.config.build import problems
from aixsim.config.ensembles import unused_columns
from aixsim.config.study import Study
from aixsim.config.variant import changed
from aixsim.errors import UserError
from aixsim.evidence.run_history import changes_of
from aixsim.model.plugins import read_plugin
from aixsim.model.registry import Registry
from aixsim.random.distributions import Distribution
from aixsim.report.text.rules_text import rule_in_words
from aixsim.results.expectations import judge
from aixsim.results.observed_counts import observed


def check(config: Path | None, overrides: Sequence[str], workers: int, plugins: Sequence[Path]) -> int:
    """Checks plugins and then a config; returns 0 if all requirements hold, else 1."""
    if config is None and not plugins:
        raise UserError("aixsim check: give a CONFIG, or a plugin with --plugin FILE")
    plugins_hold = not plugins or check_plugins(plugins)
    config_holds = config is None or check_config(config, overrides, workers, plugins)
    return 0 if plugins_hold and config_holds else 1


def check_plugins(files: Sequence[Path]) -> bool:
    """Prints a verdict on every requirement of the mechanisms and levers of the files; returns whether all hold."""
    from aixsim.cli.plugin_checks import check_item

    read = tuple(read_plugin(file, str(file)) for file in files)
    registry = Registry.of(read)
    all_hold = True
    for plugin in read:
        for key, item in zip(plugin.keys, plugin.items, strict=True):
            say(f"{plugin.path}: {key}: {item.title}")
            for verdict in check_item(item, registry):
                say(f"  {verdict}")
                all_hold &= verdict.holds is not False
    return all_hold


def _money(study: Study) -> list[str]:
    """Returns the planned budgets by year, a line a programme, and of several programmes together; of what is uncertain the middle.

    They are those of the ``[[programme]]`` tables: a lever that changes them is named beside them.
    """
    plans = {
        name: {year: value.quantile(0.5) if isinstance(value, Distribution) else value for year, value in stated["budget_krw_bn"].items()}
        for name, stated in study.settings["programme"].items()
    }
    if len(plans) > 1:
        years = sorted({year for plan in plans.values() for year in plan})
        plans["all programmes"] = {year: sum(plan.get(year, 0.0) for plan in plans.values()) for year in years}
    what = "budget before levers.budget, KRW bn" if "budget" in study.settings["levers"] else "budget, KRW bn"
    return [f"{what}: {name}: {', '.join(f'{year} {value:,.4g}' for year, value in plan.items())}" for name, plan in plans.items()]


def check_config(config: Path, overrides: Sequence[str], workers: int, plugins: Sequence[Path]) -> bool:
    """Prints what would run and the verdict on every expectation; returns whether all hold.

    Raises:
        UserError: the config has expectations, but ``plugins`` lacks Python files that it needs.
    """
    study, left_out = load_to_look_at(config, settings_of(overrides), plugins)
    if study.monte_carlo.seed is None:
        study = study.with_seed(0)
    problem = problems(study)(0)
    say(f"{config}: valid")
    say(f"  {study.title}")
    for key, values in study.variant.differs.items():
        say(f"  differs from {study.variant.base}: {changed(key, *values)}")
    say(f"  {study.horizon.start} to {study.horizon.end}: {study.horizon.n_months} months")
    sample = f", sample of {100 * problem.scale:g} %" if problem.scale < 1 else ""
    say(f"  {len(problem.population):,} firms{sample}, {problem.network.n_ties:,} ties")
    say(f"  mechanisms: {', '.join(study.settings['mechanisms']) or 'none'}")
    say(f"  levers: {', '.join(study.settings['levers']) or 'none'}")
    for plugin in study.registry.used(study.settings):
        say(f"  plugin {plugin.name}: {', '.join(plugin.keys)}")
    say(f"  programmes: {', '.join(study.settings['programme']) or 'none'}")
    for rule in study.table.document().get("rule", []):
        say(f"  rule {rule_in_words(rule)}")
    for line in _money(study):
        say(f"  {line}")
    if problem.ensemble is not None:
        keys, unused = problem.ensemble.keys, unused_columns(problem.ensemble, study.settings)
        rest = f"; not used, since they are fixed or left out here: {', '.join(unused)}" if unused else ""
        say(f"  ensemble {study.ensemble}: {len(keys) - len(unused)} of {len(keys)} columns are used{rest}")
    say(f"  {len(problem.uncertainties)} uncertain numbers, {study.monte_carlo.replicates:,} replicates")
    for change in changes_of(study.table.document(), observed(study)):
        say(f"  WARNING: changes a year with an observed count: {change}")
    if left_out:
        say(f"  {left_out}")
    if not study.expects:
        return True
    if left_out:
        raise UserError(f"{config}: its [[expect]] statements are not tested; {left_out.partition('; ')[2]}")
    result = run(study, workers=workers, tell=tell)
    failed = result.provenance["replicates_failed"]
    verdicts = [judge(one, result.counts_in(one.by)[one.outcome], result.scale) for one in study.expects]
    for verdict in verdicts:
        error = "" if verdict.standard_error is None else f" (standard error {verdict.standard_error:.3g})"
        failures = f", {failed} failed" if failed else ""
        word = {True: "holds", False: "FAILS", None: "not tested, needs two or more replicates:"}[verdict.holds]
        say(f"  {word}  {verdict.name}: {verdict.statement}; observed {verdict.observed:g}{error}, n = {verdict.n}{failures}")
    return all(verdict.holds for verdict in verdicts) and not failed
