"""Choice of the device, and batches that shrink when memory runs out."""

from __future__ import annotations

import pytest
import torch

from spurview.core.device import choose_device, else_on_cpu, with_smaller_batches
from spurview.core.errors import InputError, StageError


def test_cpu_is_always_there():
    assert choose_device("cpu").type == "cpu"


@pytest.mark.parametrize(
    ("cuda", "mps", "chosen"),
    [(False, False, "cpu"), (False, True, "mps"), (True, True, "cuda")],
)
def test_auto_takes_the_fastest_that_is_there(monkeypatch, cuda, mps, chosen):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert choose_device("auto").type == chosen


def test_a_device_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="no cuda device: choose auto or cpu"):
        choose_device("cuda")


def test_an_unknown_device_is_refused():
    with pytest.raises(InputError, match="no device 'abacus'"):
        choose_device("abacus")


def test_batches_are_halved_until_they_fit():
    tried = []

    def work(batch):
        tried.append(batch)
        if batch > 30:
            raise torch.OutOfMemoryError
        return batch

    assert with_smaller_batches(work, 100) == 25
    assert tried == [100, 50, 25]


def test_a_batch_of_one_that_does_not_fit_is_an_error():
    def work(batch):
        raise torch.OutOfMemoryError

    with pytest.raises(torch.OutOfMemoryError):
        with_smaller_batches(work, 4)


@pytest.mark.parametrize(("fits", "used"), [(("cuda", "cpu"), "cuda"), (("cpu",), "cpu")])
def test_what_does_not_fit_the_gpu_is_done_by_the_cpu(fits, used):
    fallen = []

    def work(device):
        if device not in fits:
            raise torch.OutOfMemoryError
        return f"by {device}"

    assert else_on_cpu(work, "cuda", lambda: fallen.append(1)) == (f"by {used}", used)
    assert len(fallen) == (used == "cpu")


@pytest.mark.parametrize("device", ["cuda", "cpu"])
def test_what_fits_nowhere_is_one_sentence(device):
    def work(device):
        raise torch.OutOfMemoryError

    with pytest.raises(StageError, match="Memory ran out even with the smallest batch"):
        else_on_cpu(work, device, lambda: None)
