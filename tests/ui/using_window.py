"""What tests of the whole window do to it and look for in it."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from spurview.project.store import Project


def shown(kind: type[QWidget]) -> QWidget | None:
    """The visible top-level widget of a kind."""
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
    return found[-1] if found else None


def answer(qtbot, text):
    """Press a button of the question that is or will be shown."""
    qtbot.waitUntil(lambda: shown(QMessageBox) is not None)
    box = shown(QMessageBox)
    button = next(b for b in box.buttons() if b.text().replace("&", "") == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def drop(window, path):
    """Drop a file or folder on the window."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


def idle(qtbot, window):
    qtbot.waitUntil(lambda: not window.runner.jobs)


def verdicts_on_disk(path):
    with Project.open(path, lock=False) as project:
        return {i: v.verdict for i, v in project.verdicts.items()}
