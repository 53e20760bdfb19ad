"""The command line. Loads no slow library before a command needs it."""

from spurview.cli.app import main

__all__ = ["main"]
