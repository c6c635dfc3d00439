"""Particles of a study, carried from one body of data to the next; the state is a file, so that an interrupted calibration goes on."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aixsim.evidence.likelihood import Likelihood
from aixsim.evidence.prior import DISPERSION, Prior
from aixsim.evidence.simulator import Seen, Simulator
from aixsim.runs.store import Store
from aixsim.stats.sequential_monte_carlo import Cloud, Payload, advance, first_cloud

Floats = NDArray[np.float64]
STATE = "state"
"""Folder of the state of calibrations."""
_SEEN = ("counts", "applicants", "by_size", "by_park")


@dataclass(frozen=True)
class Particles:
    """Carries particles of one study.

    Attributes:
        prior: of the study.
        simulator: in use.
        n: particles.
        n_moves: moves of each after every step.
        seed: of everything that is drawn.
        store: where the state is kept; None keeps none.
        tell: is told how it goes.
    """

    prior: Prior
    simulator: Simulator
    n: int
    n_moves: int
    seed: int
    store: Store | None
    tell: Callable[[str], object] = lambda _text: None

    def carry(self, laws: Sequence[Likelihood], names: Sequence[str]) -> list[Cloud]:
        """Returns the posterior cloud of every body of data, each holding all data of the one before.

        Args:
            laws: likelihoods, with growing data.
            names: of the bodies, for files and messages.
        """
        clouds: list[Cloud] = []
        before: Likelihood | None = None
        for name, law in zip(names, laws, strict=True):
            clouds.append(self._one(clouds[-1] if clouds else None, before, law, name))
            before = law
        return clouds

    def values(self, z: Floats) -> Floats:
        """Returns the values at points, shape ``(n, n_keys)``, columns as the keys of the prior."""
        return self.prior.values(z)

    def _one(self, cloud: Cloud | None, before: Likelihood | None, law: Likelihood, name: str) -> Cloud:
        held = self._read(f"{STATE}/{name}.npz")
        if held is not None:
            cloud = held
        elif cloud is None:
            self.tell(f"{name}: {self.n:,} particles from the prior")
            cloud = first_cloud(self._simulate, self.n, len(self.prior.keys), self.seed)
            self._write(name, cloud)
        else:
            cloud = replace(cloud, power=0.0)
        old = self._log_likelihood(before) if before is not None else _nothing
        for later in advance(cloud, self._simulate, old, self._log_likelihood(law), n_moves=self.n_moves, seed=self.seed):
            self.tell(f"{name}: power {later.power:.4f}, {later.acceptance:.0%} of moves accepted, {later.n_drawn:,} runs so far")
            self._write(name, later)
            cloud = later
        return cloud

    def _simulate(self, z: Floats, luck: NDArray[np.int64]) -> Payload:
        keys = self.prior.model_keys
        seen = self.simulator(keys, self.prior.values(z)[:, : len(keys)], luck)
        return {name: getattr(seen, name) for name in _SEEN}

    def _log_likelihood(self, law: Likelihood) -> Callable[[Payload, Floats], Floats]:
        column = self.prior.keys.index(DISPERSION)
        dispersion = Prior({DISPERSION: self.prior.laws[DISPERSION]})
        return lambda payload, z: law(seen_of(payload), dispersion.values(z[:, [column]])[:, 0])

    def _write(self, name: str, cloud: Cloud) -> None:
        if self.store is None:
            return
        arrays = {"z": cloud.z, "luck": cloud.luck, "ancestors": cloud.ancestors, **cloud.payload}
        arrays["state"] = np.array([cloud.step, cloud.n_drawn, cloud.acceptance, cloud.power])
        stream = io.BytesIO()
        np.savez(stream, **arrays)  # type: ignore[arg-type]  # the stubs mistake arrays for the flag that follows them
        self.store.keep(f"{STATE}/{name}.npz", stream.getvalue())

    def _read(self, name: str) -> Cloud | None:
        content = None if self.store is None else self.store.kept(name)
        if content is None:
            return None
        with np.load(io.BytesIO(content)) as file:
            z, luck, payload, ancestors = file["z"], file["luck"], {part: file[part] for part in _SEEN}, file["ancestors"]
            step, n_drawn, acceptance, power = file["state"].tolist()
        return Cloud(z, luck, payload, ancestors, step, int(n_drawn), acceptance, power)


def seen_of(payload: Payload) -> Seen:
    """Returns what was seen of particles."""
    return Seen(*(payload[name] for name in _SEEN))


def _nothing(_payload: Payload, z: Floats) -> Floats:
    return np.zeros(len(z))
