"""Every error spurview raises on purpose, as one tree.

SpurviewError            one sentence for the person, details on demand
|- InputError            images, settings or arguments that cannot be used
|- StageError            a stage cannot do its work on these inputs
`- ProjectError          anything about a project file
   |- NotAProjectError   the file is no spurview project
   |- DamagedError       the file is cut short, altered or malformed
   |- NewerFormatError   the file was made by a newer spurview
   |- LockedError        another process has the project open
   `- SaveError          the project could not be written; the old one is unharmed

Cancelled stands outside: it is a wish of the person, not a failure.
"""

from __future__ import annotations


class SpurviewError(Exception):
    """One clear sentence saying what is wrong and what to do; `details` holds the rest."""

    def __init__(self, message: str, *, details: str = "") -> None:
        super().__init__(message)
        self.details = details


class InputError(SpurviewError):
    """Images, settings or arguments that cannot be used."""


class StageError(SpurviewError):
    """A stage cannot do its work on the inputs it was given."""


class ProjectError(SpurviewError):
    """Anything about a project file."""


class NotAProjectError(ProjectError):
    """The file is no spurview project."""


class DamagedError(ProjectError):
    """The file is cut short, altered or malformed."""


class NewerFormatError(ProjectError):
    """The file was made by a newer spurview."""


class LockedError(ProjectError):
    """Another process has the project open."""


class SaveError(ProjectError):
    """The project could not be written; the previous file is unharmed."""


class Cancelled(Exception):
    """The person asked to stop; raised by `report`, passed through by all work."""
