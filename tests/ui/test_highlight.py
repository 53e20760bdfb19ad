"""Each highlight mode, told by the pixels of a painted cell."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt

from spurview.core.arrays import MemoryReader
from spurview.pipeline.findings import candidate_records
from spurview.ui.clusters.thumbnails import Thumbnails
from spurview.ui.images.images_pane import ImagesPane
from spurview.ui.widgets.flat_button import FlatButton
from tests import constructed
from tests.constructed import CARRIERS
from tests.ui.view_bench import STRONG, WEAK, Bench, show

ZOOM = 5
INSIDE, OUTSIDE = (2, 2), (8, 8)  # image pixels, row and column: in the patch and out of it


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def pane(qtbot, bench) -> ImagesPane:
    made = show(qtbot, ImagesPane(*bench.parts), 550, 404)
    bench.focus.candidate_id = STRONG
    return made


def painted(pane, at, index=3) -> tuple[int, int, int]:
    """Colour of the middle of an image pixel in a painted cell."""
    cell = pane.grid.cell_rect(index)
    place = cell.topLeft()
    image = pane.grid.viewport().grab().toImage()
    colour = image.pixelColor(
        place.x() + at[1] * ZOOM + ZOOM // 2, place.y() + at[0] * ZOOM + ZOOM // 2
    )
    return colour.red(), colour.green(), colour.blue()


def original(bench, pane, at, index=3) -> int:
    return int(bench.document.reader.read_rows("/images/pixels", [pane.grid.rows[index]])[0][at][0])


def press(qtbot, pane, mode):
    names = {"heat": "Heat", "outline": "Outline", "dim": "Dim the rest", "off": "Off"}
    words = f"Highlight: {names[mode]}"
    button = next(b for b in pane.findChildren(FlatButton) if b.accessibleName() == words)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_heat_colours_what_is_shared_alone(qtbot, bench, pane):
    red, green, blue = painted(pane, INSIDE)
    assert red > green > blue + 50
    assert painted(pane, OUTSIDE) == (original(bench, pane, OUTSIDE),) * 3


def test_outline_leaves_the_image_and_draws_around_it(qtbot, bench, pane):
    press(qtbot, pane, "outline")
    assert painted(pane, INSIDE) == (255, 255, 255)
    assert painted(pane, OUTSIDE) == (original(bench, pane, OUTSIDE),) * 3
    cell = pane.grid.cell_rect(3)
    image = pane.grid.viewport().grab().toImage()
    row = [
        image.pixelColor(cell.left() + x, cell.top() + 2 * ZOOM).name() for x in range(4 * ZOOM + 2)
    ]
    assert "#ffb000" in row


def test_dim_darkens_the_rest(qtbot, bench, pane):
    press(qtbot, pane, "dim")
    assert painted(pane, INSIDE) == (255, 255, 255)
    expected = original(bench, pane, OUTSIDE) * 0.28
    assert painted(pane, OUTSIDE)[0] == pytest.approx(expected, abs=1)


def test_off_shows_the_image(qtbot, bench, pane):
    press(qtbot, pane, "off")
    for at in (INSIDE, OUTSIDE):
        assert painted(pane, at) == (original(bench, pane, at),) * 3


def place_of(bench, pane, index=3) -> tuple[int, int]:
    """The middle of a moved patch in an image, row and column."""
    places = bench.document.reader.read("/candidates/places")[0]
    down, right = places[pane.grid.rows[index]].tolist()
    return INSIDE[0] + down, INSIDE[1] + right


@pytest.fixture
def moved(qtbot) -> tuple[Bench, ImagesPane]:
    bench = Bench(changed=constructed.moved())
    pane = show(qtbot, ImagesPane(*bench.parts), 550, 404)
    bench.focus.candidate_id = STRONG
    return bench, pane


@pytest.mark.parametrize("index", [0, 3, 11])
def test_heat_lies_where_each_image_has_a_moved_pattern(moved, index):
    bench, pane = moved
    red, green, blue = painted(pane, place_of(bench, pane, index), index)
    assert red > green > blue + 50
    assert painted(pane, INSIDE, index) == (original(bench, pane, INSIDE, index),) * 3


def test_outline_goes_around_a_moved_pattern(qtbot, moved):
    bench, pane = moved
    press(qtbot, pane, "outline")
    cell = pane.grid.cell_rect(3)
    image = pane.grid.viewport().grab().toImage()
    line = [
        (y // ZOOM, x // ZOOM)
        for y in range(cell.height())
        for x in range(cell.width())
        if image.pixelColor(cell.left() + x, cell.top() + y).name() == "#ffb000"
    ]
    row, column = place_of(bench, pane)
    assert {max(abs(y - row), abs(x - column)) for y, x in line} <= {1, 2}
    assert len(line) > 40


def test_dim_leaves_a_moved_pattern_alone(qtbot, moved):
    bench, pane = moved
    press(qtbot, pane, "dim")
    assert painted(pane, place_of(bench, pane)) == (255, 255, 255)
    assert painted(pane, INSIDE)[0] == pytest.approx(original(bench, pane, INSIDE) * 0.28, abs=1)


def test_off_marks_no_moved_pattern(qtbot, moved):
    bench, pane = moved
    press(qtbot, pane, "off")
    assert painted(pane, place_of(bench, pane)) == (255, 255, 255)


def test_a_pattern_that_stays_beside_a_moved_one_lies_where_its_map_is(moved):
    bench, pane = moved
    bench.focus.candidate_id = WEAK
    red, _, blue = painted(pane, (11, 11))
    assert red > blue + 30


def test_the_large_view_marks_a_moved_pattern_at_its_place(qtbot, moved):
    bench, pane = moved
    pane.open_large(pane.grid.rows[3])
    qtbot.addWidget(pane.large_view)
    image = pane.large_view.picture.picture()
    zoom = image.width() // constructed.SIDE
    row, column = place_of(bench, pane)
    colour = image.pixelColor(column * zoom + zoom // 2, row * zoom + zoom // 2)
    assert colour.red() > colour.green() > colour.blue() + 50
    home = image.pixelColor(INSIDE[1] * zoom + zoom // 2, INSIDE[0] * zoom + zoom // 2)
    assert home.red() == home.blue()


def test_the_small_picture_of_a_moved_pattern_is_not_blurred(moved):
    bench, _ = moved
    picture = Thumbnails(bench.document).picture(STRONG)
    inside = picture.pixelColor(INSIDE[1], INSIDE[0])
    # As if no member had it elsewhere: full heat on white.
    bench = Bench()
    still = Thumbnails(bench.document).picture(STRONG).pixelColor(INSIDE[1], INSIDE[0])
    assert inside == still


def test_an_image_without_the_pattern_is_not_marked(bench, pane):
    absent = int(CARRIERS[-1]) + 50
    bench.selection.set_rows([CARRIERS[0], absent])
    index = pane.grid.rows.index(absent)
    assert painted(pane, INSIDE, index) == (original(bench, pane, INSIDE, index),) * 3


def test_a_high_threshold_marks_nothing(bench, pane):
    pane.look.set_highlight(threshold=1.0)
    assert painted(pane, INSIDE) == (255, 255, 255)


def test_strength_sets_how_much_the_mark_covers(bench, pane):
    pane.look.set_highlight(strength=0.0)
    assert painted(pane, INSIDE) == (255, 255, 255)


def test_residual_is_the_difference_to_the_neighbours_around_mid_grey(bench, pane):
    pane.look.what = "residual"
    pane.look.set_highlight("off")
    difference = (255 - neighbours_mean(bench, pane)[INSIDE][0]) / 255
    assert painted(pane, INSIDE)[0] == pytest.approx((0.5 + 0.5 * difference) * 255, abs=1)


def test_reference_shows_the_neighbours(bench, pane):
    pane.look.what = "reference"
    pane.look.set_highlight("off")
    expected = neighbours_mean(bench, pane)[OUTSIDE][0]
    assert painted(pane, OUTSIDE)[0] == pytest.approx(expected, abs=1)


def test_a_candidate_without_a_stable_place_marks_nothing(qtbot):
    records = candidate_records(MemoryReader(constructed.arrays()))
    moved = [msgspec.structs.replace(record, localised=False) for record in records]
    bench = Bench(changed={"/candidates/records": constructed.as_json(moved)})
    pane = show(qtbot, ImagesPane(*bench.parts), 550, 404)
    bench.focus.candidate_id = STRONG
    assert painted(pane, INSIDE) == (255, 255, 255)


def neighbours_mean(bench, pane, index=3):
    """Mean of the neighbours that do not carry the focused pattern."""
    near = bench.document.reader.read_rows("/embedding/neighbours", [pane.grid.rows[index]])[0]
    without = near[bench.document.reader.read("/candidates/hits")[0][near] == 0]
    return bench.document.reader.read_rows("/images/pixels", without).mean(axis=0)
