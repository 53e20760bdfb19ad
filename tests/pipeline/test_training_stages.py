"""The classifier stage: its options through a real project, and memory that runs out."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from spurview.core.classifier import SmallCNN
from spurview.core.errors import InputError, StageError
from spurview.core.settings import Settings, with_setting
from spurview.pipeline import blocks, training_stages
from spurview.pipeline import run as running
from spurview.pipeline.stages import STAGE_NAMES
from spurview.pipeline.starting_weights import training_settings
from spurview.pipeline.training_stages import load_network
from tests.pipeline import tiny
from tests.pipeline.small_gpu import SmallGpu

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def weights(tmp_path):
    """A safetensors file with weights of the small CNN for three classes."""
    torch.manual_seed(0)
    path = tmp_path / "start.safetensors"
    save_file(SmallCNN((tiny.SIDE, tiny.SIDE, 1), 3).state_dict(), path)
    return path


def made(tmp_path, *changes):
    """The tiny project with these settings, its classifier trained; and the facts of that."""
    project = tiny.create(tmp_path / "t.spurview", *changes)
    tiny.run(project, until="predictions")
    return project, project.info.stages["classifier"].facts


def test_a_torchvision_network_is_trained_kept_and_asked_again(tmp_path):
    project, facts = made(
        tmp_path, ("classifier.architecture", "squeezenet1_1"), ("classifier.epochs", "2")
    )
    with project:
        assert facts["architecture"] == "squeezenet1_1"
        network = load_network(project, project.info, torch.device("cpu"))
        logits = network.logits(project.read("/images/pixels"))
        assert np.array_equal(logits.argmax(1), project.read("/predictions/class"))


def test_early_stopping_tells_the_epoch_it_kept(tmp_path):
    project, facts = made(
        tmp_path, ("classifier.patience", "1"), ("classifier.learning_rate", "0.000001")
    )
    with project:
        curve = project.read("/classifier/curve")
    assert facts["epochs"] == len(curve) == 2
    assert facts["kept_epoch"] == 1
    assert facts["test_accuracy"] == pytest.approx(curve[0, 2], abs=1e-4)


def test_a_training_starts_from_a_file(tmp_path, weights):
    settings = training_settings(tiny.SETTINGS, f"train:small-cnn:{weights}").classifier
    project, facts = made(
        tmp_path,
        ("classifier.weights", settings.weights),
        ("classifier.weights_digest", settings.weights_digest),
    )
    project.close()
    assert facts["started_from"] == "4 of 6 tensors"


def test_another_file_in_its_place_is_refused(tmp_path, weights):
    settings = training_settings(tiny.SETTINGS, f"train:small-cnn:{weights}").classifier
    save_file({"out.bias": torch.zeros(2)}, weights)
    changes = [(f"classifier.{k}", getattr(settings, k)) for k in ("weights", "weights_digest")]
    with pytest.raises(StageError, match=r"start\.safetensors has changed since the project was"):
        made(tmp_path, *changes)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(StageError, match=r"gone\.safetensors cannot be read: no such file"):
        made(tmp_path, ("classifier.weights", str(tmp_path / "gone.safetensors")))


def test_training_starts_from_safetensors_alone(tmp_path):
    (tmp_path / "net.pth").write_bytes(b"\x80\x04K\x01.")
    with pytest.raises(InputError, match=r"cannot start from .*net\.pth: save the state dict"):
        training_settings(Settings(), f"train:resnet18:{tmp_path / 'net.pth'}")


def test_a_pickle_by_the_name_of_safetensors_is_no_such_file(tmp_path):
    (tmp_path / "net.safetensors").write_bytes(b"\x80\x04K\x01." + bytes(100))
    with pytest.raises(InputError, match=r"net\.safetensors is no safetensors file"):
        training_settings(Settings(), f"train:resnet18:{tmp_path / 'net.safetensors'}")


def test_a_cut_file_is_refused_when_it_is_needed(tmp_path, weights):
    weights.write_bytes(weights.read_bytes()[:-50])
    with pytest.raises(StageError, match="is damaged or no safetensors file"):
        made(tmp_path, ("classifier.weights", str(weights)))


def test_train_alone_changes_nothing_and_an_unknown_name_is_refused():
    assert training_settings(Settings(), "train") == Settings()
    wanted = with_setting(Settings(), "classifier.architecture", "resnet18")
    assert training_settings(Settings(), "train:resnet18") == wanted
    with pytest.raises(InputError, match="the nearest are resnet18"):
        training_settings(Settings(), "train:resnet-18")


class OutOfMemory:
    """Training for which the memory is too small above a batch."""

    def __init__(self, train, fits):
        self.train, self.fits, self.batches = train, fits, []

    def __call__(self, *arrays, settings, **options):
        self.batches.append(settings.batch)
        if settings.batch > self.fits:
            raise torch.OutOfMemoryError
        return self.train(*arrays, settings=settings, **options)


def test_out_of_memory_halves_the_batch_says_so_and_goes_on(tmp_path, monkeypatch):
    small = OutOfMemory(training_stages.train_classifier, fits=16)
    monkeypatch.setattr(training_stages, "train_classifier", small)
    told = []
    with tiny.create(tmp_path / "t.spurview", ("classifier.batch", "64")) as project:
        tiny.run(project, until="classifier", report=lambda *progress: told.append(progress[2]))
        assert project.has("/classifier/curve")
    assert small.batches == [64, 32, 16]
    assert "classifier: GPU memory ran out, going on with a batch of 16" in told


@pytest.mark.parametrize(
    ("stage", "name", "device_of", "tries"),
    [
        # The batch of 64 is halved to 8 before the CPU takes over with 64.
        ("classifier", "train_classifier", lambda args, options: options["device"], 4),
        ("predictions", "Network", lambda args, options: args[1], 1),
        ("embedding", "train_vae", lambda args, options: options["device"], 2),
        ("embedding", "embed", lambda args, options: args[2], 1),
    ],
)
def test_a_gpu_that_is_too_small_leaves_it_to_the_cpu(
    tmp_path, monkeypatch, stage, name, device_of, tries
):
    told = []
    with tiny.create(tmp_path / "t.spurview", ("classifier.batch", "64")) as project:
        if stage != "classifier":
            tiny.run(project, until=STAGE_NAMES[STAGE_NAMES.index(stage) - 1])
        monkeypatch.setattr(running, "chosen_kind", lambda device: "cuda")
        module = blocks if name == "embed" else training_stages
        gpu = SmallGpu(getattr(module, name), device_of)
        monkeypatch.setattr(module, name, gpu)
        if name == "embed":  # which comes after a training that a real GPU would have done
            on_cpu = training_stages.train_vae
            monkeypatch.setattr(
                training_stages,
                "train_vae",
                lambda *args, **given: on_cpu(*args, **given | {"device": torch.device("cpu")}),
            )
        tiny.run(project, until=stage, report=lambda *progress: told.append(progress[2]))
        assert project.info.stages[stage].device == "cpu"
        assert project.history[-1].device == "cpu"
    assert gpu.tried == ["cuda"] * tries + ["cpu"]
    assert f"{stage}: GPU memory ran out, going on with the CPU" in told


def test_the_product_of_other_options_is_another(tmp_path):
    """Each option changes the weights that come of it."""
    kept = {}
    for name, value in [("epochs", "4"), ("augmentation", "shift"), ("class_weights", "balanced")]:
        folder = tmp_path / name
        folder.mkdir()
        project, _ = made(folder, (f"classifier.{name}", value))
        with project:
            kept[name] = project.read("/classifier/weights/out.weight")
    assert not np.array_equal(kept["epochs"], kept["augmentation"])
    # As many images of either class: balanced is what it was.
    assert np.array_equal(kept["epochs"], kept["class_weights"])


def test_settings_go_through_the_file_as_they_are(tmp_path):
    changes = {"architecture": "vgg11", "patience": "4", "mixed_precision": "false"}
    settings = tiny.info(*((f"classifier.{k}", v) for k, v in changes.items())).settings
    again = msgspec.json.decode(msgspec.json.encode(settings), type=Settings)
    assert again.classifier == settings.classifier
    assert again.classifier.mixed_precision is False
