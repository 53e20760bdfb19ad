"""Our Adam takes torch's own steps, and loads nothing of its compiler."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from spurview.core.adam import Adam

pytestmark = pytest.mark.usefixtures("one_thread")


def model_of(seed):
    """Three layers, of which the first is at times without a gradient."""
    torch.manual_seed(seed)
    return nn.ModuleList([nn.Linear(5, 7), nn.Linear(5, 7), nn.Linear(7, 3)])


def backward(model, step):
    data = torch.randn(9, 5, generator=torch.Generator().manual_seed(step))
    hidden = model[1](data) + (model[0](data) if step % 3 == 1 else 0)
    model[2](torch.tanh(hidden)).square().mean().backward()


def steps(model, optimizer, first, last, set_rate):
    for step in range(first, last):
        set_rate(0.01 if step < 4 else 0.003)
        optimizer.zero_grad()
        backward(model, step)
        optimizer.step()


def ours_after(n):
    model = model_of(1)
    ours = Adam(model.parameters(), 0.01)
    steps(model, ours, 0, n, lambda rate: setattr(ours, "rate", rate))
    return model, ours


def assert_same(model, other):
    for ours, theirs in zip(model.parameters(), other.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_steps_are_those_of_torch_to_the_last_bit():
    model, ours = ours_after(8)
    other = model_of(1)
    theirs = torch.optim.Adam(other.parameters(), 0.01)
    steps(other, theirs, 0, 8, lambda rate: theirs.param_groups[0].update(lr=rate))
    assert_same(model, other)
    kept = theirs.state_dict()["state"]
    named = {f"{i}/{key}": value for i, of in kept.items() for key, value in of.items()}
    assert named.keys() == ours.tensors().keys()
    assert all(torch.equal(named[name], value) for name, value in ours.tensors().items())


def test_it_goes_on_from_what_was_kept():
    model, _ = ours_after(8)
    again, before = ours_after(5)
    ours = Adam(again.parameters(), 1.0)
    ours.restore(before.tensors())
    steps(again, ours, 5, 8, lambda rate: setattr(ours, "rate", rate))
    assert_same(model, again)


def test_training_does_not_load_the_compiler_of_torch():
    """It takes 1.5 seconds and 150 MB, of a window that is waiting for the first step."""
    code = (
        "import sys, numpy as np, torch\n"
        "from spurview.core.classifier import train_classifier\n"
        "from spurview.core.settings import ClassifierSettings\n"
        "images, labels = np.zeros((8, 8, 8, 1), np.uint8), np.arange(8) % 2\n"
        "train_classifier(images, labels, images, labels, n_classes=2, seed=0,\n"
        "                 settings=ClassifierSettings(epochs=1), device=torch.device('cpu'))\n"
        "print('torch._dynamo' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
