"""Mirrored and moved training images: each by its own draw, and never out of their own pixels."""

from __future__ import annotations

import pytest
import torch

from spurview.core.augmentation import augmented


def images(n=60, height=16, width=24):
    return torch.rand(n, 2, height, width, generator=torch.Generator().manual_seed(1))


def noise(seed=0):
    return torch.Generator().manual_seed(seed)


def test_none_gives_the_very_images_and_draws_nothing():
    shown, drawn = images(), noise()
    before = drawn.get_state()
    assert augmented(shown, "none", drawn) is shown
    assert torch.equal(drawn.get_state(), before)


def test_flip_mirrors_some_and_leaves_the_others():
    shown = images()
    made = augmented(shown, "flip", noise())
    mirrored = [torch.equal(a, b.flip(2)) for a, b in zip(made, shown, strict=True)]
    same = [torch.equal(a, b) for a, b in zip(made, shown, strict=True)]
    assert all(m != s for m, s in zip(mirrored, same, strict=True))
    assert 15 < sum(mirrored) < 45


def test_shift_moves_by_an_eighth_at_most_and_repeats_the_border():
    shown = images()
    made = augmented(shown, "shift", noise())
    moves = set()
    for before, after in zip(shown, made, strict=True):
        found = [
            (down, right)
            for down in range(-2, 3)
            for right in range(-3, 4)
            if torch.equal(after, before[:, clamped(16, down)][:, :, clamped(24, right)])
        ]
        assert found
        moves.add(found[0])
    assert {down for down, _ in moves} == set(range(-2, 3))
    assert {right for _, right in moves} == set(range(-3, 4))


def clamped(side, move):
    return (torch.arange(side) + move).clamp(0, side - 1)


@pytest.mark.parametrize("kind", ["flip", "shift", "flip-shift"])
def test_the_draw_alone_decides(kind):
    first, again, other = (augmented(images(), kind, noise(seed)) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_nothing_is_written_into_what_came():
    shown = images()
    augmented(shown, "flip-shift", noise())
    assert torch.equal(shown, images())
