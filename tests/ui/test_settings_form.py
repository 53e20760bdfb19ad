"""The settings of a stage in its pop-over: ranges, words, commands, what turns stale."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from spurview.core.settings import ClassifierSettings, Settings, setting_keys
from spurview.jobs import JobRunner
from spurview.ui.document import Document
from spurview.ui.stages.facts import SHOWN
from spurview.ui.stages.popover import StagePopover
from spurview.ui.stages.run_control import RunControl
from spurview.ui.stages.setting_fields import NOT_SHOWN, fields_of, value_of, with_value
from spurview.ui.stages.setting_words import SETTING_WORDS
from spurview.ui.stages.settings_form import SettingsForm
from spurview.ui.stages.strip import StageStrip
from tests import constructed
from tests.ui.conftest import fresh_info


@pytest.fixture
def form(qtbot, document):
    made = SettingsForm(document, "embedding")
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_setting_but_a_digest_is_in_the_pop_over_of_one_stage():
    shown = [field.key for stage in SHOWN for field in fields_of(stage)]
    assert list(NOT_SHOWN) == ["classifier.weights_digest"]
    assert sorted(shown) == sorted(set(setting_keys()) - NOT_SHOWN)


def test_every_setting_shown_has_plain_words_and_no_word_is_without_a_setting():
    assert set(SETTING_WORDS) == set(setting_keys()) - NOT_SHOWN


def test_another_file_goes_without_the_digest_of_the_one_before():
    before = Settings(classifier=ClassifierSettings(weights="a", weights_digest="0" * 64))
    assert with_value(before, "classifier.weights", "a") == before
    after = with_value(before, "classifier.weights", "b")
    assert after.classifier == ClassifierSettings(weights="b")


@pytest.mark.parametrize("field", [f for stage in SHOWN for f in fields_of(stage)], ids=str)
def test_ranges_hold_the_default(field):
    if field.kind == "choice":
        assert field.choices[0] == field.default
    elif field.kind in ("whole", "number"):
        assert field.low <= field.default <= field.high


def test_a_changed_setting_is_a_command_that_makes_its_stage_stale(qtbot, form, document):
    box = form.editors["embedding.latent_dims"]
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert document.info.settings.embedding.latent_dims == 25
    assert document.states["embedding"] == "stale"
    assert document.undo_stack.undoText() == "change latent dimensions of embedding"
    document.undo_stack.undo()
    assert box.value() == 24
    assert document.states["embedding"] == "fresh"


def test_a_typed_value_counts_when_it_is_complete(qtbot, form, document):
    box = form.editors["embedding.neighbours"]
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "17")
    assert document.info.settings.embedding.neighbours == 10
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert document.info.settings.embedding.neighbours == 17


def test_a_value_out_of_range_never_reaches_the_document(qtbot, form, document):
    box = form.editors["embedding.neighbours"]
    box.selectAll()
    qtbot.keyClicks(box, "7000")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert 2 <= document.info.settings.embedding.neighbours <= 100


def test_one_setting_and_all_go_back_to_their_defaults(qtbot, form, document):
    for key in ("embedding.epochs", "embedding.latent_dims"):
        qtbot.keyClick(form.editors[key], Qt.Key.Key_Up)
    assert form.reset_all.isEnabled()
    qtbot.mouseClick(form.resets["embedding.epochs"], Qt.MouseButton.LeftButton)
    assert document.info.settings.embedding.epochs == 10
    assert not form.resets["embedding.epochs"].isEnabled()
    qtbot.mouseClick(form.reset_all, Qt.MouseButton.LeftButton)
    assert document.info.settings == fresh_info().settings
    assert not form.reset_all.isEnabled()


def test_every_editor_has_a_name_a_description_and_a_tip(form):
    for editor in form.editors.values():
        assert editor.accessibleName()
        assert editor.accessibleDescription()
        assert "default" in editor.toolTip().lower()


def test_settings_of_the_images_are_fixed_and_say_why(qtbot, document):
    form = SettingsForm(document, "images")
    qtbot.addWidget(form)
    assert not any(editor.isEnabled() for editor in form.editors.values())


def test_a_read_only_project_offers_no_change(qtbot, qapp):
    made = Document.in_memory(constructed.arrays(), fresh_info(), read_only=True)
    form = SettingsForm(made, "embedding")
    qtbot.addWidget(form)
    assert not any(editor.isEnabled() for editor in form.editors.values())


def test_a_value_that_cannot_be_used_is_refused_in_a_sentence(qtbot, document):
    form = SettingsForm(document, "classifier")
    qtbot.addWidget(form)
    line = form.editors["classifier.weights"]
    line.setText("w" * 5000)
    with qtbot.waitSignal(form.refused) as refused:
        line.editingFinished.emit()
    assert "weights" in refused.args[0]
    assert line.text() == ""
    assert document.info.settings == fresh_info().settings


# In the pop-over.


@pytest.fixture
def run(document):
    runner = JobRunner()
    yield RunControl(document, runner)
    runner.close()


@pytest.fixture
def strip(qtbot, document, run):
    made = StageStrip(document, run)
    qtbot.addWidget(made)
    made.resize(1400, 56)
    made.show()
    return made


@pytest.fixture
def popover(qtbot, document, run, strip):
    made = StagePopover(document, run, lambda: None)
    qtbot.addWidget(made)
    made.show_stage("embedding", strip.buttons["embedding"])
    return made


def test_the_strip_and_the_pop_over_show_at_once_what_turned_stale(qtbot, popover, strip, document):
    qtbot.mouseClick(popover.settings_button, Qt.MouseButton.LeftButton)
    box = popover.form.editors["embedding.epochs"]
    assert not popover.run_button.isEnabled()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert strip.buttons["embedding"].status.state == "stale"
    assert strip.buttons["classifier"].status.state == "fresh"
    assert popover.run_button.isEnabled()
    assert popover.form.editors["embedding.epochs"] is box
    qtbot.mouseClick(popover.settings_button, Qt.MouseButton.LeftButton)
    assert popover.form is None


def test_run_until_here_runs_no_further(qtbot, popover, document, run, monkeypatch):
    asked = []
    monkeypatch.setattr(run, "start", lambda *, until=None: asked.append(until))
    qtbot.mouseClick(popover.settings_button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(popover.form.editors["embedding.epochs"], Qt.Key.Key_Up)
    qtbot.mouseClick(popover.run_button, Qt.MouseButton.LeftButton)
    assert asked == ["embedding"]


def test_chance_is_counted_from_the_candidates(qtbot, popover, strip, run, monkeypatch):
    asked = []
    monkeypatch.setattr(run, "start", lambda *, until=None: asked.append(until))
    assert popover.chance_button is None
    popover.show_stage("candidates", strip.buttons["candidates"])
    qtbot.mouseClick(popover.chance_button, Qt.MouseButton.LeftButton)
    assert asked == ["chance"]


def test_the_form_shows_the_value_in_use(popover, qtbot, document):
    qtbot.mouseClick(popover.settings_button, Qt.MouseButton.LeftButton)
    for field in fields_of("embedding"):
        editor = popover.form.editors[field.key]
        assert editor.value() == value_of(document.info.settings, field.key)
