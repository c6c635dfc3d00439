"""A worker process: reads tasks from standard input and writes reports to standard output.

Workers are new interpreters (``processes.LocalProcesses``). The multiprocessing module is not used, because it imports the user's script:
scripts need no ``__main__`` guard, and notebooks, standard input and other process pools do not interfere.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import struct
import threading
from typing import Any, BinaryIO

from aixsim.errors import warn_in_one_line
from aixsim.runs.executor import Task, portable

READY = "ready"
_LENGTH = struct.Struct("<Q")


def send(stream: BinaryIO, message: Any) -> None:
    """Writes a message: its length and its pickle.

    Raises:
        OSError: the reader has ended.
    """
    content = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Reads a message.

    Raises:
        EOFError: the stream has ended.
    """
    return pickle.loads(_exactly(stream, _LENGTH.unpack(_exactly(stream, _LENGTH.size))[0]))  # noqa: S301 - from our own process


def _exactly(stream: BinaryIO, n: int) -> bytes:
    parts = []
    while n:
        part = stream.read(n)
        if not part:
            raise EOFError
        parts.append(part)
        n -= len(part)
    return b"".join(parts)


def serve(source: BinaryIO | None = None, target: BinaryIO | None = None) -> None:
    """Runs tasks until the parent ends.

    Args:
        source, target: streams of messages; by default standard input and output; printed output goes to standard error.
    """
    # Only the parent handles Ctrl-C and a lost connection, which reach all processes of a terminal.
    for number in ("SIGINT", "SIGHUP"):
        if hasattr(signal, number):
            signal.signal(getattr(signal, number), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    warn_in_one_line()
    if source is None or target is None:
        source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
    tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(source, tasks), daemon=True).start()
    out = target
    try:
        send(out, READY)
        while True:
            task = tasks.get()
            try:
                result = ("finished", task.run(lambda part: send(out, ("at", part))))
            except Exception as error:  # noqa: BLE001 - the parent handles it
                result = ("raised", portable(error))
            send(out, result)
    except OSError:  # the parent has ended
        os._exit(1)


def _read(source: BinaryIO, tasks: queue.SimpleQueue[Task]) -> None:
    """Queues tasks; ends the process at once when the parent has ended for any reason."""
    try:
        while True:
            tasks.put(receive(source))
    except BaseException:  # noqa: BLE001 - nothing more can be read
        os._exit(1)
