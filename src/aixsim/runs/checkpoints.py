"""The store of a calibration or backtest: its finished files, and the state from which it resumes."""

from __future__ import annotations

from aixsim.errors import StoreError
from aixsim.runs.files import checksum
from aixsim.runs.ledger import FileRow
from aixsim.runs.store import Store


class CheckpointStore(Store):
    """An open store of a calibration or backtest; use ``opened``."""

    def claim(self, identity: str) -> None:
        """Assigns the store to one calculation, or checks that it belongs to it.

        Raises:
            StoreError: it belongs to another one.
        """
        held = self.ledger.study().get("identity")
        if held is None and not self.chunks:
            self.add([], [], {"identity": identity})
        elif held != identity:
            remedy = "choose another folder with -o, or move this one away"
            raise StoreError(self.path, "foreign", "holds something else, or a calculation with other settings", remedy)
        self.place.make_folders()

    def keep(self, name: str, content: bytes) -> None:
        """Writes a file, and its checksum to the ledger."""
        with self.ledger.change():
            self.ledger.drop_files([name])  # If the process dies now, no old checksum remains for the new content.
        row = FileRow(name, 0, *self.place.put(name, content))
        with self.ledger.change():
            self.ledger.put_files([row])

    def keep_state(self, name: str, content: bytes) -> None:
        """Writes the next state; the previous one is kept until the ledger refers to the new one."""
        before = [file.name for file in self.ledger.files() if _is_state(file.name, name)]
        state = f"{name}.{checksum(content)[:8]}"
        row = FileRow(state, 0, *self.place.put(state, content))
        with self.ledger.change():
            self.ledger.drop_files(before)
            self.ledger.put_files([row])
        for old in before:
            if old != state:
                self.place.remove(old)

    def kept(self, name: str) -> bytes | None:
        """Returns the content of a file or of the last state; None if there is none.

        Raises:
            StoreError: the file has changed since it was written.
        """
        row = next((file for file in self.ledger.files() if file.name == name or _is_state(file.name, name)), None)
        path = self.path / (name if row is None else row.name)
        if row is None or not path.is_file():
            return None
        content = path.read_bytes()
        if checksum(content) != row.sha256:
            raise StoreError(path, "damaged", "has changed since it was written", "remove it; its content will be computed again")
        return content


def _is_state(file: str, name: str) -> bool:
    """Returns whether a file is a state of this name, which ends with a digest."""
    return file.rpartition(".")[0] == name
