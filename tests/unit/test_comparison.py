"""Comparisons: intervals of differences by enumeration, and pairing that must be able to break."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import multinomial, ttest_1samp, ttest_ind

from aixsim.config.variant import changed
from aixsim.random.draws import Purpose, uniforms
from aixsim.report.text.comparison_text import comparison_text, verdict
from aixsim.results.comparison import Comparison, ComparisonError, compare
from aixsim.results.fixed_numbers import fixing_of, split
from aixsim.results.pairing import Pair, labels_of
from aixsim.results.result import Result, open_result
from aixsim.results.settings_changed import settings_changed
from aixsim.results.source import FolderSource, MemorySource
from aixsim.stats.differences import (
    Difference,
    independent_mean,
    independent_proportions,
    mcnemar,
    paired_mean,
    paired_proportions,
)
from tests.result_fixture import FakeGoal, make_result

SURE = 0.95
N = 24
TABLES = np.array([(a, b, c, N - a - b - c) for a, b, c in product(range(N + 1), repeat=3) if a + b + c <= N])
TRUTHS = [(0.30, 0.20, 0.05, 0.45), (0.02, 0.10, 0.02, 0.86), (0.88, 0.10, 0.01, 0.01), (0.45, 0.05, 0.05, 0.45), (0.1, 0.4, 0.1, 0.4)]


def wald(both: int, only_after: int, only_before: int, neither: int, confidence: float) -> Difference:
    """The planted fault: the normal interval, which is a point when no pair differs."""
    n = both + only_after + only_before + neither
    d = (only_after - only_before) / n
    reach = 1.959964 * math.sqrt(max((only_after + only_before) / n - d * d, 0.0) / n)
    return Difference(d, d - reach, d + reach)


def coverage(interval: object) -> list[float]:
    """Exact probability that the interval holds the true difference, for each truth."""
    ends = np.array([(d.low, d.high) for d in (interval(*map(int, t), SURE) for t in TABLES)])  # type: ignore[operator]
    out = []
    for truth in TRUTHS:
        held = (ends[:, 0] <= truth[1] - truth[2]) & (truth[1] - truth[2] <= ends[:, 1])
        out.append(float((multinomial.pmf(TABLES, N, truth) * held).sum()))
    return out


def test_newcombe_covers_pairs_and_wald_does_not() -> None:
    assert min(coverage(paired_proportions)) > 0.94
    assert min(coverage(wald)) < 0.93


def test_pairs_that_agree_narrow_the_interval_and_never_to_a_point() -> None:
    paired = paired_proportions(50, 0, 0, 50, SURE)
    apart = independent_proportions((50, 100), (50, 100), SURE)
    assert 0 < paired.high - paired.low < 0.4 * (apart.high - apart.low)
    assert paired.low == -paired.high


def test_exchanging_the_two_exchanges_the_ends() -> None:
    one, other = paired_proportions(10, 7, 2, 5, SURE), paired_proportions(10, 2, 7, 5, SURE)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_independent_proportions_by_the_published_formula() -> None:
    # Newcombe (1998), table II, example (a): 56/70 against 48/80, method 10.
    d = independent_proportions((56, 70), (48, 80), SURE)
    assert (round(d.low, 4), round(d.high, 4)) == (0.0524, 0.3339)


def test_mean_differences_agree_with_scipy() -> None:
    a, b = uniforms(1, 0, Purpose.MERIT, 40), 1.5 * uniforms(1, 1, Purpose.MERIT, 30)
    paired = paired_mean(a, SURE)
    assert (paired.low, paired.high) == pytest.approx(tuple(ttest_1samp(a, 0.0).confidence_interval(SURE)))
    welch = independent_mean(a, b, SURE)
    assert (welch.low, welch.high) == pytest.approx(tuple(ttest_ind(a, b, equal_var=False).confidence_interval(SURE)))


def test_mcnemar_is_the_exact_binomial() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(6, 0) == pytest.approx(2 * 0.5**6)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    base = tmp_path_factory.mktemp("results")
    made = {
        "plan": make_result(base / "plan", 60),
        "lifted": make_result(base / "lifted", 60, lift=1.15),
        "some failed": make_result(base / "failed", 60, lift=1.15, failed=(0, 7)),
        "other seed": make_result(base / "seed", 60, seed=2, lift=1.15),
        "other network": make_result(base / "network", 60, with_network=False),
        "sample": make_result(base / "sample", 10, 0.05),
        "no goals": make_result(base / "goals", 5, goals=()),
        "one left": make_result(base / "one", 2, failed=(0,)),
    }
    return {name: open_result(path) for name, path in made.items()}


def test_a_result_does_not_differ_from_itself(results: dict[str, Result]) -> None:
    for change in compare(results["plan"], results["plan"]).changes:
        assert (change.count.paired.estimate, change.count.paired.low, change.count.paired.high) == (0, 0, 0)
        assert (change.gained, change.lost, change.variance_reduction, change.p_value) == (0, 0, None, 1.0)
    policy = compare(results["plan"], results["plan"]).policies[0]
    assert policy.spent_krw_bn.paired.estimate == 0
    assert policy.settings == {}
    assert policy.firms.deadweight is not None
    assert policy.firms.funded_under_both is not None
    found = (policy.firms.deadweight, policy.firms.funded_under_both, policy.firms.displaced, policy.firms.gained)
    assert [one.estimate for one in found] == [0, 1, 0, 0]
    assert not any(level.is_clear for level in policy.groups)


def test_a_lift_is_found_and_pairing_pays(results: dict[str, Result]) -> None:
    comparison = compare(results["plan"], results["lifted"])
    change, operating = comparison.changes
    assert change.n == 60
    assert change.count.paired.low > 40
    assert change.lost == 0
    assert change.gained
    assert change.variance_reduction is not None
    assert change.variance_reduction > 20
    assert change.months is not None
    assert change.months.high < 0
    assert comparison.policies[0].spent_krw_bn.paired.low > 0
    assert operating.goal == "500 operating"
    document = comparison.to_dict()
    plain = document["differences"][0]
    assert plain["count"] == [change.count.paired.estimate, change.count.paired.low, change.count.paired.high]
    assert (plain["paired"], plain["variance_reduction"]) == (True, change.variance_reduction)
    assert {record["group"] for record in document["groups"]} == {"agent_type", "pole", "size", "province"}
    assert json.dumps(document, allow_nan=False)


def at_deadline(result: Result, outcome: str = "launched") -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    table = result.trajectories()
    return table[table["month"] == table["month"].max()].sort_values("replicate")[outcome].to_numpy(np.float64)


def test_the_printed_factor_is_that_of_the_printed_intervals(results: dict[str, Result]) -> None:
    comparison = compare(results["plan"], results["lifted"])
    change, text = comparison.changes[0], comparison_text(comparison, full=True)
    before, after = at_deadline(results["plan"]), at_deadline(results["lifted"])
    paired = ttest_1samp(after - before, 0.0).confidence_interval(SURE)
    apart = ttest_ind(after, before, equal_var=False).confidence_interval(SURE)
    factor = (apart.high - apart.low) / (paired.high - paired.low)
    assert factor > 3
    assert change.count.narrower == pytest.approx(factor)
    assert change.variance_reduction == pytest.approx((after.var() + before.var()) / (after - before).var())
    for printed in (
        f"[{paired.low:+,.1f}, {paired.high:+,.1f}]",
        f"[{apart.low:+,.1f}, {apart.high:+,.1f}]",
        f"{factor:.2f} times narrower",
    ):
        assert printed in text, printed


def test_levels_of_a_group_add_up_to_the_whole(results: dict[str, Result]) -> None:
    (policy,) = compare(results["plan"], results["lifted"]).policies
    for change in policy.goals:
        for group in ("agent_type", "pole", "size", "province"):
            levels = [level.contrast for level in policy.groups if (level.group, level.outcome) == (group, change.outcome)]
            assert sum(level.paired.estimate for level in levels) == pytest.approx(change.count.paired.estimate)
            assert sum(level.before for level in levels) == pytest.approx(change.count.before)


def test_broken_pairing_is_noticed(results: dict[str, Result]) -> None:
    """The planted fault: the replicates of one result exchanged; the advantage of pairs must go, and firms must not match."""
    lifted = results["lifted"]
    tables = {name: lifted.source.table(name) for name in ("trajectories", "money", "projects")}
    for name, table in tables.items():
        other = pa.array(59 - table["replicate"].to_numpy(), pa.int32())
        keys = [(key, "ascending") for key in ("replicate", "month", "year") if key in table.column_names]
        tables[name] = table.set_column(0, "replicate", other).sort_by(keys)
    documents = {name: lifted.source.document(name) for name in ("firms", "goals")}
    shuffled = Result(MemorySource(tables, documents), lifted.provenance)
    (paired,), (broken,) = (compare(results["plan"], other).policies for other in (results["lifted"], shuffled))
    change = broken.goals[0]
    assert change.variance_reduction is not None
    assert change.variance_reduction < 2
    assert change.count.narrower is not None
    assert change.count.narrower < 1.5
    assert "gains nothing" in comparison_text(Comparison([broken]), full=True) or change.count.narrower > 1.05
    assert paired.firms.funded_under_both is not None
    assert broken.firms.funded_under_both is not None
    assert paired.firms.funded_under_both.low > 0.8
    assert broken.firms.funded_under_both.high < 0.3
    assert paired.firms.displaced.high < 1 < broken.firms.displaced.low


def test_only_common_replicates_are_compared(results: dict[str, Result]) -> None:
    change = compare(results["plan"], results["some failed"]).changes[0]
    assert change.n == 58
    full = compare(results["plan"], results["lifted"]).changes[0]
    assert change.count.paired.estimate == pytest.approx(full.count.paired.estimate, abs=5)
    text = comparison_text(compare(results["plan"], results["some failed"]))
    assert "n = 58 pairs of replicates (0 and 2 failed), 2 unpaired replicates left out" in text


@pytest.mark.parametrize(
    ("first", "other", "key"),
    [
        ("plan", "sample", "scale"),
        ("plan", "other seed", "seed"),
        ("plan", "other network", "network"),
        ("no goals", "plan", "goals"),
        ("plan", "one left", "replicates"),
    ],
)
def test_what_cannot_be_compared_is_refused(results: dict[str, Result], first: str, other: str, key: str) -> None:
    with pytest.raises(ComparisonError) as caught:
        compare(results[first], results[other])
    assert (caught.value.key, caught.value.baseline) == (key, str(results[first].path))
    assert caught.value.other == str(results[first if key == "goals" else other].path)


@pytest.mark.parametrize(("key", "value"), [("horizon", {"start": "2024-01", "end": "2031-12"}), ("n_firms", 5)])
def test_what_cannot_be_paired_is_refused(results: dict[str, Result], key: str, value: object) -> None:
    plan = results["plan"]
    with pytest.raises(ComparisonError) as caught:
        compare(plan, replace(plan, about={**plan.provenance, key: value}))
    assert caught.value.key == {"n_firms": "population"}.get(key, key)


def test_another_version_of_the_program_is_said(results: dict[str, Result]) -> None:
    plan = results["plan"]
    other = replace(plan, about={**plan.provenance, "model_sha256": "another"})
    assert "different versions" in comparison_text(compare(plan, other))
    assert "different versions" not in comparison_text(compare(plan, plan))


def test_what_configs_state_differently_is_told(results: dict[str, Result], tmp_path: Path) -> None:
    configs = ("[levers.parks]\nnumber = 13\n", '[levers.parks]\nnumber = 27\nrate = { dist = "uniform", low = 0.1, high = 0.2 }\n')
    pairs = []
    for name, text in zip("ab", configs, strict=True):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.toml").write_text(text + "[monte_carlo]\nreplicates = 1\n", encoding="utf-8")
        pairs.append(Result(FolderSource(tmp_path / name), results["plan"].provenance))
    settings = settings_changed(Pair(pairs[0], pairs[1], np.arange(2), 0))
    assert list(settings) == ["levers.parks.number", "levers.parks.rate"]
    assert settings["levers.parks.number"] == (13, 27)


def test_words_fit_the_terminal(results: dict[str, Result]) -> None:
    for full in (False, True):
        text = comparison_text(compare(results["plan"], results["lifted"]), full=full)
        assert text.isascii()
        assert max(len(line) for line in text.splitlines()) <= 80


def test_the_verdict_comes_first_in_six_lines_and_the_rest_on_request(results: dict[str, Result]) -> None:
    comparison = compare(results["plan"], results["lifted"])
    lines = comparison_text(comparison).splitlines()
    told = lines[2 : lines.index("")]
    assert told[: len(told)] == verdict(comparison.policies[0])
    assert len(told) <= 6
    before, after = (f"{100 * share:.1f}" for share in comparison.changes[0].chances)
    assert told[0].startswith(f"500 launched: {before} -> {after} %, ")
    assert told[3].startswith("KRW bn for one more: launched ")
    assert "funded under both" in told[4]
    assert not any("province" in line for line in lines)
    assert "province" in comparison_text(comparison, full=True)


def test_a_probability_of_nothing_is_told_with_its_bound(results: dict[str, Result]) -> None:
    (policy,) = compare(results["plan"], results["lifted"]).policies
    none = replace(policy, goals=[replace(policy.goals[0], chances=(0.0, 1.0))])
    assert verdict(none)[0].startswith("500 launched: below 6.0 -> above 94.0 %, "), "Clopper and Pearson's bounds of 0 and 60 of 60"


def test_folders_of_one_name_are_told_apart(results: dict[str, Result], tmp_path: Path) -> None:
    """The same name in two places, and one folder given twice."""
    places = [tmp_path / "a" / "run", tmp_path / "b" / "run"]
    one, other = (replace(results["plan"], source=FolderSource(place)) for place in places)
    assert labels_of([one, other]) == ["a/run", "b/run"]
    assert labels_of([one, one]) == ["run", "run (2)"]
    assert len(set(labels_of([one, one, other, results["plan"]]))) == 4
    assert labels_of([results["plan"], results["lifted"]]) == ["plan", "lifted"]
    comparison = compare(results["plan"], results["plan"])
    assert len(set(comparison.policies[0].pair.names)) == 2


def drawing(n: int, seed: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """An uncertain number from 0.83 to 2, and paired differences: 5 for the policy, 40 for each unit that fixing it at 1.2 takes away."""
    u, noise = uniforms(seed, 0, Purpose.PARAMETER, n), uniforms(seed, 1, Purpose.PARAMETER, n) - 0.5
    x = 0.83 + 1.17 * u
    return x, 5.0 + 40.0 * (x - 1.2) + 4.0 * noise


def test_fixing_an_uncertain_number_is_told_apart_from_the_policy() -> None:
    held, as_policy = 0, 0
    for seed in range(200):
        x, change = drawing(60, seed)
        distance = np.stack([x - 1.2, np.square(x - 1.2)], axis=1)
        rest, fixed = split(change, distance, SURE)
        held += rest.low <= 5.0 <= rest.high
        assert rest.estimate + fixed.estimate == pytest.approx(change.mean())
        whole = paired_mean(change, SURE)
        as_policy += whole.low <= 5.0 <= whole.high
    assert held >= 0.9 * 200
    assert as_policy < 0.2 * 200, "the planted fault: all of the difference is called the policy's"


def uncertain(result: Result, key: str, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Result:
    """A result that has drawn some values for a number."""
    names = ("trajectories", "money", "projects")
    tables = {name: result.source.table(name) for name in names}
    tables["parameters"] = pa.table({"replicate": pa.array(result.replicates), key: values})
    return Result(MemorySource(tables, {name: result.source.document(name) for name in ("firms", "goals")}), result.provenance)


def test_what_cannot_be_split_says_why(results: dict[str, Result]) -> None:
    key, n = "implementation.own_success", len(results["plan"].replicates)
    plan = uncertain(results["plan"], key, np.linspace(0.7, 1.0, n))
    one = Pair(plan, results["lifted"], plan.replicates.astype(np.int64), 0)
    law = {"dist": "uniform", "low": 0.7, "high": 1.0}
    other = {"levers.parks.number": (13, 27)}
    assert fixing_of(one, other) is None
    assert fixing_of(one, {key: (law, {"dist": "uniform", "low": 0.8, "high": 1.0})}) is None, "uncertain in both"
    found = fixing_of(one, {key: (law, 0.85), **other})
    assert found is not None
    assert found.rest is not None
    assert found.fixed is not None
    total = compare(results["plan"], results["lifted"]).changes[0].count.paired.estimate
    assert found.rest.estimate + found.fixed.estimate == pytest.approx(total)
    assert not found.is_all
    for value, missing in ((0.5, "edge"), (0.85, "not in the result")):
        name = key if missing == "edge" else "climate.volatility"
        refused = fixing_of(one, {name: (law, value), **other})
        assert refused is not None
        assert (refused.rest, missing in refused.why_not) == (None, True)
    alone = fixing_of(one, {key: (law, 0.85)})
    assert alone is not None
    assert alone.is_all
    assert changed(key, law, 0.85) == f"{key}: uncertain 0.7 to 1, now fixed at 0.85"


def test_counts_of_a_sample_are_scaled_to_the_nation(tmp_path: Path) -> None:
    goal = (FakeGoal("g", "launched", 500, "2030-12"),)
    plan, more = (open_result(make_result(tmp_path / str(lift), 30, 0.05, lift=lift, goals=goal)) for lift in (1.0, 1.15))
    (change,) = compare(plan, more).changes
    assert 30 < change.count.paired.estimate < 100
