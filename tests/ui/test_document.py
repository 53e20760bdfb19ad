"""The document: what it says of itself, products laid over the file, saving."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from spurview.pipeline.run import Product, applied, history_event
from spurview.ui import commands
from spurview.ui.document import Document
from spurview.ui.document_parts import StageDone
from tests import constructed
from tests.ui.conftest import ALARM, WEAK, fresh_info


def product(document, stage, arrays, drop):
    record = msgspec.structs.replace(document.info.stages["images"], fingerprint="f" * 32)
    made = Product(stage, arrays, drop, record)
    info = applied(document.info, made)
    return StageDone(made, info, history_event(made, info))


def test_names_count_by_rank_within_the_class(document):
    assert document.display_name(ALARM) == "b · A"
    assert document.display_name(WEAK) == "a · A"


def test_a_verdict_shows_in_the_findings_and_is_announced(document, qtbot):
    changes = []
    document.verdicts_changed.connect(changes.append)
    with qtbot.waitSignal(document.modified_changed):
        commands.set_verdict(document, ALARM, "genuine")
    assert document.finding(ALARM).verdict == "genuine"
    assert [(change.ids, change.fields) for change in changes] == [({ALARM}, {"verdict"})]


def test_a_product_hides_what_it_replaces(document):
    done = product(document, "layout", {"/layout/content": np.ones((300, 2), "f4")}, ("/layout/",))
    document.apply_product(done)
    assert document.reader.read("/layout/content").min() == 1
    assert not document.reader.has("/layout/residual")
    assert document.is_modified


def test_a_reader_taken_before_a_product_stays_as_it_was(document):
    before = document.reader
    document.apply_product(product(document, "layout", {}, ("/layout/",)))
    assert before.has("/layout/residual")
    assert not document.reader.has("/layout/residual")


def renamed_candidates(document):
    """The same candidates under new ids, as after a re-run that found one member more."""
    arrays = {
        name: array
        for name, array in constructed.arrays().items()
        if name.startswith("/candidates/")
    }
    records = arrays["/candidates/records"].tobytes().replace(b"aaaaaaaa", b"cccccccc")
    arrays["/candidates/records"] = np.frombuffer(records, np.uint8)
    return product(document, "candidates", arrays, ("/candidates/",))


def test_a_verdict_follows_its_candidate_through_a_rerun(document):
    commands.set_verdict(document, ALARM, "spurious")
    document.apply_product(renamed_candidates(document))
    assert {i: v.verdict for i, v in document.verdicts.items()} == {"1-cccccccc": "spurious"}


def test_undo_after_a_rerun_undoes_the_verdict_and_not_the_result(document):
    commands.set_verdict(document, ALARM, "spurious")
    commands.set_verdict(document, WEAK, "unsure")
    document.apply_product(renamed_candidates(document))
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.verdicts == {}
    assert "1-cccccccc" in document.rows
    document.undo_stack.redo()
    assert document.verdicts["1-cccccccc"].verdict == "spurious"


def test_new_candidates_hide_the_old_verification(document):
    document.apply_product(renamed_candidates(document))
    assert document.findings is None
    assert "1-cccccccc" in document.rows


def test_what_came_during_a_save_stays_unsaved(document):
    commands.set_verdict(document, ALARM, "genuine")
    saved = document.snapshot()
    commands.set_verdict(document, WEAK, "unsure")
    document.mark_saved(saved)
    assert document.is_modified
    assert document.unsaved_verdicts() == 1


def test_undo_past_a_save_is_unsaved_work_again(document):
    commands.set_verdict(document, ALARM, "genuine")
    document.mark_saved(document.snapshot())
    assert not document.is_modified
    document.undo_stack.undo()
    assert document.is_modified


@pytest.mark.parametrize("order", [1, -1])
def test_listeners_see_the_same_in_any_order(qapp, order):
    document = Document.in_memory(constructed.arrays(), fresh_info())
    seen = []
    for listener in ["first", "second"][::order]:
        document.verdicts_changed.connect(
            lambda _, who=listener: seen.append((who, document.finding(ALARM).verdict))
        )
    commands.set_verdict(document, ALARM, "unsure")
    assert sorted(seen) == [("first", "unsure"), ("second", "unsure")]


def test_replacing_the_project_forgets_unsaved_work(document, qtbot):
    commands.set_verdict(document, ALARM, "genuine")
    other = Document.in_memory(constructed.arrays(), fresh_info())
    with qtbot.waitSignals([document.replaced, document.modified_changed]):
        document.replace(other.project)
    assert document.verdicts == {}
    assert not document.undo_stack.canUndo()


def test_without_verification_there_are_no_findings(qapp):
    info = fresh_info(without=("verification",))
    document = Document.in_memory(constructed.arrays(), info)
    assert document.findings is None
    assert document.states["verification"] == "missing"
