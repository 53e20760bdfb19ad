"""The training loop: resumed it goes on to the very numbers of an undisturbed one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from spurview.core.errors import Cancelled
from spurview.core.progress import silent
from spurview.core.training import Schedule, fit

pytestmark = pytest.mark.usefixtures("one_thread")

CPU = torch.device("cpu")
DATA = torch.from_numpy(np.random.default_rng(0).normal(size=(70, 4)).astype(np.float32))
TARGET = DATA @ torch.tensor([1.0, -2.0, 0.5, 0.0])


def noisy_loss(model, rows, noise):
    """Squared error with drawn noise, so that the order of the noise counts as well."""
    drawn = 0.1 * torch.randn(len(rows), generator=noise)
    return F.mse_loss(model(DATA[rows]).squeeze(1), TARGET[rows] + drawn)


def new_model():
    torch.manual_seed(7)
    return nn.Linear(4, 1)


def schedule(epochs, batch=16, *, rate_of=lambda epoch: 0.02, **more):
    return Schedule(epochs, batch, 3, rate_of, **more)


def fitted(
    model,
    plan,
    *,
    loss=noisy_loss,
    figures=lambda loss: [loss],
    resume=None,
    on_epoch=lambda state: None,
    report=silent,
):
    """The curve of training the model on all of `DATA`."""
    return fit(
        model,
        loss,
        lambda net, value: figures(value),
        n_images=len(DATA),
        schedule=plan,
        device=CPU,
        resume=resume,
        on_epoch=on_epoch,
        report=report,
    )


def run(*, epochs=5, resume=None, model=None, report=silent, rate_of=lambda epoch: 0.02):
    """Model, curve and the states after each epoch."""
    states = []
    model = model or new_model()
    curve = fitted(
        model,
        schedule(epochs, 16, rate_of=rate_of),
        resume=resume,
        on_epoch=states.append,
        report=report,
    )
    return model, curve, states


def weights(model):
    return torch.cat([p.detach().ravel() for p in model.parameters()])


@pytest.mark.parametrize("after", [1, 3, 4])
def test_resumed_after_any_epoch_equals_undisturbed(after):
    model, curve, states = run()
    torch.manual_seed(99)
    resumed, again, later = run(resume=states[after - 1], model=nn.Linear(4, 1))
    assert torch.equal(weights(resumed), weights(model))
    assert again == curve
    assert [s.epoch for s in later] == list(range(after + 1, 6))


def test_resumed_when_all_is_done_trains_no_more():
    model, curve, states = run()
    resumed, again, later = run(resume=states[-1], model=nn.Linear(4, 1))
    assert torch.equal(weights(resumed), weights(model))
    assert (again, later) == (curve, [])


def test_a_state_of_more_epochs_than_wanted_is_passed_over():
    _, _, states = run()
    model, curve, _ = run(epochs=2)
    fresh, again, _ = run(epochs=2, resume=states[-1])
    assert torch.equal(weights(fresh), weights(model))
    assert again == curve


def test_states_do_not_change_as_training_goes_on():
    _, _, states = run()
    _, _, short = run(epochs=1)
    for key, value in short[0].tensors.items():
        assert torch.equal(states[0].tensors[key], value)
    assert len(states[0].curve) == 1


def test_the_same_seed_gives_the_same_training():
    assert torch.equal(weights(run()[0]), weights(run()[0]))


def test_each_epoch_sees_every_image_once_in_an_order_of_its_own():
    seen = []

    def looking(model, rows, noise):
        seen.extend(rows.tolist())
        return noisy_loss(model, rows, noise)

    fitted(new_model(), schedule(2, 16), loss=looking)
    first, second = seen[:70], seen[70:]
    assert sorted(first) == sorted(second) == list(range(70))
    assert first != second


def test_the_global_generator_does_not_matter():
    model = new_model()
    torch.manual_seed(1)
    first, _, _ = run(model=model)
    model = new_model()
    torch.manual_seed(2)
    torch.rand(10)
    assert torch.equal(weights(run(model=model)[0]), weights(first))


def test_loss_falls():
    _, curve, _ = run(epochs=12)
    assert curve[-1][0] < 0.3 * curve[0][0]


def test_the_curve_holds_the_mean_loss_over_the_images():
    """At a rate of next to nothing the mean over batches is the loss over all images."""
    model = new_model()
    noise = torch.Generator().manual_seed(3 * 100_003)
    order = torch.Generator().manual_seed(3 * 100_003)
    with torch.no_grad():
        batches = torch.split(torch.randperm(70, generator=order), 16)
        wanted = sum(float(noisy_loss(model, b, noise)) * len(b) for b in batches) / 70
    _, curve, _ = run(epochs=1, rate_of=lambda epoch: 1e-12)
    assert curve[0][0] == pytest.approx(wanted, rel=1e-4)


def test_rates_are_asked_for_by_epoch():
    """Epochs at a rate of next to nothing change next to nothing."""
    still, _, _ = run(rate_of=lambda epoch: 0.02 if epoch < 2 else 1e-12)
    short, _, _ = run(epochs=2)
    assert weights(still) == pytest.approx(weights(short), abs=1e-6)


def test_report_rises_to_each_image():
    told = []
    run(epochs=2, report=lambda done, total, message: told.append((done, total, message)))
    assert told[0] == (0, 140, "epoch 1 of 2")
    assert told[-1] == (70 + 64, 140, "epoch 2 of 2")
    assert [t[0] for t in told] == sorted(t[0] for t in told)


def test_cancelled_passes_through_and_earlier_states_stand():
    def stop(done, total, message):
        if message.startswith("epoch 3"):
            raise Cancelled

    states = []
    with pytest.raises(Cancelled):
        fitted(new_model(), schedule(5, 16), on_epoch=states.append, report=stop)
    assert [s.epoch for s in states] == [1, 2]
    assert torch.equal(weights(run(resume=states[-1])[0]), weights(run()[0]))


def with_patience(figures, *, patience, resume=None, epochs=9):
    """Epochs whose second figure is as given; weights of the model, the curve, the states."""
    states = []
    model = new_model() if resume is None else nn.Linear(4, 1)
    told = iter(figures[resume.epoch :] if resume else figures)
    curve = fitted(
        model,
        schedule(epochs, 16, patience=patience, score_of=lambda row: row[1]),
        figures=lambda loss: [loss, next(told)],
        resume=resume,
        on_epoch=states.append,
    )
    return weights(model), curve, states


RISE_AND_FALL = [0.1, 0.5, 0.4, 0.5, 0.3, 0.9]


def test_training_stops_where_it_no_longer_gets_better_and_keeps_the_best():
    kept, curve, states = with_patience(RISE_AND_FALL, patience=3)
    assert [row[1] for row in curve] == RISE_AND_FALL[:5]
    second = {k.removeprefix("model/"): v for k, v in states[1].tensors.items() if "model/" in k}
    assert torch.equal(kept, torch.cat([second["weight"].ravel(), second["bias"]]))


def test_patience_that_is_not_used_up_goes_on():
    _, curve, _ = with_patience(RISE_AND_FALL, patience=4, epochs=6)
    assert [row[1] for row in curve] == RISE_AND_FALL


@pytest.mark.parametrize("after", [1, 3, 5])
def test_stopping_early_is_the_same_after_a_break(after):
    kept, curve, states = with_patience(RISE_AND_FALL, patience=3)
    again, curve_again, _ = with_patience(RISE_AND_FALL, patience=3, resume=states[after - 1])
    assert torch.equal(again, kept)
    assert curve_again == curve


def test_without_patience_no_best_is_kept_and_the_last_epoch_counts():
    _, _, states = run()
    assert not [key for key in states[-1].tensors if key.startswith("best/")]
    assert Schedule(5, 16, 3, lambda epoch: 0.02).best([[1.0], [0.2], [0.4]]) == 2


def test_a_rest_that_is_too_small_goes_with_the_batch_before_it():
    seen = []

    def looking(model, rows, noise):
        seen.append(len(rows))
        return noisy_loss(model, rows, noise)

    for least in (1, 7):
        fitted(new_model(), schedule(1, 16, least_batch=least), loss=looking)
    assert seen == [16, 16, 16, 16, 6, 16, 16, 16, 22]


def test_the_cpu_never_computes_in_mixed_precision():
    seen = []

    def looking(model, rows, noise):
        seen.append(torch.is_autocast_enabled("cpu"))
        return noisy_loss(model, rows, noise)

    fitted(new_model(), schedule(1, 70, mixed=True), loss=looking)
    assert seen == [False]


def test_dropout_draws_alike_after_a_break_and_disturbs_nobody():
    def dropping(model, rows, noise):
        return F.mse_loss(model(F.dropout(DATA[rows], 0.5)).squeeze(1), TARGET[rows])

    def once(resume=None):
        states = []
        model = new_model()
        before = torch.get_rng_state()
        fitted(model, schedule(3, 16), loss=dropping, resume=resume, on_epoch=states.append)
        assert torch.equal(torch.get_rng_state(), before)
        return weights(model), states

    kept, states = once()
    again, _ = once(states[1])
    assert torch.equal(again, kept)
