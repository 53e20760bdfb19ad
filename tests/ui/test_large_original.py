"""The large view's full-resolution originals: the very file, or else it is said."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from spurview.project.store import Project
from spurview.sources.picture import read_file
from tests import constructed
from tests.ui.conftest import fresh_info

ROW = 60


@pytest.fixture
def case_path(tmp_path):
    """A project whose first pool image has its original of 90 x 120 beside it, half red."""
    original = np.zeros((90, 120, 3), np.uint8)
    original[:, :60, 0] = 255
    (tmp_path / "pool").mkdir()
    file = tmp_path / "pool" / "000.png"
    Image.fromarray(original).save(file)
    arrays = constructed.arrays()
    arrays["/images/digest"][ROW] = np.frombuffer(read_file(file).digest, np.uint8)
    path = tmp_path / "case.spurview"
    Project.create(path, fresh_info(), arrays).close()
    return path


def opened(qtbot, window):
    images = window.workspace.images
    images.look.set_highlight("off")
    images.open_large(ROW)
    return images.large_view


def test_the_original_is_shown_at_full_resolution(qtbot, window):
    large = opened(qtbot, window)
    qtbot.waitUntil(lambda: "original, 120 × 90" in large._count.text, timeout=20_000)
    picture = large.picture.picture()
    assert abs(picture.width() / picture.height() - 120 / 90) < 0.02
    colour = picture.pixelColor(picture.width() // 4, picture.height() // 2)
    assert (colour.red(), colour.blue()) == (255, 0)


def test_a_mark_lies_on_the_working_image(qtbot, window):
    large = opened(qtbot, window)
    qtbot.waitUntil(lambda: "original, 120 × 90" in large._count.text, timeout=20_000)
    window.workspace.images.look.set_highlight("outline")
    picture = large.picture.picture()
    assert picture.width() == picture.height()
    assert "original" not in large._count.text


def test_another_file_of_the_name_is_not_shown(qtbot, window, tmp_path):
    Image.new("RGB", (50, 50)).save(tmp_path / "pool" / "000.png")
    large = opened(qtbot, window)
    qtbot.waitUntil(lambda: "the original file is not there" in large._count.text, timeout=20_000)
    picture = large.picture.picture()
    assert picture.width() % constructed.SIDE == 0
