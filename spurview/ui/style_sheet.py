"""What a palette cannot say about stock widgets: edges, insets and heights on the 8-pixel grid."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

_SHEET = Template("""
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $accent; }
QSplitter::handle { background: $line; }
QSplitter::handle:hover { background: $accent; }

QMenuBar { background: $window; padding: 2px 8px; border-bottom: 1px solid $line; }
QMenuBar::item { padding: 5px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; }
QMenu { background: $tip; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 8px; border-radius: 4px; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $off; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QToolTip { background: $tip; color: $text; border: 1px solid $line; padding: 4px 6px; }

QToolBar { background: $window; border: none; border-bottom: 1px solid $line; spacing: 0; }
QStatusBar { background: $window; border-top: 1px solid $line; }
QStatusBar::item { border: none; }

QPushButton {
    background: $raised; border: 1px solid $line; border-radius: 4px;
    padding: 4px 12px; min-height: 18px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $selection; }
QPushButton:focus { border: 2px solid $accent; padding: 3px 11px; }
QPushButton:disabled { color: $off; background: transparent; }
QPushButton:default, QPushButton[accent="true"] {
    background: $accent_fill; color: $on_accent; border-color: $accent_fill;
}
QPushButton:default:disabled, QPushButton[accent="true"]:disabled {
    color: $off; background: transparent; border-color: $line;
}
QPushButton[accent="true"]:focus, QPushButton:default:focus { border-color: $text; }
QPushButton[flat="true"] { background: transparent; border-color: transparent; }
QPushButton[flat="true"]:hover { background: $hover; }
QPushButton[flat="true"]:disabled { color: $text2; background: transparent; }
QPushButton[flat="true"]:focus { border-color: $accent; }

QLineEdit, QPlainTextEdit, QSpinBox, QDoubleSpinBox {
    background: $canvas; border: 1px solid $field; border-radius: 4px; padding: 3px 6px;
    selection-background-color: $selection; selection-color: $text;
}
QLineEdit:focus, QPlainTextEdit:focus { border: 2px solid $accent; padding: 2px 5px; }
QLineEdit, QSpinBox, QDoubleSpinBox { min-height: 18px; }
QSpinBox:focus, QDoubleSpinBox:focus { border: 2px solid $accent; padding: 2px 5px; }
QSpinBox:disabled, QDoubleSpinBox:disabled, QLineEdit:disabled {
    color: $off; border-color: $line; background: transparent;
}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
    width: 18px; border: none; background: transparent;
}
QSpinBox::up-arrow, QSpinBox::down-arrow, QDoubleSpinBox::up-arrow, QDoubleSpinBox::down-arrow {
    image: none; width: 0; height: 0;
}

QComboBox {
    background: $raised; border: 1px solid $line; border-radius: 4px; padding: 4px 8px;
    min-height: 18px;
}
QComboBox:hover { background: $hover; }
QComboBox:focus { border: 2px solid $accent; padding: 3px 7px; }
QComboBox QAbstractItemView { background: $tip; border: 1px solid $line; outline: none; }

QHeaderView { background: $window; border: none; }
QHeaderView::section {
    background: $window; color: $text2; border: none; padding: 0 0 0 0;
}
QTreeView, QListView, QTableView { background: $window; border: none; outline: none; }
QScrollArea { border: none; background: $window; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:hover { background: $field; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: $track; border: none; text-align: center; }
QProgressBar::chunk { background: $accent; }

QSlider::groove:horizontal { height: 2px; background: $field; }
QSlider::handle:horizontal {
    width: 12px; height: 12px; margin: -5px 0; border-radius: 6px; background: $text;
}
QSlider::handle:horizontal:focus { background: $accent; }
QDockWidget { titlebar-close-icon: none; titlebar-normal-icon: none; }
""")


def style_sheet(colours: Mapping[str, str]) -> str:
    """The application's style sheet; `colours` are #RRGGBB codes by our names."""
    return _SHEET.substitute(colours)
