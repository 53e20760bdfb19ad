"""The stage strip, its pop-over, and runs."""

from __future__ import annotations

import threading

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt

from spurview.core.errors import StageError
from spurview.jobs import JobRunner
from spurview.pipeline import run as pipeline_run
from spurview.pipeline.run import Product
from spurview.pipeline.stages import fingerprint
from spurview.ui.document import Document
from spurview.ui.stages.facts import fact
from spurview.ui.stages.popover import StagePopover
from spurview.ui.stages.run_control import RunControl
from spurview.ui.stages.strip import StageStrip
from tests import constructed
from tests.ui.conftest import fresh_info


class FakeRun:
    """Stands in for `pipeline.run.compute`: one stage, which waits until told to go on."""

    def __init__(self, info, stage="verification"):
        self.info, self.stage = info, stage
        self.go_on = threading.Event()
        self.error = None

    def __call__(self, reader, info, *, work_dir, report, **_):
        while not self.go_on.wait(0.005):
            report(3, 10, f"{self.stage}: step 3 of 10")
        if self.error is not None:
            raise self.error
        record = msgspec.structs.replace(
            constructed.info().stages[self.stage], fingerprint=fingerprint(self.stage, info)
        )
        arrays = {
            name: array
            for name, array in constructed.arrays().items()
            if name.startswith(f"/{self.stage}/")
        }
        yield Product(self.stage, arrays, (f"/{self.stage}/",), record)


@pytest.fixture
def unfinished(qapp):
    """A document whose verification has not run."""
    arrays = {
        name: array
        for name, array in constructed.arrays().items()
        if not name.startswith("/verification/")
    }
    return Document.in_memory(arrays, fresh_info(without=("verification",)))


@pytest.fixture
def fake(monkeypatch, unfinished):
    made = FakeRun(unfinished.info)
    monkeypatch.setattr(pipeline_run, "compute", made)
    yield made
    made.go_on.set()


@pytest.fixture
def run(unfinished):
    runner = JobRunner()
    yield RunControl(unfinished, runner)
    runner.close()


@pytest.fixture
def strip(qtbot, unfinished, run):
    made = StageStrip(unfinished, run)
    qtbot.addWidget(made)
    made.resize(1400, 56)
    made.show()
    return made


def test_strip_shows_facts_and_what_is_missing(strip):
    assert strip.buttons["images"].status.fact == "300 · 16 × 16"
    assert strip.buttons["classifier"].status.fact == "90.0 % on test"
    assert strip.buttons["candidates"].status.state == "fresh"
    assert strip.buttons["verification"].status.state == "missing"


def test_stale_is_told_in_words(qtbot, qapp):
    runner = JobRunner()
    document = Document.in_memory(constructed.arrays(), constructed.info())
    strip = StageStrip(document, RunControl(document, runner))
    qtbot.addWidget(strip)
    assert strip.buttons["candidates"].status.fact == "2 proposed, stale"
    assert strip.run_button.isEnabled()
    runner.close()


def test_run_shows_progress_and_ends_fresh(qtbot, strip, run, unfinished, fake):
    qtbot.mouseClick(strip.run_button, Qt.MouseButton.LeftButton)
    button = strip.buttons["verification"]
    qtbot.waitUntil(lambda: button.status.fraction == 0.3)
    assert button.status.fact == "step 3 of 10"
    assert strip.run_button.text() == "Running…"
    with qtbot.waitSignal(run.ended):
        fake.go_on.set()
    assert button.status.state == "fresh"
    assert strip.run_button.text() == "Up to date"
    assert unfinished.findings.alarms == 1
    assert unfinished.is_modified


def test_cancel_stops_and_leaves_the_stage_missing(qtbot, strip, run, unfinished, fake):
    run.start()
    qtbot.waitUntil(lambda: run.fraction is not None)
    with qtbot.waitSignal(run.ended):
        run.cancel()
    assert strip.buttons["verification"].status.state == "missing"
    assert not unfinished.is_modified


def test_a_failure_is_one_sentence_at_its_stage(qtbot, strip, run, fake):
    fake.error = StageError("Training ran out of memory: choose a smaller batch.")
    fake.go_on.set()
    with qtbot.waitSignal(run.failed) as failed:
        run.start()
    assert failed.args[0].sentence == "Training ran out of memory: choose a smaller batch."
    assert strip.buttons["verification"].status.state == "failed"
    assert strip.run_button.isEnabled()


def test_arrow_keys_walk_the_stages(qtbot, strip):
    strip.buttons["images"].setFocus()
    qtbot.keyClick(strip.buttons["images"], Qt.Key.Key_Right)
    assert strip.buttons["classifier"].hasFocus()


def test_names_stay_where_facts_do_not_fit(strip):
    strip.resize(900, 56)
    assert not strip.buttons["images"].shows_fact
    assert strip.buttons["verification"].minimumSizeHint().width() > 80


@pytest.mark.parametrize("stage", ["images", "classifier", "embedding", "verification"])
def test_popover_shows_facts_and_curves(qtbot, strip, run, unfinished, stage):
    popover = StagePopover(unfinished, run, lambda: None)
    qtbot.addWidget(popover)
    popover.show_stage(stage, strip.buttons[stage])
    names = {
        w.accessibleName() for w in popover.findChildren(object) if hasattr(w, "accessibleName")
    }
    expected = {
        "classifier": "Accuracy, % by epoch: training 90.0 %, test 80.0 %",
        "embedding": "6 images above their reconstructions",
    }
    assert expected.get(stage, "Close") in names


def test_popover_follows_the_run(qtbot, strip, run, unfinished, fake):
    popover = StagePopover(unfinished, run, lambda: None)
    qtbot.addWidget(popover)
    popover.show_stage("verification", strip.buttons["verification"])
    run.start()
    qtbot.waitUntil(lambda: popover.progress is not None and popover.progress.value() == 300)
    with qtbot.waitSignal(run.ended):
        fake.go_on.set()
    assert popover.progress is None


def test_a_record_without_its_figure_says_nothing(document):
    record = msgspec.structs.replace(document.info.stages["classifier"], facts={})
    info = msgspec.structs.replace(
        document.info, stages={**document.info.stages, "classifier": record}
    )
    assert fact("classifier", info) == ""


def test_progress_line_is_painted_along_the_stage(qtbot, strip, run, fake):
    from spurview.ui import theme

    run.start()
    button = strip.buttons["verification"]
    qtbot.waitUntil(lambda: button.status.fraction == 0.3)
    image = button.grab().toImage()
    line = [image.pixelColor(x, image.height() - 1) for x in range(image.width())]
    share = np.mean([colour == theme.current().accent for colour in line])
    assert share == pytest.approx(0.3, abs=0.02)
