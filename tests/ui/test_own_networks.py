"""Each form of a person's own network through the new-project dialog, to the open project."""

from __future__ import annotations

import csv
import importlib.util
import warnings

import pytest
import torch
from torch import nn

from spurview.ui.dialogs.trust import TrustDialog
from tests.ui.test_main_window import shown
from tests.ui.test_new_project import at_classifier, estimate, folders, press

__all__ = ["estimate", "folders"]


def has(*names):
    return all(importlib.util.find_spec(name) for name in names)


def tried(qtbot, dialog):
    """Agree where it is asked, and wait for the test run on 16 images."""
    fields = dialog.classifier

    def is_tried():
        asking = shown(TrustDialog)
        if asking is not None:
            press(qtbot, asking.agree)
        assert not fields.tryout.failure.text or asking is not None, fields.tryout.failure.text
        return fields.is_done

    qtbot.waitUntil(is_tried, timeout=60_000)
    assert len(fields.tryout.grid.answers) == 16


def opened(qtbot, window, dialog):
    """Go on to the end; gives the project's network."""
    press(qtbot, dialog.next)
    press(qtbot, dialog.next)
    qtbot.waitUntil(lambda: window.document is not None, timeout=20_000)
    return window.document.info.network


def own(qtbot, dialog, path, architecture=""):
    press(qtbot, dialog.classifier.own)
    network = dialog.classifier.network
    if architecture:
        network.architecture.setCurrentText(architecture)
    network.preprocessing.setCurrentIndex(network.preprocessing.findData("plain"))
    network.file.setText(str(path))
    return network


@pytest.mark.skipif(not has("onnx", "onnxruntime"), reason="the extra onnx is not installed")
def test_an_onnx_network_is_opened_once_it_was_agreed_to(qtbot, empty_window, folders, tmp_path):
    module = nn.Sequential(nn.AvgPool2d(5), nn.Flatten(), nn.Linear(12, 3))
    path = tmp_path / "net.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            (torch.zeros(2, 3, 10, 10),),
            str(path),
            dynamo=False,
            input_names=["images"],
            dynamic_axes={"images": {0: "n"}},
        )
    dialog = at_classifier(qtbot, empty_window, folders)
    own(qtbot, dialog, path)
    qtbot.waitUntil(lambda: shown(TrustDialog) is not None, timeout=20_000)
    tried(qtbot, dialog)
    network = opened(qtbot, empty_window, dialog)
    assert (network.form, network.name) == ("onnx", "")


def test_a_state_dict_is_opened_once_it_was_agreed_to(qtbot, empty_window, folders, tmp_path):
    from torchvision import models

    path = tmp_path / "net.pt"
    torch.save(models.get_model("squeezenet1_1", num_classes=3).state_dict(), path)
    dialog = at_classifier(qtbot, empty_window, folders)
    fields = own(qtbot, dialog, path, "squeezenet1_1")
    qtbot.waitUntil(lambda: shown(TrustDialog) is not None, timeout=20_000)
    fields.preprocessing.setCurrentIndex(fields.preprocessing.findData("own"))
    fields.side.setValue(32)
    tried(qtbot, dialog)
    network = opened(qtbot, empty_window, dialog)
    assert (network.form, network.name) == ("torchvision", "squeezenet1_1")


@pytest.mark.skipif(not has("timm"), reason="the extra timm is not installed")
def test_a_network_of_timm_is_opened_at_once(qtbot, empty_window, folders, tmp_path):
    import timm
    from safetensors.torch import save_file

    path = tmp_path / "net.safetensors"
    save_file(timm.create_model("test_resnet", num_classes=3).state_dict(), path)
    dialog = at_classifier(qtbot, empty_window, folders)
    fields = dialog.classifier.network
    press(qtbot, dialog.classifier.own)
    fields.library.setCurrentText("timm")
    fields.timm_name.setText("test_resnet")
    own(qtbot, dialog, path)
    tried(qtbot, dialog)
    network = opened(qtbot, empty_window, dialog)
    assert (network.form, network.name) == ("timm", "test_resnet")


def test_a_file_of_predictions_is_a_classifier(qtbot, empty_window, folders, tmp_path):
    interest, pool = folders
    path = tmp_path / "predictions.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["key", "class"])
        for image in sorted(interest.rglob("*.png")):
            rows.writerow([f"interest/{image.relative_to(interest).as_posix()}", image.parent.name])
        for number, image in enumerate(sorted(pool.rglob("*.png"))):
            rows.writerow([f"pool/{image.relative_to(pool).as_posix()}", "abc"[number % 3]])
    dialog = at_classifier(qtbot, empty_window, folders)
    press(qtbot, dialog.classifier.foretold)
    dialog.classifier.predictions.setText(str(path))
    tried(qtbot, dialog)
    assert opened(qtbot, empty_window, dialog).form == "predictions"


def test_weights_of_torchvision_are_chosen_by_name(qtbot, empty_window, folders, monkeypatch):
    """They are not on a machine of tests: the sentence says so, and nothing is loaded."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(folders[0]))
    dialog = at_classifier(qtbot, empty_window, folders)
    press(qtbot, dialog.classifier.own)
    fields, tryout = dialog.classifier.network, dialog.classifier.tryout
    fields.weights.setCurrentIndex(1)
    assert not fields.file.isVisible()
    fields.entry.setCurrentText("IMAGENET1K_V1")
    request = fields.request(frozenset())
    assert request.classifier == "torchvision:resnet18:IMAGENET1K_V1"
    assert dialog.classifier.told == "resnet18, IMAGENET1K_V1"
    qtbot.waitUntil(lambda: "are not on this machine" in tryout.failure.text, timeout=20_000)
    assert not dialog.next.isEnabled()
    dialog.reject()
