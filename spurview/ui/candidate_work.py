"""What the Candidates menu does: asks where something must be asked, and makes the command."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from spurview.core.errors import SpurviewError
from spurview.jobs import Failure
from spurview.ui import by_hand, commands, messages
from spurview.ui.by_hand import ByHand
from spurview.ui.candidate_dialogs import (
    AsideDialog,
    ClassDialog,
    MergeDialog,
    NameDialog,
    TagsDialog,
)
from spurview.ui.document import Document
from spurview.ui.judging import CHOOSE_FIRST
from spurview.ui.selection import Focus, Selection, SelectionFollowsFocus

Say = Callable[[str], None]

SELECT_FIRST = "Select images of the pool first: draw around them in a plot."


class CandidateWork(QObject):
    """Works on the focused candidate and the selected images."""

    def __init__(
        self,
        document: Document,
        selection: Selection,
        focus: Focus,
        guide: SelectionFollowsFocus,
        maker: ByHand,
        say: Say,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._document, self._selection, self._focus = document, selection, focus
        self._maker, self._say, self._window = maker, say, window
        maker.made.connect(guide.show_candidate)
        maker.made.connect(self._tell)
        maker.failed.connect(self._on_failed)

    def new_candidate(self) -> QDialog | None:
        """A candidate of the selected pool images; asks for the class where they got several."""
        classes = by_hand.chosen_classes(self._document, self._selection.rows)
        if not classes:
            self._say(SELECT_FIRST)
            return None
        if len(classes) == 1:
            self._make_new(next(iter(classes)))
            return None
        counts = {name: len(rows) for name, rows in classes.items()}
        dialog = ClassDialog(counts, self._window)
        dialog.accepted.connect(lambda: self._make_new(dialog.class_name))
        return _opened(dialog)

    def merge(self) -> QDialog | None:
        """Merge the focused candidate with others of its class, which are asked for."""
        known = self._focused()
        if known is None:
            return None
        candidate_id, name = known
        document = self._document
        assert document.findings is not None
        own = document.finding(candidate_id)
        others = {
            f.id: f"{document.display_name(f.id)}, {len(f.members)} images"
            for f in document.findings.findings
            if own is not None and f.class_ == own.class_ and f.id != candidate_id
        }
        if not others:
            self._say(f"Class {own.class_ if own else ''} has no other candidate to merge with.")
            return None
        dialog = MergeDialog(name, others, self._window)
        dialog.accepted.connect(lambda: self._merge([candidate_id, *dialog.ids]))
        return _opened(dialog)

    def split(self) -> None:
        """Split the focused candidate into its selected members and the rest."""
        known = self._focused()
        if known is not None:
            candidate_id, name = known
            self._try(
                lambda: self._maker.make(
                    by_hand.split(self._document, candidate_id, self._selection.rows),
                    f"split {name}",
                )
            )

    def rename(self) -> QDialog | None:
        """Ask for the focused candidate's name."""
        known = self._focused()
        if known is None:
            return None
        candidate_id, name = known
        verdict = self._document.verdicts.get(candidate_id)
        dialog = NameDialog(name, verdict.name if verdict else "", self._window)
        dialog.accepted.connect(
            lambda: self._try(lambda: commands.set_name(self._document, candidate_id, dialog.text))
        )
        return _opened(dialog)

    def edit_tags(self) -> QDialog | None:
        """Ask for the focused candidate's tags."""
        known = self._focused()
        if known is None:
            return None
        candidate_id, name = known
        verdict = self._document.verdicts.get(candidate_id)
        tags = verdict.tags if verdict else []
        dialog = TagsDialog(name, tags, commands.all_tags(self._document), self._window)
        dialog.accepted.connect(
            lambda: self._try(lambda: commands.set_tags(self._document, candidate_id, dialog.tags))
        )
        return _opened(dialog)

    def take_out(self) -> None:
        """Take out the focused candidate, where a person made it."""
        known = self._focused()
        if known is not None:
            self._try(lambda: commands.take_out(self._document, known[0]))

    def compute_again(self) -> None:
        """Compute the stale candidates made by hand."""
        self._try(self._maker.compute_again)

    def show_aside(self) -> QDialog | None:
        """The verdicts that no candidate matches now."""
        aside = list(self._document.aside.values())
        if not aside:
            self._say("Every verdict has its candidate.")
            return None
        return _opened(AsideDialog(aside, self._window))

    def step(self, *, back: bool) -> None:
        """Undo or redo, and say what was undone or done again."""
        stack = self._document.undo_stack
        text = stack.undoText() if back else stack.redoText()
        if not (stack.canUndo() if back else stack.canRedo()):
            return
        if back:
            stack.undo()
        else:
            stack.redo()
        self._say(f"{'Undone' if back else 'Done again'}: {text}")

    def _make_new(self, class_name: str) -> None:
        # Read again: the selection may have changed while the dialog was open.
        rows = by_hand.chosen_classes(self._document, self._selection.rows).get(class_name)
        if rows is None:
            self._say(SELECT_FIRST)
            return
        choice = by_hand.from_selection(class_name, rows)
        self._try(lambda: self._maker.make([choice], f"new candidate of class {class_name}"))

    def _merge(self, ids: list[str]) -> None:
        names = [self._document.display_name(i) for i in ids]
        text = f"merge {', '.join(names[:-1])} and {names[-1]}"
        self._try(lambda: self._maker.make([by_hand.merged(self._document, ids)], text))

    def _focused(self) -> tuple[str, str] | None:
        candidate_id = self._focus.candidate_id
        if candidate_id is None or self._document.finding(candidate_id) is None:
            self._say(CHOOSE_FIRST)
            return None
        return candidate_id, self._document.display_name(candidate_id)

    def _tell(self, candidate_id: str) -> None:
        name = self._document.display_name(candidate_id)
        finding = self._document.finding(candidate_id)
        self._say(f"{name}: {finding.outcome if finding else 'made'}, made by hand")

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except SpurviewError as error:
            self._say(str(error))

    def _on_failed(self, failure: Failure) -> None:
        messages.show_failure(self._window, "No candidate was made", failure)


def _opened(dialog: QDialog) -> QDialog:
    dialog.open()
    return dialog
