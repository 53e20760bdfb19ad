"""What long stages keep: whole or passed over, and gone when it is no longer needed."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
import torch

from spurview.core.training import TrainingState
from spurview.pipeline.checkpoints import Checkpoints

MARK = "0123456789abcdef" * 2


def state(epoch=2, seed=0):
    torch.manual_seed(seed)
    tensors = {
        "model/weight": torch.randn(3, 4),
        "optimizer/0/step": torch.tensor(7.0),
        "optimizer/0/exp_avg": torch.randn(3, 4),
    }
    return TrainingState(epoch, tensors, [[0.1 + 0.2, 1 / 3], [1e-300, 5.0]])


@pytest.fixture
def kept(tmp_path):
    return Checkpoints(tmp_path / "work", "embedding", MARK)


def file_of(kept, name="training.safetensors"):
    return next(kept._folder.glob(name))


def test_there_is_none_at_first(kept):
    assert kept.training() is None
    assert kept.block(0) is None


def test_asking_makes_no_folder(kept, tmp_path):
    kept.training()
    kept.clear()
    assert list(tmp_path.iterdir()) == []


def test_a_training_comes_back_bit_for_bit(kept):
    kept.keep_training(state())
    found = kept.training()
    assert found.epoch == 2
    assert found.curve == state().curve
    assert set(found.tensors) == set(state().tensors)
    for name, tensor in state().tensors.items():
        assert torch.equal(found.tensors[name], tensor)


def test_a_loss_that_is_no_number_comes_back(kept):
    kept.keep_training(TrainingState(1, {}, [[float("nan"), float("inf")]]))
    assert str(kept.training().curve) == "[[nan, inf]]"


def test_a_later_epoch_replaces_the_one_before(kept):
    kept.keep_training(state(1, seed=1))
    kept.keep_training(state(2, seed=2))
    assert kept.training().epoch == 2
    assert [p.name for p in kept._folder.iterdir()] == ["training.safetensors"]


def test_the_file_before_stands_until_the_new_one_is_whole(kept, monkeypatch):
    kept.keep_training(state(1))

    def cut_off(source, target):
        raise OSError("cut off")

    monkeypatch.setattr(os, "replace", cut_off)
    with pytest.raises(OSError, match="cut off"):
        kept.keep_training(state(2))
    assert kept.training().epoch == 1


def cut_short(data):
    return data[: len(data) // 2]


def cut_within_header(data):
    return data[:20]


def emptied(data):
    return b""


def garbage(data):
    return b"\xff" * len(data)


def header_of_untold_length(data):
    return b"\xff" * 7 + b"\x7f" + data[8:]


def grown(data):
    return data + b"more"


BREAKS = [cut_short, cut_within_header, emptied, garbage, header_of_untold_length, grown]


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_training_is_passed_over(kept, broken):
    kept.keep_training(state())
    file = file_of(kept)
    file.write_bytes(broken(file.read_bytes()))
    assert kept.training() is None


@pytest.mark.parametrize("about", [None, {"epoch": "2"}, {"curve": "[]"}, {"epoch": "x"}])
def test_a_training_that_does_not_say_where_it_stood_is_passed_over(kept, about):
    from safetensors.torch import save_file

    kept.keep_training(state())
    save_file(state().tensors, file_of(kept), metadata=about)
    assert kept.training() is None


def test_a_curve_that_is_no_json_is_passed_over(kept):
    from safetensors.torch import save_file

    kept.keep_training(state())
    save_file(state().tensors, file_of(kept), metadata={"epoch": "2", "curve": "[[1"})
    assert kept.training() is None


def test_a_training_of_another_fingerprint_is_passed_over(kept, tmp_path):
    kept.keep_training(state())
    assert Checkpoints(tmp_path / "work", "embedding", "f" * 32).training() is None
    assert Checkpoints(tmp_path / "work", "classifier", MARK).training() is None


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.uint8])
def test_blocks_come_back(kept, dtype):
    block = np.arange(12).reshape(3, 4).astype(dtype)
    kept.keep_block(3, block)
    found = kept.block(3)
    assert found.dtype == dtype
    assert np.array_equal(found, block)
    assert kept.block(2) is None


@pytest.mark.parametrize("broken", [cut_short, cut_within_header, emptied, garbage])
def test_a_broken_block_is_passed_over(kept, broken):
    kept.keep_block(0, np.arange(1000.0))
    file = file_of(kept, "block-*.npy")
    file.write_bytes(broken(file.read_bytes()))
    assert kept.block(0) is None


def test_a_block_of_objects_is_never_unpickled(kept):
    kept.keep_block(0, np.arange(3.0))
    np.save(file_of(kept, "block-*.npy"), np.array([{"a": 1}], object), allow_pickle=True)
    assert kept.block(0) is None


def test_clearing_takes_the_stages_own_of_any_fingerprint(kept, tmp_path):
    kept.keep_training(state())
    other = Checkpoints(tmp_path / "work", "embedding", "f" * 32)
    other.keep_training(state())
    kept.clear()
    assert other.training() is None
    assert not (tmp_path / "work").exists()


def test_clearing_leaves_other_stages_theirs(kept, tmp_path):
    classifier = Checkpoints(tmp_path / "work", "classifier", MARK)
    classifier.keep_training(state())
    kept.keep_training(state())
    kept.clear()
    assert classifier.training() is not None


def test_curves_are_written_as_json(kept):
    """So that a checkpoint can be looked into with any safetensors reader."""
    from safetensors import safe_open

    kept.keep_training(state())
    with safe_open(file_of(kept), "pt") as file:
        assert json.loads(file.metadata()["curve"]) == state().curve
