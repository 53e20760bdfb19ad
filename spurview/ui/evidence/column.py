"""A column of the evidence; columns side by side share the width evenly, whatever is in them."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget


def column(spacing_px: int) -> tuple[QWidget, QVBoxLayout]:
    """An empty column without margins, and the layout that what stands in it is added to."""
    part = QWidget()
    part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    inside = QVBoxLayout(part)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(spacing_px)
    return part, inside
