"""A Dask scheduler and workers as processes of their own, on ports that are free, ended with the test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

PATIENCE = 90.0


class DaskCluster:
    """A scheduler on the loopback; workers are added and killed by name."""

    def __init__(self, folder: Path) -> None:
        """Starts the scheduler and waits until it can be reached."""
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._start("scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(self.file))
        until = monotonic() + PATIENCE
        while not (self.file.exists() and self.file.read_text(encoding="utf-8").endswith("}")):
            assert monotonic() < until, (folder / "scheduler.log").read_text(encoding="utf-8")
            sleep(0.1)
        self.address = str(json.loads(self.file.read_text(encoding="utf-8"))["address"])

    def add(self, name: str) -> None:
        """Starts a worker with its nanny."""
        self._start(name, "dask_worker", self.address, "--nthreads", "1", "--name", name, "--local-directory", str(self.folder / name))

    def kill(self, name: str) -> None:
        """Kills a process with all its own, as when a machine loses its power."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def _start(self, name: str, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *arguments]
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
