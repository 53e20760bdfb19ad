"""Candidates made by hand in the window: made, merged, split, named, tagged, undone, saved."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from spurview.core.errors import InputError, StageError
from spurview.core.progress import silent
from spurview.pipeline import hand_work
from spurview.pipeline.run import Product, applied, history_event
from spurview.project.store import Project
from spurview.ui import by_hand, commands
from spurview.ui.candidate_dialogs import AsideDialog, ClassDialog, MergeDialog
from spurview.ui.document import Document
from spurview.ui.document_parts import HandChange, StageDone
from spurview.ui.hand_jobs import making
from tests import constructed
from tests.made import made_of
from tests.ui.conftest import ALARM, WEAK, fresh_info

HALF = constructed.CARRIERS[:15]


@pytest.fixture
def quick(monkeypatch):
    """Evidence at once, in place of torch's; gives how many choices were computed."""
    computed = []

    def stand_in(work, own):
        computed.extend(known.id for known in own)
        return [made_of(known, work.info) for known in own]

    monkeypatch.setattr(hand_work, "compute_by_hand", stand_in)
    return computed


def press(window, action_id):
    window.refresh()
    assert window.actions_[action_id].isEnabled()
    window.actions_[action_id].trigger()


def settle(qtbot, window):
    qtbot.waitUntil(lambda: not window.runner.jobs, timeout=20_000)


def own_ids(window):
    return [own.id for own in window.document.info.by_hand]


def listed(window):
    return {f.id for f in window.document.findings.findings}


def make_one(qtbot, window, rows=HALF):
    window.workspace.selection.set_rows(rows)
    press(window, "new_candidate")
    settle(qtbot, window)
    return own_ids(window)[-1]


def test_a_selection_becomes_a_candidate_in_the_list_and_is_focused(qtbot, window, quick):
    made = make_one(qtbot, window)
    workspace = window.workspace
    assert workspace.focus.candidate_id == made
    assert made in workspace.clusters.model.candidate_ids()
    entry = workspace.clusters.model.entry(workspace.clusters.model.index_of(made))
    assert "made by hand from a selection" in entry.spoken
    assert workspace.selection.rows.tolist() == HALF.tolist()
    assert "made by hand" in window.status.message.text()


def test_undo_takes_it_out_and_redo_brings_it_back_without_computing(qtbot, window, quick):
    made = make_one(qtbot, window)
    press(window, "undo")
    assert own_ids(window) == []
    assert made not in listed(window)
    assert window.workspace.focus.candidate_id is None
    assert not window.document.is_modified
    press(window, "redo")
    assert made in listed(window)
    assert quick == [made]


def test_images_of_several_classes_ask_for_the_class(qtbot, window, quick):
    document = window.document
    others = document.rows[WEAK].members
    window.workspace.selection.set_rows(np.concatenate([HALF, others]))
    press(window, "new_candidate")
    dialog = window.findChild(ClassDialog)
    assert dialog.choice.itemText(0) == "b: 15 images"
    dialog.choice.setCurrentIndex(1)
    dialog.accept()
    settle(qtbot, window)
    assert document.info.by_hand[0].class_name == "a"
    assert document.info.by_hand[0].members == sorted(others.tolist())


def test_images_of_interest_are_no_candidate(window):
    window.workspace.selection.set_rows(np.arange(20))
    press(window, "new_candidate")
    assert "Select images of the pool first" in window.status.message.text()


def test_splitting_and_merging_again(qtbot, window, quick):
    workspace, document = window.workspace, window.document
    workspace.guide.show_candidate(ALARM)
    workspace.selection.set_rows(HALF)
    press(window, "split")
    settle(qtbot, window)
    parts = own_ids(window)
    assert len(parts) == 2
    assert ALARM not in listed(window)
    rows = [set(document.rows[i].members.tolist()) for i in parts]
    assert rows[0] | rows[1] == set(constructed.CARRIERS.tolist())
    assert not rows[0] & rows[1]
    # One step back takes both out and shows the parent again.
    press(window, "undo")
    assert listed(window) == {ALARM, WEAK}
    press(window, "redo")
    workspace.guide.show_candidate(parts[0])
    press(window, "merge")
    dialog = window.findChild(MergeDialog)
    dialog.boxes[parts[1]].setChecked(True)
    dialog.accept()
    settle(qtbot, window)
    merged = next(own for own in document.info.by_hand if own.origin == "merge")
    assert set(merged.members) == set(constructed.CARRIERS.tolist())
    assert listed(window) == {merged.id, WEAK}
    assert document.undo_stack.undoText().startswith("merge b · ")


def test_a_split_needs_some_but_not_all(window):
    window.workspace.guide.show_candidate(ALARM)
    press(window, "split")
    assert "but not all" in window.status.message.text()
    assert not window.document.undo_stack.canUndo()


def test_taking_out_a_found_candidate_is_refused_and_one_made_by_hand_is_undoable(
    qtbot, window, quick
):
    window.workspace.guide.show_candidate(ALARM)
    press(window, "take_out")
    assert "a found one stays" in window.status.message.text()
    made = make_one(qtbot, window)
    press(window, "take_out")
    assert made not in listed(window)
    press(window, "undo")
    assert made in listed(window)


def test_name_and_tags_by_their_dialogs_and_back(window):
    work, document = window.workspace.candidates, window.document
    window.workspace.guide.show_candidate(ALARM)
    dialog = work.rename()
    dialog.editor.setText("  bright   corner ")
    dialog.accept()
    assert document.display_name(ALARM) == "bright corner"
    dialog = work.edit_tags()
    dialog.editor.setText("corner, ask Anna,")
    dialog.accept()
    assert document.finding(ALARM).tags == ["ask Anna", "corner"]
    dialog = work.edit_tags()
    dialog.boxes[0].setChecked(False)
    dialog.accept()
    assert document.finding(ALARM).tags == ["corner"]
    assert document.undo_stack.undoText() == "tags of bright corner"
    for _ in range(3):
        press(window, "undo")
    assert document.display_name(ALARM) == "b · A"
    assert document.verdicts == {}


def test_after_an_undo_the_status_bar_tells_of_the_undo(window):
    window.workspace.guide.show_candidate(ALARM)
    press(window, "spurious")
    press(window, "undo")
    assert window.status.message.text() == "Undone: mark b · A spurious"
    press(window, "redo")
    assert window.status.message.text() == "Done again: mark b · A spurious"


def test_files_that_were_agreed_to_may_be_opened_for_a_candidate(qtbot, window, monkeypatch):
    seen = []

    def stand_in(work, own):
        seen.append(work.trusted)
        return [made_of(known, work.info) for known in own]

    monkeypatch.setattr(hand_work, "compute_by_hand", stand_in)
    window.agreement.digests = frozenset({"a" * 64})
    make_one(qtbot, window)
    assert seen == [frozenset({"a" * 64})]


def test_a_cancelled_job_makes_nothing(qtbot, window, monkeypatch):
    def asked(work, own):
        window.workspace.by_hand.cancel()
        work.report(0, 1, "drawing")

    monkeypatch.setattr(hand_work, "compute_by_hand", asked)
    window.workspace.selection.set_rows(HALF)
    press(window, "new_candidate")
    settle(qtbot, window)
    assert own_ids(window) == []
    assert not window.document.undo_stack.canUndo()


def test_too_little_memory_for_a_candidate_is_told_in_a_sentence(document, monkeypatch):
    def asked(work, own):
        import torch

        raise torch.OutOfMemoryError("a tensor of 3 GB")

    monkeypatch.setattr(hand_work, "compute_by_hand", asked)
    with pytest.raises(StageError, match="Memory ran out"):
        making(document, [], "cpu")(silent, lambda part: None)


def test_saving_and_opening_again_keeps_all(qtbot, window, quick, case_path, preferences):
    made = make_one(qtbot, window)
    commands.set_verdict(window.document, made, "spurious")
    commands.set_name(window.document, made, "corner")
    window.saving.save()
    settle(qtbot, window)
    assert not window.document.is_modified
    before = window.document.finding(made)
    window._may_close = True
    window.close()
    with Project.open(case_path) as project:
        again = Document(project)
        assert again.finding(made) == before
        assert again.display_name(made) == "corner"
        assert again.stale_by_hand == []
        assert not again.is_modified
        again.deleteLater()


def test_after_a_save_undo_and_save_the_file_has_none(qtbot, window, quick, case_path):
    make_one(qtbot, window)
    window.saving.save()
    settle(qtbot, window)
    press(window, "undo")
    assert window.document.is_modified
    window.saving.save()
    settle(qtbot, window)
    with Project.open(case_path, lock=False) as project:
        assert project.info.by_hand == []
        assert not any(name.startswith("/manual/") for name in project.names())


def test_changed_settings_make_it_stale_and_computing_again_does_not(qtbot, window, quick):
    made = make_one(qtbot, window)
    document = window.document
    settings = msgspec.structs.replace(
        document.info.settings,
        verification=msgspec.structs.replace(document.info.settings.verification, insertions=40),
    )
    commands.set_settings(document, settings, "change insertions")
    assert document.stale_by_hand == [made]
    entry = window.workspace.clusters.model.entry(window.workspace.clusters.model.index_of(made))
    assert entry.is_stale
    assert made in listed(window)
    press(window, "undo")
    assert document.stale_by_hand == []
    document._own.made[made] = made_of(document.by_hand(made), document.info, mark="0" * 32)
    press(window, "compute_by_hand")
    settle(qtbot, window)
    assert document.stale_by_hand == []
    # A result, and nothing to undo.
    assert document.undo_stack.undoText() == "new candidate of class b"


# Without a window.


def again(document, stage, arrays, drop):
    record = msgspec.structs.replace(document.info.stages["images"], fingerprint="f" * 32)
    product = Product(stage, arrays, drop, record)
    info = applied(document.info, product)
    return StageDone(product, info, history_event(product, info))


def part_of(name):
    return {n: a for n, a in constructed.arrays().items() if n.startswith(name)}


def add(document, own):
    document.learn_by_hand([made_of(own, document.info)])
    commands.put_by_hand(document, HandChange(come=(own,)), "new candidate")


def test_a_rerun_keeps_it_with_its_verdict_and_undo_takes_no_result(document):
    own = by_hand.hand_made(document.info, by_hand.from_selection("b", HALF))
    add(document, own)
    commands.set_verdict(document, own.id, "spurious")
    drop = ("/candidates/", "/verification/", "/chance/")
    document.apply_product(again(document, "candidates", part_of("/candidates/"), drop))
    assert document.findings is None
    found = part_of("/verification/")
    document.apply_product(again(document, "verification", found, ("/verification/",)))
    assert document.finding(own.id).verdict == "spurious"
    assert sorted(document.rows[own.id].members.tolist()) == HALF.tolist()
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.finding(own.id) is None
    assert document.finding(ALARM) is not None


def test_verdicts_that_match_nothing_now_are_told(qtbot, window):
    document = window.document
    commands.set_verdict(document, WEAK, "unsure")
    commands.set_note(document, WEAK, "look again")
    assert document.aside == {}
    arrays = part_of("/candidates/") | part_of("/verification/")
    for name in ("/candidates/records", "/verification/records"):
        data = arrays[name].tobytes().replace(b"bbbbbbbb", b"dddddddd")
        arrays[name] = np.frombuffer(data, np.uint8)
    # Other members: the second candidate has those of nobody judged.
    arrays["/candidates/members"] = np.r_[constructed.CARRIERS, 200:212].astype(np.int32)
    document.apply_product(again(document, "candidates", arrays, ("/candidates/",)))
    document.apply_product(again(document, "verification", {}, ()))
    button = window.workspace.clusters.aside_button
    assert button.text() == "1 verdict of an earlier run matches nothing now"
    assert button.isVisible()
    button.click()
    dialog = window.findChild(AsideDialog)
    cells = [dialog.table.item(0, column).text() for column in range(5)]
    assert cells == ["a", "", "unsure", "look again", ""]
    dialog.close()


def test_merging_candidates_of_two_classes_is_refused(document):
    with pytest.raises(InputError, match="of one class"):
        by_hand.merged(document, [ALARM, WEAK])


def test_a_read_only_project_refuses_candidates(qapp):
    document = Document.in_memory(constructed.arrays(), fresh_info(), read_only=True)
    own = by_hand.hand_made(document.info, by_hand.from_selection("b", HALF))
    with pytest.raises(InputError, match="read-only"):
        commands.put_by_hand(document, HandChange(come=(own,)), "new candidate")
