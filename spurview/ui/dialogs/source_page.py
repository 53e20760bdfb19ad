"""The pages of the images: where they are, and what was found there at once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QLineEdit,
    QPushButton,
    QSizePolicy,
)

from spurview.jobs import Failure, JobRunner, Work
from spurview.pipeline.wording import count
from spurview.sources import SMALL_POOL, Overlap, Role, SourcePreview, SourceSpec
from spurview.ui.dialogs import dialog_jobs
from spurview.ui.dialogs.choices import SourceChoice
from spurview.ui.dialogs.latest import Latest
from spurview.ui.dialogs.page import Note, Page, add_field, fields, scrolled, set_field_shown
from spurview.ui.dialogs.source_found import SourceFound
from spurview.ui.widgets.choice_box import ChoiceBox

# How a source's text begins, and what it is called.
KINDS: tuple[tuple[str, str, str], ...] = (
    ("", "Folder, list, array file or shards", "A folder; .csv, .parquet; .npz, .h5; .tar"),
    ("mnist:", "MNIST", "The folder that torchvision's MNIST was saved in"),
    ("fashionmnist:", "Fashion-MNIST", "The folder that torchvision's Fashion-MNIST was saved in"),
    ("cifar10:", "CIFAR-10", "The folder that torchvision's CIFAR-10 was saved in"),
    ("imagenet:", "ImageNet tree", "A folder with one sub-folder per WordNet id"),
    ("imagefolder:", "torchvision ImageFolder", "A folder with one sub-folder per class"),
    ("digits:", "Real digits that ship along", ""),
)
_HEADLINES: dict[Role, str] = {
    "interest": "Which images is the classifier for?",
    "pool": "Which images have nothing to do with the task?",
}
_HINTS: dict[Role, str] = {
    "interest": "Drop a folder here: one sub-folder per class.",
    "pool": "Drop a folder here: any images that are of none of the classes, 1,000 or more.",
}


class SourcePage(Page):
    """Images of interest, or the pool."""

    def __init__(self, role: Role, runner: JobRunner) -> None:
        super().__init__(_HEADLINES[role])
        self.title = "Images of interest" if role == "interest" else "Pool"
        self.role = role
        self.choice: SourceChoice | None = None
        self._others: tuple[SourceSpec, ...] = ()
        self.kind = ChoiceBox()
        for prefix, name, tip in KINDS:
            self.kind.addItem(name, prefix)
            self.kind.setItemData(self.kind.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.path = QLineEdit()
        self.path.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.path.setPlaceholderText("Path of the images")
        self.path.setClearButtonEnabled(True)
        self.folder_button = QPushButton("Folder…")
        self.file_button = QPushButton("File…")
        self.classes = QLineEdit()
        self.classes.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.classes.setPlaceholderText("All, or names divided by commas")
        grid = fields()
        add_field(grid, "Kind", self.kind)
        self._path_row = add_field(grid, "Images", self.path, self.folder_button, self.file_button)
        add_field(grid, "Classes", self.classes, tip="Take only these classes")
        self.column.addLayout(grid)
        self.failure = Note()
        self.warning = Note()
        self.small = Note()
        for note in (self.failure, self.warning, self.small):
            self.column.addWidget(note)
        self.found = SourceFound(role, _HINTS[role])
        self.column.addWidget(scrolled(self.found, "What was found"), 1)
        self.setAcceptDrops(True)
        self._look = Latest(runner, "preview", self)
        self._overlap = Latest(runner, "overlap", self)
        self._connect()

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.path.textChanged.connect(self._on_text)
        self.classes.textChanged.connect(self._on_text)
        self.folder_button.clicked.connect(self._choose_folder)
        self.file_button.clicked.connect(self._choose_file)
        for button in (self.folder_button, self.file_button):
            button.setAutoDefault(False)
        self._look.arrived.connect(self._show)
        self._look.failed.connect(self._fail)
        self._overlap.arrived.connect(self._show_overlap)

    # What the dialog asks.

    @property
    def spec(self) -> SourceSpec | None:
        """The source as it is written now."""
        prefix, path = self.kind.currentData(), self.path.text().strip()
        if not path and prefix != "digits:":
            return None
        names = tuple(n.strip() for n in self.classes.text().split(",") if n.strip())
        where = "" if prefix == "digits:" else str(Path(path).expanduser())
        return SourceSpec(f"{prefix}{where}", names or None)

    @property
    def told(self) -> str:
        if self.choice is None:
            return ""
        images = f"{count(self.choice.images)} images"
        if self.role == "pool":
            return images
        return f"{count(len(self.choice.classes))} classes, {images}"

    @property
    def is_done(self) -> bool:
        if self.choice is None:
            return False
        return self.role == "pool" or bool(self.choice.classes)

    def show_source(self, path: Path) -> None:
        """Take a folder or file, as one that was dropped."""
        self.kind.setCurrentIndex(0)
        self.path.setText(str(path))

    def compare_with(self, interest: tuple[SourceSpec, ...]) -> None:
        """Say whether the pool holds images of these sources too."""
        if interest != self._others:
            self._others = interest
            self._ask_overlap()

    def stop(self) -> None:
        """Want no answer any more."""
        self._look.stop()
        self._overlap.stop()

    # Inside.

    def _on_kind(self) -> None:
        ships = self.kind.currentData() == "digits:"
        set_field_shown(self._path_row, not ships)
        self.file_button.setVisible(self.kind.currentData() == "")
        self._on_text()

    def _on_text(self) -> None:
        self.choice = None
        self.failure.say("")
        self.warning.say("")
        self.small.say("")
        spec = self.spec
        self.found.wait(spec is not None)
        if spec is None:
            self.stop()
        else:
            self._look.ask(lambda: dialog_jobs.previewing(spec, self.role))
        self.changed.emit()

    def _show(self, preview: SourcePreview) -> None:
        self.choice = SourceChoice((preview.spec,), (preview,))
        self.found.show_preview(preview)
        if self.role == "interest" and not self.choice.classes:
            self.failure.say(
                "These images have no classes: choose a folder with one sub-folder per class, or "
                "a list with labels.",
                "triangle-alert",
                is_bad=True,
            )
        if self.role == "pool" and preview.images < SMALL_POOL:
            self.small.say(
                f"The pool has only {count(preview.images)} images: with 1,000 or more, weaker "
                "patterns are found.",
                "triangle-alert",
            )
        self._ask_overlap()
        self.changed.emit()

    def _fail(self, failure: Failure) -> None:
        self.found.wait(False)
        self.failure.fail(failure.sentence)
        self.changed.emit()

    def _ask_overlap(self) -> None:
        if self.role != "pool" or self.choice is None or not self._others:
            return
        interest, pool = self._others, self.choice.specs

        def make() -> Work:
            return dialog_jobs.overlapping(interest, pool)

        self._overlap.ask(make)

    def _show_overlap(self, overlap: Overlap) -> None:
        n = len(overlap.shown)
        if not n:
            return self.warning.say("")
        what = "1 image is" if n == 1 else f"{count(n)} images are"
        self.warning.say(
            f"{what} among the images of interest too and will be left out of the pool, the first "
            f"{overlap.shown[0]}.",
            "triangle-alert",
        )
        return None

    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self.title, self.path.text())
        if path:
            self.path.setText(path)

    def _choose_file(self) -> None:
        kinds = "Lists, arrays, shards (*.csv *.tsv *.parquet *.npz *.h5 *.hdf5 *.tar);;All (*)"
        path, _ = QFileDialog.getOpenFileName(self, self.title, self.path.text(), kinds)
        if path:
            self.path.setText(path)

    # Qt's side.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self.show_source(path)


def _dropped(event: QDropEvent) -> Path | None:
    urls = [url for url in event.mimeData().urls() if url.isLocalFile()]
    return Path(urls[0].toLocalFile()) if urls else None
