"""Images handed over in memory: whatever form they come in, the same bytes come of it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import TensorDataset

from spurview.core.errors import InputError
from spurview.pipeline.given_images import class_indices, given_images

BYTES = np.random.default_rng(0).integers(0, 256, (5, 6, 8, 3), np.uint8)
FLOATS = BYTES.astype(np.float32) / 255
TENSOR = torch.from_numpy(FLOATS).permute(0, 3, 1, 2)


class Pictures:
    """A dataset as torchvision makes them: a picture and a label."""

    def __init__(self, change=lambda image: image):
        self._change = change

    def __len__(self):
        return len(BYTES)

    def __getitem__(self, index):
        return self._change(Image.fromarray(BYTES[index])), index % 2


def given(source, layout=None):
    return given_images(source, layout, what="The pool's images")


@pytest.mark.parametrize(
    ("source", "layout"),
    [
        (BYTES, None),
        (FLOATS, None),
        (FLOATS.astype(np.float64), "NHWC"),
        (BYTES.transpose(0, 3, 1, 2), "NCHW"),
        (TENSOR, None),
        (TENSOR.permute(0, 2, 3, 1), "NHWC"),
        (TENSOR.clone().requires_grad_(), None),
        ((BYTES, [0, 1, 0, 1, 0]), None),
        (TensorDataset(TENSOR, torch.arange(5)), None),
        (Pictures(), None),
        (Pictures(np.asarray), None),
        (Pictures(lambda image: torch.from_numpy(np.array(image)).permute(2, 0, 1)), None),
        (list(BYTES), None),
    ],
)
def test_every_form_gives_the_same_bytes(source, layout):
    assert np.array_equal(given(source, layout).images, BYTES)


@pytest.mark.parametrize("source", [BYTES[..., 0], torch.from_numpy(BYTES[..., 0])])
def test_without_channels_images_are_grey(source):
    assert np.array_equal(given(source).images, BYTES[..., :1])


def test_pictures_of_a_palette_come_in_colour_and_grey_ones_grey():
    palette = Pictures(lambda image: image.convert("P"))
    grey = Pictures(lambda image: image.convert("L"))
    assert given(palette).images.shape == (5, 6, 8, 3)
    assert given(grey).images.shape == (5, 6, 8, 1)


def test_labels_come_from_a_pair_or_a_dataset():
    assert given((BYTES, np.array([3, 1, 2, 0, 4]))).labels == [3, 1, 2, 0, 4]
    assert given((TENSOR, torch.tensor([3, 1, 2, 0, 4]))).labels == [3, 1, 2, 0, 4]
    assert given(TensorDataset(TENSOR, torch.arange(5))).labels == [0, 1, 2, 3, 4]
    assert given(Pictures()).labels == [0, 1, 0, 1, 0]
    assert given(TensorDataset(TENSOR)).labels is None
    assert given(BYTES).labels is None


def test_what_was_given_is_not_written_into():
    before = FLOATS.copy()
    given(FLOATS).images[:] = 0
    assert np.array_equal(FLOATS, before)


@pytest.mark.parametrize(
    ("source", "layout", "sentence"),
    [
        (
            TENSOR.numpy(),
            None,
            r"have the shape \(5, 3, 6, 8\), read as NHWC with 8 channels: give",
        ),
        (BYTES, "NCHW", r"read as NCHW with 6 channels"),
        (BYTES[0, 0], None, r"have the shape \(8, 3\): give \(n, H, W, C\)"),
        (BYTES.astype(int), None, "are of the type int64: give uint8, or floats in 0..1"),
        (FLOATS * 4 - 2, None, r"have values from -2 to 2: give floats in 0..1, and what normalis"),
        (FLOATS * np.nan, None, "have values from nan to nan"),
        (object(), None, "are of the type object: give an array"),
        (["a", "b"], None, "number 0, are of the type str: a dataset must give"),
        ([], None, "are an empty dataset"),
        ([BYTES[0], BYTES[1][:4]], None, r"differ in size, \(6, 8, 3\) and \(4, 8, 3\): resize"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(source, layout, sentence):
    with pytest.raises(InputError, match=rf"^The pool's images.*{sentence}.*\.?$"):
        given(source, layout)


def test_class_indices_from_numbers_and_names():
    names = ["cat", "dog", "cow"]
    assert class_indices([2, 0, 1.0], names, 3).tolist() == [2, 0, 1]
    assert class_indices(["cow", "cat", 1], names, 3).tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (None, "The images of interest need labels: give a pair"),
        ([0, 1], "There are 2 labels for 3 images of interest"),
        (
            [0, 1, 2],
            "The label 2 of image 2 is no class of this network, which has 2: give indices",
        ),
        ([0, "horse", 1], "The label 'horse' of image 1 is no class"),
        ([0, 0.5, 1], "The label 0.5 of image 1"),
        ([0, None, 1], "The label None of image 1"),
        ([0, -1, 1], "The label -1 of image 1"),
    ],
)
def test_labels_that_fit_no_class_are_one_sentence(labels, sentence):
    with pytest.raises(InputError, match=sentence):
        class_indices(labels, ["cat", "dog"], 3)
