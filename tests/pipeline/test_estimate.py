"""What a new project takes, told before it is made."""

from __future__ import annotations

import msgspec
import pytest
import torch

from spurview.core.settings import Settings
from spurview.pipeline.estimate import estimate, project_bytes

SHAPE = (12, 12, 1)


def test_twice_the_epochs_take_twice_the_time_of_the_same_steps(monkeypatch) -> None:
    monkeypatch.setattr("spurview.pipeline.estimate._per_image", lambda train, batch: 0.001)
    usual = Settings()
    more = msgspec.structs.replace(usual.classifier, epochs=2 * usual.classifier.epochs)
    once = estimate(usual, 100, 300, SHAPE, 3, device="cpu")
    twice = estimate(
        msgspec.structs.replace(usual, classifier=more), 100, 300, SHAPE, 3, device="cpu"
    )
    assert twice.classifier_s == pytest.approx(2 * once.classifier_s)
    assert twice.embedding_s == once.embedding_s == pytest.approx(0.4 * usual.embedding.epochs)


def test_no_classifier_takes_no_time_and_draws_go_on_as_they_were() -> None:
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    found = estimate(Settings(), 0, 50, SHAPE, 3, device="cpu")
    assert found.classifier_s == 0
    assert found.embedding_s > 0
    assert torch.equal(torch.rand(3), wanted)


def test_a_project_is_larger_than_its_pixels() -> None:
    assert project_bytes(1000, SHAPE) > 1000 * 144
