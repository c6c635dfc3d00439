"""Samples the posterior of a study for growing data; the state is stored, so that an interrupted calibration resumes."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from aixsim.evidence.likelihood import Likelihood
from aixsim.evidence.prior import DISPERSION, Prior
from aixsim.evidence.simulator import Seen, Simulator
from aixsim.runs.checkpoints import CheckpointStore
from aixsim.stats.sequential_monte_carlo import ParticleSet, Payload, advance, prior_particles

Floats = NDArray[np.float64]
STATE = "state"
"""Folder of the state of calibrations."""
_SEEN = tuple(field.name for field in fields(Seen))


@dataclass(frozen=True)
class Sampler:
    """Samples posteriors of one study.

    Attributes:
        prior: of the study.
        simulator: runs the particles.
        n: number of particles.
        n_moves: moves of each particle after every step.
        seed: of all random numbers.
        store: stores the state; None stores nothing.
        tell: called with messages on progress.
    """

    prior: Prior
    simulator: Simulator
    n: int
    n_moves: int
    seed: int
    store: CheckpointStore | None
    tell: Callable[[str], object] = lambda _text: None

    def posteriors(self, laws: Sequence[Likelihood], names: Sequence[str]) -> list[ParticleSet]:
        """Returns the posterior particles for every set of data; each set contains the previous one.

        Args:
            laws: likelihoods, with growing data.
            names: of the sets, for files and messages.
        """
        found: list[ParticleSet] = []
        for name, before, law in zip(names, (None, *laws), laws, strict=False):
            found.append(self._one(found[-1] if found else None, before, law, name))
        return found

    def _one(self, particles: ParticleSet | None, before: Likelihood | None, law: Likelihood, name: str) -> ParticleSet:
        held = self._read(f"{STATE}/{name}.npz")
        if held is not None:
            particles = held
        elif particles is None:
            self.tell(f"{name}: {self.n:,} particles from the prior")
            particles = prior_particles(self._simulate, self.n, len(self.prior.keys), self.seed)
            self._write(name, particles)
        else:
            particles = replace(particles, power=0.0)
        old = self._log_likelihood(before) if before is not None else _nothing
        for later in advance(particles, self._simulate, old, self._log_likelihood(law), n_moves=self.n_moves, seed=self.seed):
            self.tell(f"{name}: power {later.power:.4f}, {later.acceptance:.0%} of moves accepted, {later.n_drawn:,} runs so far")
            self._write(name, later)
            particles = later
        return particles

    def _simulate(self, z: Floats, replicates: NDArray[np.int64]) -> Payload:
        keys = self.prior.model_keys
        seen = self.simulator(keys, self.prior.values(z)[:, : len(keys)], replicates)
        return {name: getattr(seen, name) for name in _SEEN}

    def _log_likelihood(self, law: Likelihood) -> Callable[[Payload, Floats], Floats]:
        column = self.prior.keys.index(DISPERSION)
        dispersion = Prior({DISPERSION: self.prior.laws[DISPERSION]})
        return lambda payload, z: law(seen_of(payload), dispersion.values(z[:, [column]])[:, 0])

    def _write(self, name: str, particles: ParticleSet) -> None:
        if self.store is None:
            return
        arrays = {"z": particles.z, "replicates": particles.replicates, "ancestors": particles.ancestors, **particles.payload}
        arrays["state"] = np.array([particles.step, particles.n_drawn, particles.acceptance, particles.power])
        stream = io.BytesIO()
        np.savez(stream, **arrays)  # type: ignore[arg-type]  # the stubs mistake arrays for the flag that follows them
        self.store.keep_state(f"{STATE}/{name}.npz", stream.getvalue())

    def _read(self, name: str) -> ParticleSet | None:
        content = None if self.store is None else self.store.kept(name)
        if content is None:
            return None
        with np.load(io.BytesIO(content)) as file:
            z, replicates, payload, ancestors = file["z"], file["replicates"], {part: file[part] for part in _SEEN}, file["ancestors"]
            step, n_drawn, acceptance, power = file["state"].tolist()
        return ParticleSet(z, replicates, payload, ancestors, step, int(n_drawn), acceptance, power)


def seen_of(payload: Payload) -> Seen:
    """Returns the simulated observations of particles."""
    return Seen(*(payload[name] for name in _SEEN))


def _nothing(_payload: Payload, z: Floats) -> Floats:
    return np.zeros(len(z))
