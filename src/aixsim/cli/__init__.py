"""The command line: one file a command, which parses, calls the API and prints; ``app`` has the arguments of all of them."""

from aixsim.cli.main import main

__all__ = ["main"]
