"""The command line: one file per command, which parses, calls the API and prints; ``app`` has their arguments, ``entrance`` the exit codes."""

from aixsim.cli.entrance import main

__all__ = ["main"]
