"""t-SNE in a process of its own, which can be ended at any moment.

`python -m spurview.pipeline.tsne POINTS RESULT SEED` reads (n, d) float32 from one .npy file,
writes (n, 2) float32 into another, and says on its way how far it is; `progress_of` reads that.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ITERATIONS = 750
# At the least so many images: fewer have no neighbourhoods to keep.
LEAST = 10

Floats = NDArray[np.float32]


def command(points: Path, result: Path, seed: int) -> list[str]:
    """The command line of the process."""
    return [
        sys.executable,
        "-u",
        "-m",
        "spurview.pipeline.tsne",
        str(points),
        str(result),
        str(seed),
    ]


def progress_of(said: str) -> tuple[int, int, str]:
    """Iterations done, iterations in all, and what goes on, from what the process has said."""
    steps = re.findall(r"\[t-SNE\] Iteration (\d+)", said)
    if not steps:
        return 0, ITERATIONS, "finding neighbours"
    return min(int(steps[-1]), ITERATIONS), ITERATIONS, "laying out"


def laid_out(points: Floats, seed: int) -> Floats:
    """(n, 2) t-SNE of (n, d), n >= LEAST, in unit deviations; prints its iterations.

    van der Maaten & Hinton (2008), Barnes-Hut (van der Maaten, 2014), begun from the principal
    plane as Kobak & Berens (2019) advise.
    """
    from sklearn.manifold import TSNE

    model = TSNE(
        perplexity=min(30.0, (len(points) - 1) / 3),
        init="pca",
        learning_rate="auto",
        max_iter=ITERATIONS,
        random_state=seed,
        verbose=2,
    )
    plane = np.asarray(model.fit_transform(points), np.float64)
    plane -= plane.mean(0)
    scaled: Floats = (plane / np.maximum(plane.std(), 1e-9)).astype(np.float32)
    return scaled


def main(points: str, result: str, seed: str) -> None:
    """The process."""
    np.save(result, laid_out(np.load(points, allow_pickle=False), int(seed)), allow_pickle=False)


if __name__ == "__main__":
    main(*sys.argv[1:4])
