"""Few filters are worked out another way than many: with the same answers."""

from __future__ import annotations

import pytest
import torch

from spurview.core.correlation import correlation


@pytest.mark.parametrize("n_filters", [1, 2, 5])
@pytest.mark.parametrize("size", [(12, 12), (13, 18)])
@pytest.mark.parametrize("side", [(2, 3), (4, 9), (12, 12)])
@pytest.mark.parametrize(("channels", "padding"), [(1, 3), (3, 0)])
def test_filters_answer_at_every_place_as_by_conv2d(n_filters, size, side, channels, padding):
    generator = torch.Generator().manual_seed(0)
    images = torch.rand((7, channels, *size), generator=generator)
    filters = torch.rand((n_filters, channels, *side), generator=generator) - 0.5
    wanted = torch.nn.functional.conv2d(images, filters, padding=padding)
    found = correlation(images, filters, padding)
    assert found.shape == wanted.shape
    assert torch.allclose(found, wanted, atol=1e-5)


def test_one_filter_by_hand():
    images = torch.zeros((1, 1, 6, 6))
    images[0, 0, 3, 4] = 2.0
    filters = torch.arange(8.0).reshape(1, 1, 2, 4)
    wanted = torch.zeros((5, 3))
    wanted[2, 1:], wanted[3, 1:] = torch.tensor([14.0, 12.0]), torch.tensor([6.0, 4.0])
    assert torch.equal(correlation(images, filters)[0, 0], wanted)
