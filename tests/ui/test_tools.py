"""The dialogs of Tools: experiments, trials, comparison, moved images."""

from __future__ import annotations

from functools import partial

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from spurview.core.settings import Settings
from spurview.evaluation import own_trials
from spurview.evaluation.own_images import POINTS
from spurview.evaluation.rows import append_row
from spurview.pipeline.create import create_project
from spurview.pipeline.network_request import NetworkRequest
from spurview.pipeline.networks import digest_of
from spurview.pipeline.sensitivity_wording import record_mark
from spurview.project.model import SensitivityPoint, SensitivityRecord
from spurview.project.store import Project
from spurview.sources import SourceSpec
from spurview.ui import theme
from spurview.ui.dialogs import opening, tool_jobs
from spurview.ui.dialogs.trust import TrustDialog
from spurview.ui.evidence.sensitivity_plot import SensitivityPlot
from spurview.ui.evidence.silence import silence
from tests.evaluation import made_rows
from tests.pipeline import tiny
from tests.sources import made
from tests.ui.conftest import ALARM, WAIT_MS
from tests.ui.using_window import idle, shown


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def record(fingerprint="x", found=4):
    """Trials of one strength, five of which learnt the pattern."""
    point = SensitivityPoint(
        strength=0.5,
        share_of_class=0.5,
        share_of_pool=0.05,
        trials=5,
        learnt=5,
        found=found,
        alarmed=1,
        low=0.38,
        high=0.96,
    )
    return SensitivityRecord(
        fingerprint=fingerprint, made="", side_px=6, points=[point], clean_runs=5, clean_alarms=0
    )


def sources(tmp_path):
    """Two classes of six images, and a pool of five."""
    interest, pool = tmp_path / "marks", made.pool(tmp_path / "pool")
    for number, pixels in enumerate(made.images(12)):
        folder = interest / "ab"[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.png").write_bytes(made.png(pixels))
    return [SourceSpec(str(interest))], [SourceSpec(str(pool))]


@pytest.fixture
def moved(qtbot, empty_window, tmp_path):
    """The window with a project whose pool was moved after it was made; and where it is now."""
    path = tmp_path / "moved.spurview"
    project, _ = create_project(path, *sources(tmp_path), Settings())
    project.close()
    now = tmp_path / "elsewhere"
    (tmp_path / "pool").rename(now)
    (now / "0.png").rename(now / "renamed.png")
    (now / "1.png").unlink()
    empty_window.open_path(path)
    qtbot.waitUntil(lambda: empty_window.document is not None, timeout=20_000)
    return empty_window, now


def test_an_experiment_stands_beside_its_project_and_opens(qtbot, window):
    before = window.document.path
    dialog = opening.plant(window, window.workspace)
    dialog.class_name.setCurrentIndex(1)
    dialog.what.setCurrentIndex(1)
    qtbot.waitUntil(lambda: dialog.said.text() == "14 training images and 12 of the pool get it.")
    press(qtbot, dialog.act)
    qtbot.waitUntil(lambda: window.document.path != before, timeout=20_000)
    planted = window.document.info.planted
    assert window.document.path.name == "case-planted.spurview"
    assert [(p.kind, p.class_name) for p in planted] == [("solid-patch", "b")]
    with Project.open(before, lock=False) as original:
        assert original.info.planted == []


def test_too_small_a_share_is_told_before_anything_is_made(qtbot, window):
    dialog = opening.plant(window, window.workspace)
    dialog.of_pool.setValue(1)
    qtbot.waitUntil(lambda: "at least 4 images are needed" in dialog.said.text())
    assert not dialog.act.isEnabled()
    dialog.reject()


def test_moved_images_are_found_and_the_change_is_undone_and_saved(qtbot, moved):
    window, now = moved
    dialog = opening.locate(window, window.workspace)
    qtbot.waitUntil(lambda: "No longer there: pool" in dialog.state._said.text())
    dialog.place.setText(str(now))
    press(qtbot, dialog.act)
    qtbot.waitUntil(lambda: bool(dialog.outcome.text))
    assert "4 images were found, 1 are still missing" in dialog.outcome.text
    pool = window.document.info.sources[1]
    assert (pool.location, pool.moved) == ("elsewhere", {"0.png": "renamed.png"})
    dialog.reject()
    window.actions_["undo"].trigger()
    assert window.document.info.sources[1].location == "pool"
    assert not window.document.is_modified
    window.actions_["redo"].trigger()
    window.saving.save()
    idle(qtbot, window)
    with Project.open(window.document.path, lock=False) as project:
        assert project.info.sources[1].location == "elsewhere"


def test_the_same_findings_are_unchanged_and_lead_to_the_evidence(qtbot, window, tmp_path):
    other = tmp_path / "other.spurview"
    other.write_bytes(window.document.path.read_bytes())
    dialog = opening.compare(window, window.workspace)
    dialog.path.setText(str(other))
    press(qtbot, dialog.act)
    qtbot.waitUntil(dialog.table.isVisible)
    cells = [[dialog.table.item(r, c).text() for c in range(5)] for r in range(2)]
    assert [row[0] for row in cells] == ["Unchanged", "Unchanged"]
    assert [row[4] for row in cells] == ["100 %", "100 %"]
    assert not dialog.table.item(0, 2).icon().isNull()
    dialog.table.itemActivated.emit(dialog.table.item(0, 0))
    assert window.workspace.focus.candidate_id == ALARM
    dialog.reject()


def test_a_text_file_is_no_other_project(qtbot, window, tmp_path):
    path = tmp_path / "notes.spurview"
    path.write_text("no project")
    dialog = opening.compare(window, window.workspace)
    dialog.path.setText(str(path))
    press(qtbot, dialog.act)
    qtbot.waitUntil(lambda: "notes.spurview" in dialog.failure.text)
    assert dialog.act.isEnabled()
    dialog.reject()


def test_trials_are_shown_kept_when_stopped_and_saved(qtbot, window, monkeypatch):
    def trying(*_):
        def work(report, deliver):
            deliver(record())
            while True:
                report(1, 30, "trials: 1 of 30")

        return work

    monkeypatch.setattr(tool_jobs, "trying_patterns", trying)
    dialog = opening.sensitivity(window, window.workspace)
    press(qtbot, dialog.act)
    qtbot.waitUntil(lambda: dialog.plot is not None)
    assert "(4 of 5 trials on these images; 95 % interval 0.38–0.96)" in dialog.said.text()
    dialog.reject()
    idle(qtbot, window)
    window.saving.save()
    idle(qtbot, window)
    with Project.open(window.document.path, lock=False) as project:
        assert project.info.sensitivity == record()
    assert not window.document.is_modified


def test_finished_trials_are_counted_and_not_run_again(case_path, tmp_path, monkeypatch):
    rows = [made_rows.planted(seed=0), made_rows.planted(made_rows.NOT_FOUND, seed=1)]
    tables = []

    def run_suite(suite, table, *, on_end, **_):
        tables.append(table)
        for row in [*rows, made_rows.clean()] if not table.exists() else []:
            append_row(table, row)
            on_end(row)
        return []

    monkeypatch.setattr("spurview.evaluation.own_trials.run_suite", run_suite)
    work = tool_jobs.trying_patterns(case_path, tmp_path / "work", 2, 1, "mark")
    delivered = []
    first = work(lambda *_: None, delivered.append)
    again = work(lambda *_: None, delivered.append)
    point = first.points[0]
    assert (point.trials, point.learnt, point.found, point.alarmed) == (2, 2, 1, 1)
    assert 0 < point.low < 0.5 < point.high < 1
    assert (first.side_px, first.clean_runs, first.clean_alarms) == (5, 1, 0)
    assert (len(delivered), again.points) == (3, first.points)
    assert tables[0] == tables[1]


def test_the_silence_tells_of_the_trials(qtbot, window):
    document = window.document
    calm = [msgspec.structs.replace(f, outcome="candidate") for f in document.findings.findings]
    part = silence(
        msgspec.structs.replace(document.findings, findings=calm),
        msgspec.structs.replace(document.info, sensitivity=record(record_mark(document.info))),
    )
    qtbot.addWidget(part)
    said = [label.text() for label in part.findChildren(QLabel)]
    assert any("at strength 0.5 in 5\N{NO-BREAK SPACE}% of the pool" in text for text in said)
    assert not any("before images or settings were changed" in text for text in said)
    assert part.findChildren(SensitivityPlot)


def test_the_curve_follows_the_theme(qtbot):
    theme.keeper().choose("dark")
    curve = SensitivityPlot(record())
    qtbot.addWidget(curve)
    theme.keeper().choose("light")
    assert curve.plot.backgroundBrush().color() == theme.LIGHT.canvas
    assert curve.layout().itemAt(0).widget() is curve.plot


def test_a_run_asks_for_agreement_and_goes_on(qtbot, empty_window, tmp_path):
    file = tmp_path / "net.py"
    file.write_text(
        "from torch import nn\n\n\ndef network():\n"
        "    return nn.Sequential(nn.AvgPool2d(5), nn.Flatten(), nn.Linear(12, 2))\n"
    )
    name = f"python:{file}:network"
    request = NetworkRequest(name, trusted=frozenset({digest_of(name)}))
    path = tmp_path / "own.spurview"
    project, _ = create_project(path, *sources(tmp_path), Settings(), network=request)
    project.close()
    empty_window.open_path(path)
    qtbot.waitUntil(lambda: empty_window.document is not None, timeout=20_000)
    empty_window.workspace.run.start(until="predictions")
    qtbot.waitUntil(lambda: shown(TrustDialog) is not None, timeout=20_000)
    asking = shown(TrustDialog)
    assert digest_of(name) in asking.digest.text()
    press(qtbot, asking.agree)
    qtbot.waitUntil(lambda: empty_window.document.states["predictions"] == "fresh", timeout=20_000)


def test_a_real_trial_goes_from_the_dialog_into_the_saved_project(
    qtbot, empty_window, tmp_path, monkeypatch
):
    """One pattern and one run without, each trained and searched in a worker process."""
    path = tmp_path / "tiny.spurview"
    tiny.create(path).close()
    monkeypatch.setattr(own_trials, "tried", partial(own_trials.tried, points=POINTS[:1]))
    empty_window.open_path(path)
    qtbot.waitUntil(lambda: empty_window.document is not None)
    dialog = opening.sensitivity(empty_window, empty_window.workspace)
    dialog.trials.setValue(1)
    press(qtbot, dialog.act)
    # Two trainings and a process that loads torch: six seconds, and many more on a busy machine.
    qtbot.waitUntil(lambda: not dialog.job.is_busy and dialog.act.isEnabled(), timeout=4 * WAIT_MS)
    assert dialog.failure.text == ""
    kept = empty_window.document.info.sensitivity
    assert [(p.strength, p.trials) for p in kept.points] == [(1, 1)]
    assert kept.clean_runs == 1
    qtbot.waitUntil(dialog.plot.isVisible)
    dialog.reject()
    empty_window.saving.save()
    idle(qtbot, empty_window)
    with Project.open(path, lock=False) as project:
        assert project.info.sensitivity == kept
