"""The command line, one file per command. ``app`` defines the arguments, ``entrance`` the exit codes."""

from aixsim.cli.entrance import main

__all__ = ["main"]
