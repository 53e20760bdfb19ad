"""Verdicts, notes and settings: checked, pushed, undone."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spurview.core.errors import InputError
from spurview.pipeline.run import Product
from spurview.project.model import HistoryEvent
from spurview.ui import by_hand, commands
from spurview.ui.document import Document
from spurview.ui.document_parts import HandChange, StageDone
from tests import constructed
from tests.made import made_of
from tests.ui.conftest import ALARM, WEAK, fresh_info

ARRAYS = constructed.arrays()
IDS = st.sampled_from([ALARM, WEAK])
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("verdict"), IDS, st.sampled_from([None, "spurious", "genuine", "unsure"])
        ),
        st.tuples(st.just("note"), IDS, st.sampled_from(["", "bottom left", "ask Anna"])),
        st.tuples(st.just("name"), IDS, st.sampled_from(["", "corner", "a  blur"])),
        st.tuples(st.just("tags"), IDS, st.sampled_from([[], ["b", "a"], ["a", " a "]])),
        st.tuples(st.just("settings"), IDS, st.integers(1, 3)),
        st.tuples(st.just("new"), IDS, st.integers(12, 29)),
        st.tuples(st.sampled_from(["split", "merge", "take out"]), IDS, st.integers(0, 3)),
        st.tuples(st.sampled_from(["undo", "redo"]), IDS, st.none()),
    ),
    max_size=20,
)


def do(document, step):
    what, candidate_id, value = step
    if what in ("verdict", "note", "name", "tags") and document.finding(candidate_id) is None:
        # What was split or merged is not shown, and a person cannot judge it.
        with pytest.raises(InputError, match="There is no candidate"):
            commands.set_verdict(document, candidate_id, "spurious")
    elif what == "verdict":
        commands.set_verdict(document, candidate_id, value)
    elif what == "note":
        commands.set_note(document, candidate_id, value)
    elif what == "settings":
        commands.set_settings(
            document, _with_epochs(document, value), "change epochs", merge_key=candidate_id
        )
    elif what == "name":
        commands.set_name(document, candidate_id, value)
    elif what == "tags":
        commands.set_tags(document, candidate_id, value)
    elif what == "undo":
        document.undo_stack.undo()
    elif what == "redo":
        document.undo_stack.redo()
    else:
        by_hand_step(document, what, value)


def by_hand_step(document, what, value):
    """A candidate of some carriers; or one of those there, by number, split, merged, taken out."""
    shown = sorted(document.finding(i).id for i in document.rows if document.finding(i))
    chosen = shown[value % len(shown)]
    try:
        if what == "new":
            choices = [by_hand.from_selection("b", constructed.CARRIERS[:value])]
        elif what == "split":
            rows = document.rows[chosen].members
            choices = by_hand.split(document, chosen, rows[: len(rows) // 2])
        elif what == "merge":
            choices = [by_hand.merged(document, [chosen, shown[(value + 1) % len(shown)]])]
        else:
            commands.take_out(document, chosen)
            return
        own = tuple(by_hand.hand_made(document.info, choice) for choice in choices)
    except InputError:
        return  # asked for what cannot be done: nothing happened
    if any(document.by_hand(made.id) for made in own):
        return
    document.learn_by_hand([made_of(made, document.info) for made in own])
    commands.put_by_hand(document, HandChange(come=own), what)


def state_of(document):
    """All that a person can change, and what they see of it."""
    return (
        document.verdicts,
        document.info.settings,
        document.info.by_hand,
        document.findings,
        sorted(document.rows),
        document.states,
        {f.id: document.display_name(f.id) for f in document.findings.findings},
    )


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_undoing_everything_gives_the_start(qapp, steps):
    document = Document.in_memory(ARRAYS, fresh_info())
    start = state_of(document)
    for step in steps:
        do(document, step)
    end = state_of(document)
    while document.undo_stack.canRedo():
        document.undo_stack.redo()
        end = state_of(document)
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    assert state_of(document) == start
    assert not document.is_modified
    while document.undo_stack.canRedo():
        document.undo_stack.redo()
    assert state_of(document) == end


def test_a_verdict_remembers_the_members(document):
    commands.set_verdict(document, ALARM, "spurious")
    verdict = document.verdicts[ALARM]
    assert verdict.class_name == "b"
    assert verdict.members == document.rows[ALARM].members.tolist()
    assert verdict.time.endswith("Z")


def test_the_same_verdict_again_is_not_pushed(document):
    assert commands.set_verdict(document, ALARM, "unsure")
    assert not commands.set_verdict(document, ALARM, "unsure")
    assert document.undo_stack.count() == 1


def test_taking_back_the_only_thing_said_leaves_no_verdict(document):
    commands.set_verdict(document, ALARM, "unsure")
    commands.set_verdict(document, ALARM, None)
    assert document.verdicts == {}


def test_taking_back_a_verdict_keeps_the_note(document):
    commands.set_note(document, ALARM, "corner")
    commands.set_verdict(document, ALARM, "unsure")
    commands.set_verdict(document, ALARM, None)
    assert document.finding(ALARM).note == "corner"


def test_a_read_only_project_refuses_verdicts(qapp):
    document = Document.in_memory(ARRAYS, fresh_info(), read_only=True)
    with pytest.raises(InputError, match="read-only"):
        commands.set_verdict(document, ALARM, "spurious")
    assert document.undo_stack.count() == 0


def test_an_unknown_candidate_is_refused_before_anything_is_pushed(document):
    with pytest.raises(InputError, match="no candidate 9-00000000"):
        commands.set_verdict(document, "9-00000000", "spurious")
    assert document.undo_stack.count() == 0


def test_the_undo_menu_names_what_it_takes_back(document):
    commands.set_verdict(document, ALARM, "spurious")
    assert document.undo_stack.undoText() == "mark b · A spurious"


# Settings.


def _with_epochs(document, epochs):
    settings = document.info.settings
    embedding = msgspec.structs.replace(settings.embedding, epochs=epochs)
    return msgspec.structs.replace(settings, embedding=embedding)


def test_changed_settings_make_stages_stale_at_once_and_undo_makes_them_fresh(document, qtbot):
    with qtbot.waitSignal(document.stages_changed) as changed:
        commands.set_settings(document, _with_epochs(document, 3), "change epochs")
    assert {"embedding", "candidates", "verification"} <= changed.args[0].stages
    assert document.states["embedding"] == "stale"
    assert document.states["classifier"] == "fresh"
    assert document.findings.stale
    assert document.is_modified
    document.undo_stack.undo()
    assert document.states["embedding"] == "fresh"
    assert not document.findings.stale
    assert not document.is_modified


def test_one_turn_of_a_dial_is_one_step_back(document):
    before = document.info.settings
    for epochs in (11, 12, 13):
        settings = _with_epochs(document, epochs)
        commands.set_settings(document, settings, "change epochs", merge_key="1 epochs")
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert document.info.settings == before


def test_a_dial_turned_back_leaves_nothing_to_undo(document):
    before = document.info.settings
    for turned in (_with_epochs(document, 3), before):
        commands.set_settings(document, turned, "change epochs", merge_key="1 epochs")
    assert not document.undo_stack.canUndo()
    assert not document.is_modified


def test_settings_of_a_read_only_project_stay(qapp):
    made = Document.in_memory(constructed.arrays(), fresh_info(), read_only=True)
    with pytest.raises(InputError, match="read-only"):
        commands.set_settings(made, _with_epochs(made, 3), "change epochs")


def test_settings_changed_during_a_run_outlive_its_products(document):
    info = document.info
    commands.set_settings(document, _with_epochs(document, 3), "change epochs")
    product = Product("embedding", {}, (), info.stages["embedding"])
    document.apply_product(StageDone(product, info, HistoryEvent(time="", what="run", spurview="")))
    assert document.info.settings.embedding.epochs == 3
    assert document.states["embedding"] == "stale"
