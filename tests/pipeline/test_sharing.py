"""Shares of a run: what they make together is what one process makes alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch

from spurview.cli.sharing import told_of_memory
from spurview.core.device import ON_CPU
from spurview.core.errors import Cancelled, InputError, StageError
from spurview.core.ranks import Ranks
from spurview.core.vae import train_vae
from spurview.pipeline import blocks, sharing, training_stages
from spurview.pipeline import run as running
from spurview.pipeline.blocks import Share, share_from
from spurview.pipeline.checkpoints import Checkpoints
from spurview.pipeline.stages import fingerprint
from spurview.project.store import Project
from tests.pipeline import tiny
from tests.pipeline.small_gpu import SmallGpu

pytestmark = pytest.mark.usefixtures("one_thread")

PRODUCTS = ("/predictions/class", "/predictions/logits", "/latents", "/embedding/neighbours")


@pytest.fixture(scope="module")
def trained(tmp_path_factory, one_thread):
    """A project whose networks are trained, with its work folder."""
    path = tmp_path_factory.mktemp("trained") / "t.spurview"
    with tiny.create(path) as project:
        sharing.train_weights(project, device="cpu")
    return path


@pytest.fixture(scope="module")
def alone(trained, tmp_path_factory, one_thread):
    """What one process makes of it, by name."""
    with Project.open(copy_of(trained, tmp_path_factory.mktemp("alone"))) as project:
        tiny.run(project, until="embedding")
        return {name: project.read(name) for name in PRODUCTS}


def copy_of(path, folder):
    shutil.copytree(path.parent, folder, dirs_exist_ok=True)
    return folder / path.name


@pytest.fixture
def small_blocks(monkeypatch):
    """Seven and nine blocks of 260 images."""
    monkeypatch.setattr(blocks, "_PREDICTED", 40)
    monkeypatch.setattr(blocks, "_EMBEDDED", 30)


def products(path):
    with Project.open(path, lock=False) as project:
        return {name: project.read(name) for name in PRODUCTS}


def assert_like(found, alone):
    assert np.array_equal(found["/predictions/class"], alone["/predictions/class"])
    assert np.abs(found["/latents"] - alone["/latents"]).max() < 1e-3


@pytest.mark.parametrize("count", [2, 4])
def test_merged_shares_are_the_single_run(tmp_path, trained, alone, small_blocks, count):
    path = copy_of(trained, tmp_path)
    for index in range(count):
        with Project.open(path, lock=False) as project:
            sharing.compute_share(project, Share(index, count), device="cpu")
    with Project.open(path) as project:
        sharing.merge(project, device="cpu")
        assert not project.work_dir.exists()
    assert_like(products(path), alone)


def test_merging_computes_no_block_itself(tmp_path, trained, small_blocks, monkeypatch):
    path = copy_of(trained, tmp_path)
    with Project.open(path) as project:
        sharing.compute_share(project, Share(), device="cpu")
        monkeypatch.setattr(Checkpoints, "keep_block", lambda *_: pytest.fail("computed"))
        sharing.merge(project, device="cpu")


def test_a_stopped_share_goes_on_where_it_stopped(tmp_path, trained, alone, small_blocks):
    path = copy_of(trained, tmp_path)

    def stop_at_third(done, total, message):
        if "embedding" in message and done >= 90:
            raise Cancelled

    with Project.open(path) as project:
        with pytest.raises(Cancelled):
            sharing.compute_share(project, Share(), device="cpu", report=stop_at_third)
        kept = Checkpoints(project.work_dir, "embedding", fingerprint("embedding", project.info))
        before = [kept.has_block(index) for index in range(9)]
        assert before == [True] * 3 + [False] * 6
        stamps = {p: p.stat().st_mtime_ns for p in project.work_dir.rglob("block-*")}
        sharing.compute_share(project, Share(), device="cpu")
        assert all(p.stat().st_mtime_ns == at for p, at in stamps.items())
        sharing.merge(project, device="cpu")
    assert_like(products(path), alone)


def test_half_a_block_is_computed_again(tmp_path, trained, alone, small_blocks):
    path = copy_of(trained, tmp_path)
    with Project.open(path) as project:
        sharing.compute_share(project, Share(), device="cpu")
        block = next(project.work_dir.rglob("embedding-*/block-000002.npy"))
        block.write_bytes(block.read_bytes()[:200])
        sharing.merge(project, device="cpu")
    assert_like(products(path), alone)


def test_a_missing_share_is_told(tmp_path, trained, small_blocks):
    with Project.open(copy_of(trained, tmp_path)) as project:
        sharing.compute_share(project, Share(0, 2), device="cpu")
        with pytest.raises(StageError, match="3 blocks of predictions are not there yet"):
            sharing.merge(project, device="cpu")
        assert not project.has("/latents")


def test_untrained_networks_are_told(tmp_path):
    with (
        tiny.create(tmp_path / "t.spurview") as project,
        pytest.raises(StageError, match="not trained yet: run it with --until weights"),
    ):
        sharing.compute_share(project, Share(), device="cpu")


@pytest.mark.parametrize("text", ["", "2", "0/3", "4/3", "a/b", "1/0", "-1/2", "1/2/3"])
def test_only_k_of_n_is_a_share(text):
    with pytest.raises(InputError, match="is no share: write k/n"):
        share_from(text)


def test_every_block_is_in_one_share():
    assert share_from("2/8") == Share(1, 8)
    for block in range(20):
        assert sum(Share(index, 3).has(block) for index in range(3)) == 1


class OneOfTwo(Ranks):
    """Half of each batch, with the gradients that the two halves would have on average."""

    def __init__(self):
        super().__init__(0, 2)

    def share(self, rows):
        return rows

    def joined(self, module):
        return module

    def mean(self, value, device):
        return value / 2


def test_a_share_is_weighed_by_its_images():
    """A process that had the whole batch would count it twice, once for each of the two."""
    images = tiny.arrays()["/images/pixels"][:60]
    settings = replace_batch(tiny.SETTINGS.embedding)
    _, curve = train_vae(images, settings=settings, seed=0, device=torch.device("cpu"))
    _, halves = train_vae(
        images, settings=settings, seed=0, device=torch.device("cpu"), ranks=OneOfTwo()
    )
    assert halves[0, 0] == pytest.approx(curve[0, 0], rel=0.05)


def replace_batch(settings):
    import msgspec

    return msgspec.structs.replace(settings, epochs=1)


def launched(path, n, folder):
    """The project run to its latents by n processes of torchrun."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "XDG_STATE_HOME": str(folder)}
    ran = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(n),
         "-m", "spurview", "run", str(path), "--until", "embedding", "--device", "cpu"],
        env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("embedding is done") == 1


@pytest.mark.parametrize(
    "n",
    [
        pytest.param(1, marks=pytest.mark.slow),
        2,
        pytest.param(4, marks=pytest.mark.slow),
    ],
)
def test_processes_of_torchrun_make_what_one_makes(tmp_path, trained, alone, n):
    """The VAE too is trained by all: a training from the start takes the same steps."""
    path = copy_of(trained, tmp_path)
    for folder in path.parent.glob(".t.spurview.work/embedding-*"):
        shutil.rmtree(folder)
    launched(path, n, tmp_path / "state")
    assert_like(products(path), alone)


def no_room(module, name, device_of, monkeypatch):
    """A machine whose GPU has no room for what the module's function does; what it was tried on."""
    gpu = SmallGpu(getattr(module, name), device_of)
    monkeypatch.setattr(module, name, gpu)
    monkeypatch.setattr(running, "chosen_kind", lambda device: "cuda")
    return gpu.tried


def devices_of_blocks(monkeypatch):
    """A GPU without room for predictions or the embedding, though the VAE was trained on it."""
    on_cpu = training_stages.train_vae
    monkeypatch.setattr(
        training_stages,
        "train_vae",
        lambda *args, **given: on_cpu(*args, **given | {"device": torch.device("cpu")}),
    )
    predicted = no_room(training_stages, "Network", lambda args, _: args[1], monkeypatch)
    embedded = no_room(blocks, "embed", lambda args, _: args[2], monkeypatch)
    return predicted, embedded


def test_a_shard_on_a_gpu_that_is_too_small_goes_on_with_the_cpu(
    tmp_path, trained, alone, small_blocks, monkeypatch
):
    path, told = copy_of(trained, tmp_path), []
    with Project.open(path) as project:
        with monkeypatch.context() as machine:
            predicted, embedded = devices_of_blocks(machine)
            sharing.compute_share(project, Share(), report=lambda *of: told.append(of[2]))
        sharing.merge(project, device="cpu")
    assert predicted[:2] == ["cuda", "cpu"]
    assert embedded[:2] == ["cuda", "cpu"]
    assert [line for line in told if line.endswith(ON_CPU)] == [
        f"predictions: {ON_CPU}",
        f"embedding: {ON_CPU}",
    ]
    assert_like(products(path), alone)


def test_training_for_shards_goes_on_with_the_cpu(tmp_path, monkeypatch):
    with tiny.create(tmp_path / "t.spurview") as project:
        sharing.run_project(project, until="classifier", device="cpu")
        tried = no_room(training_stages, "train_vae", lambda _, given: given["device"], monkeypatch)
        sharing.train_weights(project)
        assert (tried[0], tried[-1]) == ("cuda", "cpu")
        assert next(project.work_dir.glob("embedding-*/training.safetensors")).is_file()


def test_of_processes_that_train_together_one_without_memory_ends_with_what_to_do(
    tmp_path, monkeypatch
):
    """It can neither shrink its batch nor leave for the CPU while the others go on."""
    with tiny.create(tmp_path / "t.spurview") as project:
        tried = no_room(training_stages, "train_vae", lambda _, given: given["device"], monkeypatch)
        work = sharing._work("embedding", project, "auto", frozenset(), lambda *_: None)
        with pytest.raises(StageError, match=r"trained together: run it with --device cpu, or"):
            training_stages.trained_vae(work, OneOfTwoAlone())
    assert tried == ["cuda"]


class OneOfTwoAlone(Ranks):
    """The first of two processes, without the second."""

    def __init__(self):
        super().__init__(0, 2)

    def from_first(self, value):
        return value


def test_another_process_of_torchrun_tells_of_memory_alone(monkeypatch, capsys):
    monkeypatch.setenv("RANK", "3")
    told_of_memory(0, 1, "embedding: epoch 1 of 4")
    told_of_memory(0, 1, f"embedding: {ON_CPU}")
    assert capsys.readouterr().err == f"process 3: embedding: {ON_CPU}\n"
