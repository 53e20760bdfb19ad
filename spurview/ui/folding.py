"""Where nothing was found, Evidence stands first and Images is its header until it has some."""

from __future__ import annotations

from PySide6.QtCore import QObject

from spurview.pipeline.wording_silence import is_silent
from spurview.ui.docks import Docks
from spurview.ui.document import Document
from spurview.ui.images.images_pane import ImagesPane
from spurview.ui.selection import Focus


class Folding(QObject):
    """Folds the pane of the images, and unfolds it as soon as there is something in it."""

    def __init__(
        self, document: Document, focus: Focus, images: ImagesPane, docks: Docks, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document, self._focus = document, focus
        self._images, self._docks = images, docks
        docks.restacked.connect(self.follow)
        images.emptied_or_filled.connect(self.follow)
        focus.candidate_changed.connect(self.follow)
        document.stages_changed.connect(self.follow)
        document.replaced.connect(self.follow)

    def follow(self, *_: object) -> None:
        """Arrange for what the project says now."""
        findings = self._document.findings
        silent = findings is not None and is_silent(findings)
        folds = silent and self._focus.candidate_id is None and self._images.is_empty
        self._docks.show_silence(silent, folded=folds)
        self._images.fold(self._docks.is_folded)

    def end(self) -> None:
        """Everything as without silence, so that no layout remembers it."""
        self._docks.show_silence(False, folded=False)
        self._images.fold(False)
