"""Rebuilds the sample projects in this folder: python3 sample_projects/rebuild.py

The picture beside each is a 248 x 140 cut of what the window shows for a recent project.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from spurview.core.settings import Settings
from spurview.pipeline.create import save_product
from spurview.pipeline.demo import demo_images
from spurview.pipeline.run import applied, compute, history_event

HERE = Path(__file__).parent
PER_DIGIT = 400
SEED = 3


def main() -> None:
    """Make planted-patch.spurview: 4,000 real digits, one patch, every stage run."""
    with tempfile.TemporaryDirectory(dir=HERE) as folder:
        made = demo_images(
            Settings(seed=SEED), "patch", project_dir=Path(folder), per_digit=PER_DIGIT
        )
        path = Path(folder) / "planted-patch.spurview"
        with save_product(path, made.product, Settings(seed=SEED), planted=made.planted) as project:
            for product in compute(
                project, project.info, work_dir=Path(folder), device="cpu", report=_tell
            ):
                info = applied(project.info, product)
                history = [*project.history, history_event(product, info)]
                project.save(info=info, put=product.arrays, drop=product.drop, history=history)
        os.replace(path, HERE / path.name)


def _tell(done: int, total: int, message: str) -> None:
    if done == total:
        print(message, file=sys.stderr)


if __name__ == "__main__":
    main()
