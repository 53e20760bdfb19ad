"""Runs that were stopped or killed end with the findings of an undisturbed one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import msgspec
import numpy as np
import pytest

from spurview.core.errors import Cancelled
from spurview.pipeline.checkpoints import Checkpoints
from spurview.pipeline.findings import chance_record
from spurview.pipeline.stages import fingerprint
from spurview.project.store import Project
from tests.pipeline import tiny

pytestmark = pytest.mark.usefixtures("one_thread")

# Many short epochs: a run is surely killed between its first checkpoint and its last epoch.
SETTINGS = (("candidates.method", "literal"), ("embedding.epochs", "20"), ("embedding.batch", "40"))
PATIENCE_S = 120


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, one_thread):
    """Findings, latents and curve of a run that nobody disturbed."""
    with tiny.create(tmp_path_factory.mktemp("undisturbed") / "a.spurview", *SETTINGS) as project:
        tiny.run(project)
        return tiny.findings(project), project.read("/latents"), project.read("/embedding/curve")


@pytest.fixture
def project(tmp_path):
    with tiny.create(tmp_path / "a.spurview", *SETTINGS) as made:
        yield made


class StopAt:
    """Raises Cancelled at the n-th report of a stage; afterwards keeps what was reported."""

    def __init__(self, stage, n):
        self._stage, self._left = stage, n
        self.told = []

    def __call__(self, done, total, message):
        self.told.append(message)
        if message.startswith(f"{self._stage}: "):
            self._left -= 1
            if self._left == 0:
                raise Cancelled


def checkpoints(project, stage="embedding"):
    return Checkpoints(project.work_dir, stage, fingerprint(stage, project.info))


def stop_at(project, stage, n):
    with pytest.raises(Cancelled):
        tiny.run(project, report=StopAt(stage, n))


def assert_as_undisturbed(project, undisturbed):
    findings, latents, curve = undisturbed
    assert np.array_equal(project.read("/latents"), latents)
    assert np.array_equal(project.read("/embedding/curve"), curve)
    assert tiny.findings(project) == findings
    assert not project.work_dir.exists()


def epochs_told(told):
    return [m.removeprefix("embedding: epoch ") for m in told if "embedding: epoch" in m]


@pytest.mark.parametrize("n", [2, 30])
def test_stopped_in_the_vae_goes_on_to_the_same_findings(project, undisturbed, n):
    stop_at(project, "embedding", n)
    tiny.run(project)
    assert_as_undisturbed(project, undisturbed)


@pytest.mark.parametrize("stage", ["classifier", "candidates"])
def test_stopped_in_another_stage_goes_on_to_the_same_findings(project, undisturbed, stage):
    stop_at(project, stage, 2)
    tiny.run(project)
    assert_as_undisturbed(project, undisturbed)


def test_stopped_again_and_again_goes_on_to_the_same_findings(project, undisturbed):
    for _ in range(3):
        stop_at(project, "embedding", 40)
    tiny.run(project)
    assert_as_undisturbed(project, undisturbed)


def test_finished_epochs_are_not_done_again(project):
    stop_at(project, "embedding", 30)
    at = checkpoints(project).training().epoch
    assert at >= 2
    heard = StopAt("embedding", 3)
    with pytest.raises(Cancelled):
        tiny.run(project, report=heard)
    assert epochs_told(heard.told)[0] == f"{at + 1} of 20"


def test_other_settings_begin_anew(project):
    stop_at(project, "embedding", 30)
    tiny.change(project, "embedding.learning_rate", "0.001")
    heard = StopAt("embedding", 3)
    with pytest.raises(Cancelled):
        tiny.run(project, report=heard)
    assert epochs_told(heard.told)[0] == "1 of 20"


def test_a_broken_checkpoint_is_passed_over(project, undisturbed):
    stop_at(project, "embedding", 30)
    (file,) = project.work_dir.glob("embedding-*/training.safetensors")
    file.write_bytes(file.read_bytes()[:-1000])
    tiny.run(project)
    assert_as_undisturbed(project, undisturbed)


def test_a_block_of_predictions_is_taken_up(project, undisturbed):
    """What was kept counts: a block that says otherwise shows in the product."""
    tiny.run(project, until="classifier")
    kept = np.zeros((260, 2), np.float32)
    kept[:, 1] = 1
    checkpoints(project, "predictions").keep_block(0, kept)
    tiny.run(project, until="predictions")
    assert (project.read("/predictions/class") == 1).all()


def test_finished_repeats_of_chance_are_taken_up(project):
    """What was kept counts: a count that says otherwise shows in the product."""
    tiny.change(project, "chance.repeats", "3")
    tiny.run(project)
    checkpoints(project, "chance").keep_block(1, np.array([77]))
    tiny.run(project, until="chance")
    assert chance_record(project).counts[1] == 77


def test_stopped_in_chance_goes_on_to_the_same_counts(project):
    tiny.change(project, "chance.repeats", "4")
    tiny.run(project)
    heard = []

    def stop_in_the_third(done, total, message):
        heard.append(message)
        if "repeat 3 of 4" in message:
            raise Cancelled

    with pytest.raises(Cancelled):
        tiny.run(project, until="chance", report=stop_in_the_third)
    assert any("repeat 1 of 4" in message for message in heard)
    heard.clear()
    tiny.run(project, until="chance", report=lambda done, total, message: heard.append(message))
    assert not any("repeat 2 of 4" in message for message in heard)
    resumed = chance_record(project)
    kept = {name: stage for name, stage in project.info.stages.items() if name != "chance"}
    project.save(info=msgspec.structs.replace(project.info, stages=kept), drop=("/chance/",))
    tiny.run(project, until="chance")
    assert chance_record(project) == resumed


def killed_in_the_vae(path, work_dir):
    """Start `spurview run` and kill it as soon as it has kept a checkpoint of the VAE."""
    process = subprocess.Popen(
        [sys.executable, "-m", "spurview", "run", str(path), "--device", "cpu"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "QT_QPA_PLATFORM": "offscreen"},
    )
    with process:
        try:
            for line in process.stderr:
                if line.startswith("embedding:"):
                    break
            _wait_for(process, work_dir)
        finally:
            process.kill()
    return process.returncode


def _wait_for(process, work_dir):
    deadline = time.monotonic() + PATIENCE_S
    while not list(work_dir.glob("embedding-*/training.safetensors")):
        assert time.monotonic() < deadline, "no checkpoint was kept"
        try:
            process.wait(timeout=0.005)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"the run ended before it could be killed: {process.stderr.read()}")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_killed_in_the_vae_goes_on_to_the_same_findings(tmp_path, undisturbed):
    made = tiny.create(tmp_path / "a.spurview", *SETTINGS)
    made.close()
    assert killed_in_the_vae(made.path, made.work_dir) == -signal.SIGKILL
    with Project.open(made.path) as project:
        assert not project.read_only
        assert 1 <= checkpoints(project).training().epoch < 20
        assert "embedding" not in project.info.stages
        tiny.run(project)
        assert_as_undisturbed(project, undisturbed)
