"""The store of a calculation without replicates: what it has made, and the state that it goes on from."""

from __future__ import annotations

from aixsim.errors import StoreError
from aixsim.runs.files import checksum
from aixsim.runs.ledger import FileRow
from aixsim.runs.store import Store


class CheckpointStore(Store):
    """An open store of a calculation; use ``opened``."""

    def claim(self, identity: str) -> None:
        """Makes the store that of one calculation, or finds it so.

        Raises:
            StoreError: it is that of another one.
        """
        held = self.ledger.study().get("identity")
        if held is None and not self.chunks:
            self.add([], [], {"identity": identity})
        elif held != identity:
            remedy = "choose another folder with -o, or move this one away"
            raise StoreError(self.path, "foreign", "holds something else, or the same of other settings", remedy)

    def keep(self, name: str, content: bytes) -> None:
        """Writes a file, and its checksum into the ledger."""
        with self.ledger.change():
            self.ledger.drop_files([name])  # a process that dies now leaves no checksum that the new content would contradict
        row = FileRow(name, 0, *self.place.put(name, content))
        with self.ledger.change():
            self.ledger.put_files([row])

    def keep_state(self, name: str, content: bytes) -> None:
        """Writes the next state of a calculation; the one before is there until the ledger knows the new one."""
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
        """Returns the content of a file or of the last state that was kept; None when there is none.

        Raises:
            StoreError: it is not as it was written.
        """
        row = next((file for file in self.ledger.files() if file.name == name or _is_state(file.name, name)), None)
        path = self.path / (name if row is None else row.name)
        if row is None or not path.is_file():
            return None
        content = path.read_bytes()
        if checksum(content) != row.sha256:
            raise StoreError(path, "damaged", "is not as it was written", "remove it: what it holds is computed again")
        return content


def _is_state(file: str, name: str) -> bool:
    """Returns whether a file is a state of this name: it ends with a digest."""
    return file.rpartition(".")[0] == name
