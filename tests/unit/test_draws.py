"""Philox: the published vectors, openness of the interval, and addresses that never meet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from aixsim.random.distributions import Distribution, draw_all
from aixsim.random.draws import BUILD, Purpose, exponential, from_words, logistic, normal, philox_block, uniform, uniforms, uniforms_of

# kat_vectors of the Random123 distribution (Salmon et al. 2011), philox4x32-10.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_published_vectors(counter: tuple[int, int, int, int], key: tuple[int, int], expected: tuple[int, ...]) -> None:
    assert philox_block(counter, key) == expected
    assert philox_block(counter, (key[0] ^ 1, key[1])) != expected


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 2**64 - 1),
    replicate=st.integers(0, 2**32 - 1),
    purpose=st.sampled_from(Purpose),
    attempt=st.integers(0, 2**32 - 1),
    n=st.integers(1, 40),
)
def test_bulk_equals_single(seed: int, replicate: int, purpose: Purpose, attempt: int, n: int) -> None:
    bulk = uniforms(seed, replicate, purpose, n, attempt)
    assert bulk.tolist() == [uniform(seed, replicate, purpose, agent, attempt) for agent in range(n)]
    assert ((bulk > 0) & (bulk < 1)).all()
    some = np.arange(n)[::-3]
    assert uniforms_of(seed, replicate, purpose, some, attempt).tolist() == bulk[some].tolist()


def test_numbers_drawn_in_parts_are_those_of_single_agents() -> None:
    bulk = uniforms(2**63 + 5, 3, Purpose.RESISTANCE, 70_001)
    around_borders = [0, 1, 32_766, 32_767, 32_768, 32_769, 65_535, 65_536, 70_000]
    assert len(bulk) == 70_001
    assert bulk[around_borders].tolist() == [uniform(2**63 + 5, 3, Purpose.RESISTANCE, agent) for agent in around_borders]


def test_values_drawn_together_are_those_drawn_singly() -> None:
    several = {
        "a": Distribution("uniform", (0.0, 1.0)),
        "b.c[1]": Distribution("lognormal", (2.0, 0.5)),
        "d": Distribution("pert", (0, 1, 4)),
    }
    assert draw_all(several, 7, 11) == {path: dist.draw(7, 11, path) for path, dist in several.items()}
    assert draw_all({}, 7, 11) == {}


def test_no_two_of_a_million_addresses_share_a_number() -> None:
    rows = [
        uniforms(seed, replicate, purpose, 12_500, attempt)
        for seed in (1, 2**63 + 1)
        for replicate in (0, 1, 77, BUILD)
        for purpose in (Purpose.RESISTANCE, Purpose.MERIT, Purpose.DURATION, Purpose.FRAILTY, Purpose.PARTNER)
        for attempt in (0, 1)
    ]
    numbers = np.concatenate(rows)
    assert len(numbers) == 1_000_000
    assert len(np.unique(numbers)) == len(numbers)
    # The twin: an address used twice is noticed.
    assert len(np.unique(np.concatenate([numbers, uniforms(1, 0, Purpose.RESISTANCE, 3, 0)]))) == len(numbers)


def _z_of_mean(numbers: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float((numbers.mean() - 0.5) * np.sqrt(12 * len(numbers)))


def test_uniform_and_uncorrelated_between_neighbouring_addresses() -> None:
    a, b = uniforms(7, 0, Purpose.RESISTANCE, 200_000), uniforms(7, 1, Purpose.RESISTANCE, 200_000)
    assert abs(_z_of_mean(a)) < 4
    assert abs(np.corrcoef(a, b)[0, 1]) < 4 / np.sqrt(len(a))
    assert abs(np.corrcoef(a[:-1], a[1:])[0, 1]) < 4 / np.sqrt(len(a))
    # Twins that must be noticed: a bias of one percent, and a shared number.
    assert abs(_z_of_mean(a * 1.01)) > 4
    assert abs(np.corrcoef(a, 0.98 * b + 0.02 * a)[0, 1]) > 4 / np.sqrt(len(a))


def test_normal_agrees_with_scipy_far_into_the_tails() -> None:
    u = np.concatenate([10.0 ** -np.arange(1, 17), uniforms(3, 0, Purpose.CLIMATE, 2000)])
    ours = np.array([normal(float(x)) for x in u])
    np.testing.assert_allclose(ours, ndtri(u), rtol=2e-15, atol=1e-16)


def test_variates_at_the_ends_are_finite_and_positive_where_they_must_be() -> None:
    low, high = from_words(0, 0), from_words(0xFFFFFFFF, 0xFFFFFFFF)
    assert 0.0 < low < high < 1.0
    assert exponential(high) > 0.0
    for u in (low, high):
        assert np.isfinite([exponential(u), logistic(u), normal(u)]).all()
    assert ((2**53 - 1) + 0.5) * 2.0**-53 == 1.0, "the twin: with one bit more the interval would be closed"
