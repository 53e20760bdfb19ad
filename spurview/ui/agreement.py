"""The files that can hold code and that the person agreed to open, for as long as the window is.

Kept by digest and in no project: a project of somebody else's cannot bring its own agreement.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from spurview.jobs import Failure
from spurview.sources.network_file import NotAgreedError


class Agreement(QObject):
    """`digests`: SHA-256 of the files, 64 hex digits each."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.digests: frozenset[str] = frozenset()

    def ask(self, parent: QWidget, asked: NotAgreedError, then: Callable[[], None]) -> QDialog:
        """Show the file; `then` is called where the person agrees."""
        # Late: few projects have such a file.
        from spurview.ui.dialogs.trust import TrustDialog

        dialog = TrustDialog(asked.path, asked.digest, asked.what, parent)

        def take() -> None:
            self.digests |= {asked.digest}
            then()

        dialog.accepted.connect(take)
        dialog.open()
        return dialog


def not_agreed(failure: Failure) -> NotAgreedError | None:
    """What the failure asks agreement for, if that is what it is."""
    return failure.error if isinstance(failure.error, NotAgreedError) else None
