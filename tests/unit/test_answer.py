"""The answer in words, what it depends on, and the past: true for the run that they are printed of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import spearmanr

from aixsim.config import load
from aixsim.evidence.calibration import enough
from aixsim.evidence.published import unlike_published
from aixsim.evidence.run_history import changed_past, changes_of, past
from aixsim.random.draws import Purpose, uniforms
from aixsim.report.text.answer_in_words import WORDS, answer, word_of
from aixsim.report.text.headline import headline, headline_json
from aixsim.results.drivers import drivers, floor_of, rank_correlation
from aixsim.results.goals import evaluate_goals
from aixsim.results.observed_counts import observed
from aixsim.results.result import Result, open_result
from aixsim.results.source import MemorySource
from aixsim.stats.weights import TooFewError
from tests.result_fixture import GOALS, HORIZON, make_result

KOREA = Path(__file__).parents[2] / "configs" / "korea-2030.toml"
SHARE = 'programme."AI Factory lead projects".delivered_share'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return open_result(make_result(tmp_path_factory.mktemp("answer") / "run", 120))


def like(made: Result, *, config: dict[str, Any] | None = None, goals: Any = None, parameters: Any = None, **about: Any) -> Result:
    """The same result with another config, other goals, other drawn numbers or another provenance."""
    tables = {name: made.source.table(name) for name in ("trajectories", "parameters", "money", "projects")}
    if parameters is not None:
        tables["parameters"] = pa.table({"replicate": pa.array(made.replicates), **parameters})
    documents = {name: made.source.document(name) for name in ("goals", "counting", "firms", "network")}
    documents |= {} if goals is None else {"goals": goals}
    documents |= {} if config is None else {"config": config}
    return Result(MemorySource(tables, documents), {**made.provenance, **about})


def goals_of(launched: int, operating: int, n: int) -> list[dict[str, Any]]:
    """Goals that so many of n replicates reach, the others with 345."""
    paths = {}
    for name, hits in (("launched", launched), ("operating", operating)):
        final = np.where(np.arange(n) < hits, 640, 345).astype(np.int32)
        paths[name] = np.repeat(final[:, None], HORIZON.n_months, axis=1)
    return evaluate_goals(paths, GOALS, HORIZON, 1.0, 0, 0.95)


def korea(**settings: Any) -> dict[str, Any]:
    return load(KOREA, settings).table.document()


def test_two_sentences_in_plain_words(made: Result) -> None:
    run = like(made, goals=goals_of(851, 68, 1000), config=korea(), parameters={SHARE: np.linspace(0.24, 1.0, 120)})
    assert answer(run) == (
        "If between a quarter and all of the planned budget is delivered in the median year, 500 projects will probably have been launched"
        " by the end of 2030: about 85 in 100 simulations. 500 operating is very unlikely: 7 in 100; expect about 345."
    )
    assert headline(run).splitlines()[0].startswith("If between a quarter"), "the answer comes first"


def test_a_goal_of_another_month_says_which(made: Result) -> None:
    goals = goals_of(851, 68, 1000)
    earlier = {**goals[0], "by": "2027-12", "at_least": 200.0}
    assert answer(like(made, goals=[goals[0], earlier])).endswith(" 200 launched by the end of 2027 is likely: 85 in 100.")
    assert answer(like(made, goals=[goals[0], goals[0]])).endswith(" 500 launched is likely: 85 in 100.")


def test_the_money_is_a_condition_only_where_it_is_uncertain_in_this_run(made: Result) -> None:
    goals = goals_of(851, 68, 1000)
    certain = like(made, goals=goals, config=korea(**{SHARE: 1.0}))
    assert answer(certain).startswith("500 projects will probably have been launched")
    half = like(
        made, goals=goals, config=korea(**{SHARE: {"dist": "uniform", "low": 0.5, "high": 1.2}}), parameters={SHARE: np.arange(120.0)}
    )
    assert answer(half).startswith("If between half and 120 % of the planned budget is delivered in the median year, 500")
    no_programme = like(made, goals=goals)
    assert "money" not in answer(no_programme)


@pytest.mark.parametrize(
    ("hits", "n", "word"),
    [
        (1000, 1000, "will almost certainly"),
        (950, 1000, "will very probably"),
        (700, 1000, "will probably"),
        (500, 1000, "may or may not"),
        (200, 1000, "will probably not"),
        (20, 1000, "will very probably not"),
        (0, 1000, "will almost certainly not"),
        (0, 60, "will very probably not"),
        (60, 60, "will very probably"),
        (1, 2, None),
        (1, 1, None),
    ],
)
def test_words_follow_the_probability_and_few_replicates_get_none(hits: int, n: int, word: str | None) -> None:
    found = word_of(goals_of(hits, 0, n)[0])
    assert (found and found[0]) == word
    assert [lowest for lowest, *_ in WORDS] == sorted((lowest for lowest, *_ in WORDS), reverse=True)


def test_none_of_n_is_told_with_its_bound(made: Result) -> None:
    told = answer(like(made, goals=goals_of(60, 0, 60)))
    assert "all of 60 simulations (at least 94.0 %)" in told
    assert "none of 60 (at most 6.0 %)" in told
    assert "is not known: 1 of 2 simulations, which is too few to tell" in answer(like(made, goals=goals_of(1, 1, 2)))


def test_the_interval_is_named_sampling_error(made: Result) -> None:
    assert "95 % intervals of the Monte Carlo error" in headline(made).replace("\n", " ")


# --- what it depends on


def test_rank_correlations_are_scipys() -> None:
    a, b = np.round(10 * uniforms(1, 0, Purpose.MERIT, 80)), uniforms(1, 1, Purpose.MERIT, 80)
    assert rank_correlation(a, a + b) == pytest.approx(spearmanr(a, a + b).statistic)
    assert rank_correlation(a, np.zeros(80)) == 0.0


def test_the_floor_holds_what_chance_gives() -> None:
    """Of 30 numbers without influence the largest exceeds it in one run of twenty at most; without Bonferroni, in most runs."""
    n, k, over, naive = 60, 30, 0, 0
    for run in range(200):
        counts = uniforms(run, 0, Purpose.MERIT, n)
        largest = max(abs(rank_correlation(uniforms(run, 1 + j, Purpose.MERIT, n), counts)) for j in range(k))
        over, naive = over + (largest > floor_of(n, k)), naive + (largest > floor_of(n, 1))
    assert over <= 0.08 * 200
    assert naive > 0.5 * 200


def test_what_moves_the_count_is_named_and_nothing_else(made: Result) -> None:
    counts = made.counts_in("2030-12")["launched"].astype(float)
    noise = {f"sensing.noise{k}": uniforms(8, k, Purpose.MERIT, len(counts)) for k in range(20)}
    drawn = {SHARE: counts + 5.0 * uniforms(4, 0, Purpose.MERIT, len(counts)), "economics.elasticity": -np.sqrt(counts), **noise}
    found = drivers(like(made, parameters=drawn), made.goal_records[0])
    assert found is not None
    assert [(one.key, round(one.correlation)) for one in found] == [("economics.elasticity", -1), (SHARE, 1)]
    text = headline(like(made, parameters=drawn)).replace("\n", " ")
    assert "depends most on: economics: elasticity (-1.00); AI Factory lead projects: delivered share (+" in text
    nothing = headline(like(made, parameters=noise)).replace("\n", " ")
    assert "No uncertain parameter has a significant rank correlation with 120 replicates" in nothing


def test_nothing_is_claimed_from_few_replicates(tmp_path: Path) -> None:
    few = open_result(make_result(tmp_path / "few", 20))
    assert drivers(few, few.goal_records[0]) is None
    assert "20 replicates are too few for rank correlations" in headline(few)


# --- the past


def test_the_past_is_that_of_this_run(made: Result) -> None:
    first, second = past(made)
    simulated = made.counts_in("2025-12")["launched"]
    assert (second.median, second.counted) == (float(np.median(simulated)), 102)
    assert first.agrees
    wrong = like(made, observed=[{"month": "2025-12", "outcome": "launched", "value": 78, "source": "none"}])
    assert [one.agrees for one in past(wrong)] == [False]
    text = headline(wrong).replace("\n", " ")
    assert "DOES NOT AGREE WITH OBSERVED COUNTS by 2025-12" in text
    assert "published" not in text
    assert "DOES NOT AGREE" not in headline(made)


def test_only_published_budgets_are_called_so(made: Result) -> None:
    same, key = like(made, config=korea()), 'programme."AI Factory lead projects".'
    assert changed_past(same) == []
    assert "budgets and grants of these years are inputs" in headline(same).replace("\n", " ")
    for settings, told in (
        ({f"{key}grant_krw_bn": 1.2}, "grant of 2025 in KRW bn: 1.2, published 0.83"),
        ({f"{key}budget_krw_bn": {"2025": 10.0, "2026": 145.0}}, "budget of 2025 in KRW bn: 10, published 63.2"),
        ({f"{key}delivered_from": 2025}, "delivered_share applies from 2025"),
        ({f"{key}lag_months": 5}, "lag_months: 5, published uncertain (choice, values 1, 2, 3, 4, 5, 6)"),
    ):
        changed = like(made, config=korea(**settings))
        assert told in " ".join(changed_past(changed) or [])
        text = headline(changed).replace("\n", " ")
        assert "WARNING: settings of years with observed counts" in text
        assert "budgets and grants of these years are inputs" not in text
    for settings in ({f"{key}budget_krw_bn.2027": 10.0}, {f"{key}delivered_share": 0.5}, {"levers.parks.number": 27}):
        assert changed_past(like(made, config=korea(**settings))) == [], "the future is no past"
    assert changed_past(made) is None, "a result without its config: not known"


def test_check_and_sweep_look_at_the_past_before_a_run() -> None:
    """A scalar grant rewrites 2025; the number of parks does not. A config that is not about the AI factories has no such past."""
    key = 'programme."AI Factory lead projects".grant_krw_bn'
    for settings, n in (({key: 1.2}, 1), ({"levers.parks.number": 27}, 0)):
        study = load(KOREA, settings)
        assert len(changes_of(study.table.document(), observed(study))) == n
    bass = load(KOREA.parent / "theory" / "bass.toml")
    assert changes_of(bass.table.document(), observed(bass)) == []


def test_a_calibration_with_too_few_particles_says_how_many_would_do() -> None:
    with pytest.raises(TooFewError, match=r"calibration\.particles=300 would do"):
        enough(cast("Any", SimpleNamespace(z=np.zeros((100, 2)), ess=60.0)), "study")


def test_a_programme_more_or_less_changes_the_past() -> None:
    programmes = korea()["programme"]
    assert unlike_published(programmes, 2025) == []
    assert unlike_published(programmes[1:], 2025) == ["Lead projects 2024 is missing"]
    third = {**programmes[1], "name": "third"}
    assert unlike_published([*programmes, third], 2025) == ["third, budget of 2025 in KRW bn: 63.2, published 0"]


# --- what a config differs in


def test_the_config_is_named_with_what_differs_from_its_base(made: Result) -> None:
    study = load(KOREA.parent / "policies" / "doubled-parks.toml", {"levers.trade": False, f"{SHARE}": 1.0})
    assert study.variant.base == "korea-2030"
    assert study.variant.differs["levers.parks.number"] == (13, 26)
    about = {"base": study.variant.base, "differs": {key: list(ends) for key, ends in study.variant.differs.items()}}
    run = replace(made, about={**made.provenance, "config": "doubled-parks", "variant": about})
    text = headline(run)
    assert "Config: doubled-parks, which differs from korea-2030 in" in text
    assert "levers.parks.number: 26 instead of 13" in text
    assert "levers.trade: removed" in text
    assert "uncertain 0.24 to 1, now fixed at 1" in text.replace("\n ", "")
    assert headline_json(run)["variant"] == {"name": "doubled-parks", **about}
    plain = load(KOREA)
    assert (plain.variant.base, plain.variant.differs) == ("", {})
    more = plain.with_({"levers.parks.number": 20}).with_({"levers.parks.number": 27})
    assert (more.variant.base, more.variant.differs) == ("korea-2030", {"levers.parks.number": (13, 27)})


def test_one_number_for_all_years_is_told_year_by_year() -> None:
    key = 'programme."AI Factory lead projects".grant_krw_bn'
    differs = load(KOREA, {key: 1.2}).variant.differs
    assert differs[f"{key}.2025"] == (0.83, 1.2)
    assert differs[f"{key}.2026"][1] == 1.2
    assert len(differs) == 2
