"""The work folder beside a project: what long stages keep so that a later run goes on from there.

Tensors as safetensors, blocks as plain arrays, each written beside and renamed, so that a killed
run leaves whole files only. A checkpoint whose fingerprint is another's is passed over.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from spurview.core.arrays import Array
from spurview.core.training import TrainingState


class Checkpoints:
    """Checkpoints of one stage, in a folder named by stage and fingerprint."""

    def __init__(self, work_dir: Path, stage: str, fingerprint: str) -> None:
        self._root = work_dir
        self._stage = stage
        self._folder = work_dir / f"{stage}-{fingerprint[:16]}"

    def keep_training(self, state: TrainingState) -> None:
        """Write the state of a training after an epoch, in place of the one before."""
        from safetensors.torch import save_file

        about = {"epoch": str(state.epoch), "curve": json.dumps(state.curve)}
        target = self._folder / "training.safetensors"
        self._write(target, lambda path: save_file(state.tensors, path, metadata=about))

    def training(self) -> TrainingState | None:
        """The last state kept, or None where there is none that can be read."""
        from safetensors import SafetensorError, safe_open

        target = self._folder / "training.safetensors"
        try:
            with safe_open(target, "pt") as file:
                about = file.metadata()
                tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
            return TrainingState(int(about["epoch"]), tensors, json.loads(about["curve"]))
        except (OSError, SafetensorError, KeyError, ValueError, TypeError):
            return None

    def keep_block(self, index: int, block: Array) -> None:
        """Write one block of a product."""
        target = self._folder / f"block-{index:06}.npy"
        self._write(target, lambda path: _save_array(path, block))

    def block(self, index: int) -> Array | None:
        """A block kept earlier, or None."""
        try:
            loaded: Array = np.load(self._folder / f"block-{index:06}.npy", allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        return loaded

    def has_block(self, index: int) -> bool:
        """Whether a block was kept."""
        return (self._folder / f"block-{index:06}.npy").is_file()

    def clear(self) -> None:
        """Remove the stage's checkpoints, of this and other fingerprints, and an empty folder."""
        for folder in self._root.glob(f"{self._stage}-*"):
            shutil.rmtree(folder, ignore_errors=True)
        try:
            self._root.rmdir()
        except OSError:
            # Other stages still have something there.
            return

    def _write(self, target: Path, write: Callable[[Path], None]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(target.name + ".part")
        write(beside)
        os.replace(beside, target)


def _save_array(path: Path, block: Array) -> None:
    with path.open("wb") as file:
        np.save(file, block, allow_pickle=False)
