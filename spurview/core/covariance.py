"""The covariance of residuals: whitening, and matched filters for patterns over all pixels.

Up to `EXACT_VALUES` values per image the matrix is kept whole; above, its leading
`RANK` directions and one variance for all the rest (probabilistic PCA, Tipping and Bishop 1999).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

Floats = NDArray[np.float32]

EXACT_VALUES = 1024
RANK = 128
# Up to here the matrix is kept for its blocks, though not taken apart.
MOST_IN_MATRIX = 2048


def solved(matrix: NDArray[np.floating], target: NDArray[np.floating]) -> NDArray[np.float64]:
    """matrix^-1 target of a covariance (p, p) with its ridge, (p,).

    Above `EXACT_VALUES` by Cholesky's factors in single precision, a third of the time: the ridge
    is far above what rounding changes.
    """
    if len(matrix) > EXACT_VALUES:
        try:
            factors = cho_factor(matrix.astype(np.float32), overwrite_a=True, check_finite=False)
        except LinAlgError:
            pass
        else:
            return np.asarray(cho_solve(factors, target.astype(np.float32)), np.float64)
    return np.asarray(np.linalg.solve(matrix, target), np.float64)


class Covariance:
    """Covariance of rows (m, D) about their mean, as eigenvalues and directions plus a rest."""

    def __init__(self, rows: Floats) -> None:
        self._rows = rows - rows.mean(0)
        n_values = rows.shape[1]
        self._matrix: NDArray[np.float64] | None = None
        if n_values <= MOST_IN_MATRIX:
            self._matrix = (self._rows.T @ self._rows / len(rows)).astype(np.float64)
        if self._matrix is not None and n_values <= EXACT_VALUES:
            values, self._directions = np.linalg.eigh(self._matrix)
            self._values = np.maximum(values, 0)
            self._rest = 0.0
        else:
            self._values, self._directions, self._rest = self._leading(n_values)
        self.mean_variance = float(np.square(self._rows).mean())

    def _leading(self, n_values: int) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        from sklearn.utils.extmath import randomized_svd

        rank = min(RANK, len(self._rows) - 1)
        _, singular, directions = randomized_svd(self._rows, rank, n_iter=2, random_state=0)
        values = singular.astype(np.float64) ** 2 / len(self._rows)
        rest = (np.square(self._rows).mean() * n_values - values.sum()) / (n_values - rank)
        return values, directions.T.astype(np.float64), max(float(rest), 0.0)

    def block(self, places: NDArray[np.intp]) -> NDArray[np.float64]:
        """The covariance (p, p) of the values at `places`."""
        if self._matrix is not None:
            return self._matrix[np.ix_(places, places)]
        chosen = self._rows[:, places].astype(np.float64)
        block: NDArray[np.float64] = chosen.T @ chosen / len(chosen)
        return block

    def whiten(self, rows: Floats, ridge: float) -> Floats:
        """Rows (m, D) times (C + ridge I)^(-1/2), in the coordinates of the directions."""
        scale = 1 / np.sqrt(self._values + ridge)
        whitened: Floats = rows @ (self._directions * scale).astype(np.float32)
        return whitened

    def solve(self, vector: NDArray[np.floating], ridge: float) -> NDArray[np.float64]:
        """(C + ridge I)^(-1) vector, of length D."""
        along = self._directions.T @ vector.astype(np.float64)
        solved = self._directions @ (along / (self._values + ridge))
        if self._rest or len(self._values) < len(vector):
            off = vector - self._directions @ along
            solved = solved + off / (self._rest + ridge)
        return np.asarray(solved)

    def deviation(self, weights: NDArray[np.float64]) -> float:
        """Standard deviation of the score `rows @ weights` under this covariance."""
        along = self._directions.T @ weights
        off = float(weights @ weights - along @ along)
        return float(np.sqrt(max(along**2 @ self._values + self._rest * off, 1e-12)))
