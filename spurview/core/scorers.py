"""Two ways to tell whether an image carries a local pattern.

The matched filter is linear and its scores are two-peaked for a pattern that is there or not; the
conditional scorer is quadratic, sharper, and deceived by natural shapes. Either alone misleads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.linalg import solve_triangular

from spurview.core.covariance import solved
from spurview.core.material import RIDGE, Bools, Floats, Material, Rows
from spurview.core.pixel_map import Mask, otsu_threshold, places

# A hit scores above this many standard deviations of images without the pattern ...
LEAST_DEVIATIONS = 2.5
# ... and above this share of the members' median score.
MEMBER_SHARE = 0.55
# Members are too few to tell how more values than these go together.
MOST_CONDITIONAL = 400
# Fewer members teach a scorer nothing.
FEWEST = 5


class MatchedFilter:
    """w = (C + .01 I)^(-1) (mean member residual - mean other residual) on the mask.

    The linear detector of a known signal in Gaussian noise (Kay 1998, Detection Theory, 4.4).
    Scores are in standard deviations of residuals without the pattern.
    """

    def __init__(
        self, material: Material, mask: Mask, members: Rows, rest: Rows, contrast: Rows
    ) -> None:
        self._places = places(mask, material.shape[2])
        member_residual, rest_residual, contrast_residual = (
            self._residual(material, rows) for rows in (members, rest, contrast)
        )
        difference = member_residual.mean(0) - contrast_residual.mean(0)
        self._weights = _weights(rest_residual, difference)
        self._offset = float(np.median(rest_residual @ self._weights))
        self.typical = float(np.median(member_residual @ self._weights) - self._offset)
        self.threshold = max(LEAST_DEVIATIONS, MEMBER_SHARE * self.typical)

    @classmethod
    def drawn(
        cls,
        material: Material,
        mask: Mask,
        members: Rows,
        of_class: Rows,
        *,
        otherwise: Rows | None = None,
        fewest: int = FEWEST,
    ) -> Self:
        """From members against the rest of half A, contrasted to the rest of the class.

        of_class: the class's images among which members were sought; where fewer than `fewest` of
        them are no members, the contrast is `otherwise`, or the rest of half A.
        """
        rest = rest_of(material, members)
        contrast = _without(of_class, members, len(material.images))
        if len(contrast) < fewest:
            contrast = rest if otherwise is None else otherwise
        return cls(material, mask, members, rest, contrast)

    def scores(self, material: Material, rows: Rows | slice = slice(None)) -> NDArray[np.float64]:
        """Scores of the given rows, in standard deviations."""
        scored: NDArray[np.float64] = self._residual(material, rows) @ self._weights - self._offset
        return scored

    def _residual(self, material: Material, rows: Rows | slice) -> Floats:
        return _on(material.images, rows, self._places) - _on(material.expected, rows, self._places)


def _weights(rest: Floats, difference: NDArray[np.floating]) -> NDArray[np.float64]:
    """(p,) the filter for a difference (p,) amid residuals (m, p), of unit deviation among them.

    Of more values than residuals the covariance is never made, a square of p: by Woodbury's
    identity (X' X / n + r I)^(-1) d = (d - X' (X X' + n r I)^(-1) X d) / r, a square of m.
    """
    if len(difference) <= len(rest):
        covariance = np.atleast_2d(np.cov(rest.T)) + RIDGE * np.eye(len(difference))
        weights = solved(covariance, difference)
        variance = weights @ covariance @ weights
    else:
        centred, n = rest - rest.mean(0), len(rest) - 1
        products = (centred @ centred.T).astype(np.float64) + n * RIDGE * np.eye(len(rest))
        along = np.linalg.solve(products, centred @ difference)
        weights = (difference - along @ centred) / RIDGE
        variance = np.square(centred @ weights).sum() / n + RIDGE * weights @ weights
    unit: NDArray[np.float64] = weights / np.sqrt(variance + 1e-12)
    return unit


class ConditionalScorer:
    """Log odds of two Gaussians of x given the mean n of its content neighbours.

    On the mask and one pixel around it, members and rest each follow
    x = mu + beta (n - nu) + e, e ~ N(0, S): quadratic discriminant analysis conditional on n
    (Hastie et al. 2009, Elements of Statistical Learning, 4.3), S shrunk to its diagonal by
    d / (d + m). A score above 0 is a hit.
    """

    def __init__(self, material: Material, mask: Mask, members: Rows, rest: Rows) -> None:
        self._places = places(ndimage.binary_dilation(mask, np.ones((3, 3))), material.shape[2])
        self._sides = [self._fit(material, rows) for rows in (members, rest)]
        self._prior = float(np.log(len(rest) / len(members)))

    def scores(self, material: Material, rows: Rows | slice = slice(None)) -> NDArray[np.float64]:
        """Log odds of carrying the pattern, of the given rows."""
        images = _on(material.images, rows, self._places)
        expected = _on(material.expected, rows, self._places)
        member, rest = (side.log_density(images, expected) for side in self._sides)
        return member - rest - self._prior

    def _fit(self, material: Material, rows: Rows) -> _Side:
        images = _on(material.images, rows, self._places)
        expected = _on(material.expected, rows, self._places)
        mu, nu = images.mean(0), expected.mean(0)
        a, b = images - mu, expected - nu
        beta = float((a * b).sum() / ((b * b).sum() + 0.02 * b.size))
        errors = (a - beta * b).astype(np.float64)
        n_values, n = len(self._places), len(rows)
        shrink = n_values / (n_values + n)
        covariance = (1 - shrink) * (errors.T @ errors / n)
        covariance[np.diag_indices(n_values)] += shrink * errors.var(0) + 0.004
        return _Side.of(mu - beta * nu, beta, covariance)


@dataclass(frozen=True)
class _Side:
    """x = offset + beta n + e, e ~ N(0, S), with W = S^(-1/2): W e is white.

    at: W offset (d,); whitening: W transposed, (d, d); log_det: of S. In single precision, for
    speed: values of images in 0..1 and a floor of .004 under S leave no place to lose digits.
    """

    at: Floats
    beta: np.float32
    whitening: Floats
    log_det: float

    @classmethod
    def of(cls, offset: Floats, beta: float, covariance: NDArray[np.float64]) -> Self:
        lower = np.linalg.cholesky(covariance)
        whitening = solve_triangular(lower, np.eye(len(lower)), lower=True).T.astype(np.float32)
        log_det = 2 * float(np.log(np.diag(lower)).sum())
        return cls(offset @ whitening, np.float32(beta), whitening, log_det)

    def log_density(self, images: Floats, expected: Floats) -> NDArray[np.float64]:
        """Of images (n, d) given what is expected of them, (n, d), but for a constant."""
        white = (images - self.beta * expected) @ self.whitening - self.at
        density: NDArray[np.float64] = -0.5 * (np.einsum("nd,nd->n", white, white) + self.log_det)
        return density


def rest_of(material: Material, members: Rows) -> Rows:
    """The rows of half A that are no members."""
    return _without(np.flatnonzero(material.discover), members, len(material.images))


def _without(rows: Rows, left_out: Rows, n: int) -> Rows:
    """The rows, of n images, that are not left out."""
    is_left = np.ones(n, bool)
    is_left[left_out] = False
    kept: Rows = rows[is_left[rows]]
    return kept


def _on(values: Floats, rows: Rows | slice, places: Rows) -> Floats:
    """Values (n, d) of the rows on the places."""
    # Several times as fast as an index of columns, and in order of memory.
    return np.take(values[rows], places, axis=1)


def top_peak(scores: NDArray[np.floating]) -> Bools:
    """The upper side of the best two-way split of scores, (n,) bool."""
    upper: Bools = scores > otsu_threshold(scores, bins=64)
    return upper
