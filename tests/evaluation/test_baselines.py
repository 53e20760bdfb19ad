"""The threshold that one who knows the pattern would choose."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.evaluation.baselines import best_threshold

# Images without the pattern and with it, and those that score above the best threshold.
APART = ([0.0, 1.0], [2.0, 3.0], [2.0, 3.0])
TIED = ([0.0, 0.0, 0.0, 2.0, 2.0], [2.0, 3.0, 3.0, 3.0], [3.0, 3.0, 3.0])
ALL_ALIKE = ([1.0, 1.0], [1.0, 1.0], [1.0, 1.0, 1.0, 1.0])


@pytest.mark.parametrize(("without", "planted", "taken"), [APART, TIED, ALL_ALIKE])
def test_best_threshold_lies_between_scores_that_differ(without, planted, taken):
    threshold = best_threshold(np.array(without), np.array(planted), 0.3)
    scores = np.array(without + planted)
    assert sorted(scores[scores > threshold]) == taken
