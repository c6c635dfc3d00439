"""Sequential Monte Carlo against posteriors that are known, and simulation-based calibration of what it is used for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtri

from aixsim.evidence.prior import DISPERSION, Prior
from aixsim.random.distributions import Distribution
from aixsim.random.draws import Purpose, uniforms, uniforms_of
from aixsim.stats.counting_law import log_mass, quantile
from aixsim.stats.growth_curves import CURVES
from aixsim.stats.ranks import band, histogram, rank, uniformity
from aixsim.stats.sequential_monte_carlo import GENERATIONS, ParticleSet, advance, posterior, prior_particles

Floats = NDArray[np.float64]
BASS = CURVES[0]
DISPERSIONS = Distribution("loguniform", (0.01, 0.16))
N_YEARS = 8


def noisy(z: Floats, replicates: NDArray[np.int64]) -> dict[str, Floats]:
    """The point plus a standard normal number of its replicate."""
    return {"x": z[:, 0] + ndtri(uniforms_of(1, 9, Purpose.COUNTING, replicates))}


@pytest.mark.parametrize(("fault", "right"), [(1.0, True), (3.0, False)])
def test_point_and_replicate_have_their_known_posterior(fault: float, right: bool) -> None:
    """Prior N(0, 1), replicate N(0, 1), counted 2 with error 0.5: the point is N(2 / 2.25, 1.25 / 2.25), the second stays N(0, 1)."""

    def law(payload: Any, _z: Floats) -> Floats:
        return -0.5 * np.square((2.0 - payload["x"]) / (0.5 * fault))

    particles = posterior(noisy, law, 2000, 2, n_moves=8, seed=5)
    mean, sd = 2.0 / 2.25, np.sqrt(1.25 / 2.25)
    near = bool(abs(particles.z[:, 0].mean() - mean) < 0.08 and abs(particles.z[:, 0].std() - sd) < 0.06)
    assert near is right
    assert abs(particles.z[:, 1].mean()) < 0.1
    assert abs(particles.z[:, 1].std() - 1.0) < 0.08
    assert particles.ess > 500


def test_data_in_two_parts_weigh_as_in_one() -> None:
    def part(value: float) -> Any:
        return lambda payload, _z: -0.5 * np.square((value - payload["x"]) / 0.5)

    def both(payload: Any, z: Floats) -> Floats:
        total: Floats = part(2.0)(payload, z) + part(1.0)(payload, z)
        return total

    at_once = posterior(noisy, both, 2000, 1, n_moves=8, seed=5)
    particles = prior_particles(noisy, 2000, 1, 5)
    for before, after in ((lambda _p, z: np.zeros(len(z)), part(2.0)), (part(2.0), both)):
        for later in advance(particles, noisy, before, after, n_moves=8, seed=6):
            particles = later
        particles = replace(particles, power=0.0)
    assert abs(particles.z.mean() - at_once.z.mean()) < 0.08
    assert abs(particles.z.std() - at_once.z.std()) < 0.06


def test_particles_of_one_family_count_less_than_strangers() -> None:
    """100 families of four that differ a little are worth about 100; the twin, which only counts different points, finds 400."""
    centre = ndtri(uniforms(3, 0, Purpose.COUNTING, 300)).reshape(100, 3)
    z = np.repeat(centre, 4, axis=0) + 0.01 * ndtri(uniforms(4, 0, Purpose.COUNTING, 1200)).reshape(400, 3)
    strangers = np.tile(np.arange(400)[:, None], GENERATIONS)
    families = strangers.copy()
    families[:, 1] = np.repeat(np.arange(100), 4)
    of_families, of_strangers = (ParticleSet(z, np.arange(400), {}, ancestors).ess for ancestors in (families, strangers))
    assert 90 < of_families < 112
    assert of_strangers == pytest.approx(400)
    assert ParticleSet(z, np.repeat(np.arange(100), 4), {}, strangers).ess == pytest.approx(100), "different replicates count as well"
    moved = ndtri(uniforms(5, 0, Purpose.COUNTING, 1200)).reshape(400, 3)
    assert ParticleSet(moved, np.arange(400), {}, families).ess > 280, "a family that moves told apart is no family any more"


def test_the_effective_number_is_that_of_the_variance_between_seeds() -> None:
    """The point given 4 counted with error 0.1 is N(2, 0.5); the twin, which only counts different points, promises much too much."""

    def law(payload: Any, _z: Floats) -> Floats:
        return -0.5 * np.square((4.0 - payload["x"]) / 0.1)

    found = [posterior(noisy, law, 500, 1, n_moves=12, seed=seed) for seed in range(60)]
    true = 0.5 / np.square([particles.z.mean() - 2.0 for particles in found]).mean()
    different = np.mean([len(np.unique(particles.z)) for particles in found])
    assert 0.5 < np.mean([particles.ess for particles in found]) / true < 2.0
    assert different / true > 3.0


def test_the_same_seed_gives_the_same_particles() -> None:
    def law(payload: Any, _z: Floats) -> Floats:
        return -np.square(payload["x"] - 1.0)

    first, second = (posterior(noisy, law, 200, 3, n_moves=2, seed=11) for _ in range(2))
    assert (first.z == second.z).all()
    assert (first.replicates == second.replicates).all()


def ranks_of_bass(n_data_sets: int, fault: float) -> Floats:
    """Ranks of known Bass parameters among their posterior draws; the fault multiplies the dispersion of the likelihood alone."""
    prior = Prior({**BASS.priors, DISPERSION: DISPERSIONS})
    d = len(prior.laws)
    truths = prior.values(ndtri(uniforms(31, 0, Purpose.COUNTING, n_data_sets * d).reshape(n_data_sets, d)))
    means = np.maximum(BASS.new(truths[:, :-1], N_YEARS), 0.5)
    counts = quantile(uniforms(32, 0, Purpose.COUNTING, means.size).reshape(means.shape), means, truths[:, -1:])

    def simulate(z: Floats, _replicates: NDArray[np.int64]) -> dict[str, Floats]:
        values = prior.values(z)
        return {"new": np.maximum(BASS.new(values[:, :-1], N_YEARS), 0.5), "dispersion": values[:, -1], "values": values}

    out = np.empty((n_data_sets, d))
    for number in range(n_data_sets):

        def law(payload: Any, _z: Floats, number: int = number) -> Floats:
            each = [log_mass(float(counts[number, t]), payload["new"][:, t], payload["dispersion"] * fault) for t in range(N_YEARS)]
            return np.sum(each, axis=0)

        particles = posterior(simulate, law, 150, d, n_moves=8, seed=100 + number)
        out[number] = rank(particles.payload["values"], truths[number])
    return out


def test_known_numbers_are_found_again_and_a_wrong_likelihood_is_noticed() -> None:
    """The cheap twin of the check with 500 data sets: 40, in few bins."""
    right, wrong = ranks_of_bass(40, 1.0), ranks_of_bass(40, 0.02)
    assert uniformity(right.ravel(), 5) > 0.001
    assert uniformity(wrong.ravel(), 5) < 1e-6
    covered = (np.abs(right - 0.5) <= 0.4).mean()
    assert 0.7 < covered < 0.9
    assert (np.abs(wrong - 0.5) <= 0.4).mean() < 0.7


@pytest.mark.verify
def test_ranks_of_500_data_sets_are_uniform_and_a_wrong_likelihood_is_noticed() -> None:
    right, wrong = ranks_of_bass(500, 1.0), ranks_of_bass(500, 0.3)
    for k in range(right.shape[1]):
        assert uniformity(right[:, k], 10) > 0.001
    assert abs((np.abs(right - 0.5) <= 0.4).mean() - 0.8) < 0.03
    assert min(uniformity(wrong[:, k], 10) for k in range(wrong.shape[1])) < 1e-6


def test_ranks_say_what_they_say() -> None:
    draws = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 6.0], [4.0, 7.0]])
    assert rank(draws, np.array([2.5, 5.0])).tolist() == [0.5, 0.25]
    flat = (np.arange(500) + 0.5) / 500
    assert uniformity(flat) > 0.99
    assert uniformity(flat**1.5) < 1e-4
    low, high = band(500)
    assert low < 25 < high
    assert histogram(flat).sum() == 500
