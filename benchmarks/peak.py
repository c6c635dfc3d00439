"""Runs a command and prints the peaks of its memory in bytes, resident and private: ``python peak.py COMMAND…``.

A process of its own, and a small one: on Linux a program counts the memory of whoever started it into its own resident peak.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

PAUSE = 0.02
"""Between two looks at the private memory, s."""


def private(process: int) -> int:
    """Returns the memory of a process that belongs to no file, 0 where the system does not tell."""
    try:
        text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"RssAnon:\s+(\d+) kB", text)
    return 1024 * int(found[1]) if found else 0


def main() -> int:
    """Returns the command's exit code."""
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    highest = 0
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        highest = max(highest, private(process.pid))
        time.sleep(PAUSE)
    print(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), highest)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
