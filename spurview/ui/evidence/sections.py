"""The parts of the evidence, each made from the material of one candidate."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from spurview.core.shared_pixels import SMOOTH_FROM_PX, Pictures, enlarge, rgb
from spurview.pipeline import wording, wording_evidence
from spurview.pipeline.effects import insertion_effects, removal_effects
from spurview.pipeline.evidence import Pair
from spurview.pipeline.sensitivity_wording import measure_sentence
from spurview.pipeline.wording import Doubt, count
from spurview.pipeline.wording_outcome import standing
from spurview.ui.class_palette import class_places
from spurview.ui.document import Document
from spurview.ui.evidence.effect_bar import EffectBar
from spurview.ui.evidence.icon_label import IconLabel
from spurview.ui.evidence.material import Material
from spurview.ui.evidence.one_row import OneRow
from spurview.ui.evidence.pattern_picture import PatternPicture
from spurview.ui.widgets.captioned import Captioned, Part
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.link_button import LinkButton
from spurview.ui.widgets.pictures import to_qimage

# Called with the rows to show and what they are in words.
ShowRows = Callable[[Sequence[int], str], None]

THUMB_PX = 56
PATTERN_PX = 112
MOST_TRAINING = 8


def claim(shown: Material, name: str) -> QWidget:
    """The sentence, the pattern beside its effects, and what the outcome means."""
    finding = shown.finding
    part, inside = _column(gap=12)
    inside.addWidget(label(wording.headline(finding), "headline", wrap=True))
    ratios = shown.ratios()
    for told in (standing(finding, ratios), measure_sentence(shown.info, finding, ratios)):
        if told:
            inside.addWidget(label(told, "quiet", wrap=True))
    beside = QHBoxLayout()
    beside.setSpacing(16)
    picture, mask = shown.pattern()
    where = shown.where()
    beside.addWidget(
        PatternPicture(picture, mask, f"The pattern of {name}: {where}", side_px=PATTERN_PX),
        0,
        Qt.AlignmentFlag.AlignTop,
    )
    bars = QVBoxLayout()
    bars.setSpacing(0)
    for effect in insertion_effects(finding):
        bars.addWidget(EffectBar(effect))
    words = where if finding.localised else wording_evidence.NO_PLACE
    bars.addSpacing(2)
    bars.addWidget(label(words, "quiet", wrap=True))
    bars.addStretch(1)
    beside.addLayout(bars, 1)
    inside.addLayout(beside)
    return part


def facts(shown: Material) -> QWidget:
    """Pool lift, training lift and removal, label over value; a reason where one is missing."""
    part = QWidget()
    grid = QGridLayout(part)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(0)
    for column, (name, value, more) in enumerate(wording_evidence.facts(shown.finding)):
        grid.addWidget(label(name, "quiet"), 0, column)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(label(value, "value"), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label(more, "quiet", wrap=True), 1, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(line, 1, column)
        grid.setColumnStretch(column, 1)
    return part


def pair_strip(shown: Material, show: ShowRows) -> QWidget | None:
    """Images before and after the pattern was put in; None where there are none."""
    pairs = shown.pairs()
    if not pairs:
        return None
    names = shown.document.info.class_names
    places = class_places(shown.document.reader, len(names))
    rows = [pair.row for pair in pairs]
    widgets = []
    for pair in pairs:
        widget = _pair_widget(pair, names, places)
        widget.clicked.connect(lambda: show(rows, "the pattern was put into"))
        widgets.append(widget)
    strip = OneRow(widgets, gap=12)
    strip.setAccessibleName("Images before and after the pattern was put in")
    return strip


def _pair_widget(pair: Pair, names: list[str], places: list[int]) -> Captioned:
    before, after = names[pair.class_before], names[pair.class_after]
    caption = [
        Part(before, places[pair.class_before]),
        Part("→"),
        Part(after, places[pair.class_after], quiet=False),
        Part(f"{pair.confidence:.2f}"),
    ]
    words = f"Class {before} became class {after} with confidence {pair.confidence:.2f}"
    return Captioned([_thumb(pair.before), _thumb(pair.after)], caption, words, side_px=THUMB_PX)


def taking_out(shown: Material, show: ShowRows) -> QWidget:
    """What removing the pattern did."""
    finding, out = shown.finding, shown.finding.removal
    members = shown.rows.members.tolist()
    link = None
    if out is not None:
        link = LinkButton(f"Show all {count(len(members))} images")
        link.clicked.connect(lambda: show(members, "images, most typical first"))
    part, inside = _section(wording_evidence.TAKING_OUT, link)
    inside.addWidget(label(wording.removal_sentence(finding), wrap=True))
    if out is not None:
        for effect in removal_effects(finding):
            inside.addWidget(EffectBar(effect, label_px=PATTERN_PX + 16))
    return part


def where_it_occurs(shown: Material, show: ShowRows) -> QWidget:
    """The table of carriers in the class and elsewhere."""
    finding, matches = shown.finding, shown.rows.matches.tolist()
    link = LinkButton(f"Show {count(len(matches))} carriers")
    link.clicked.connect(lambda: show(matches, "carriers in the pool, best match first"))
    part, inside = _section(wording_evidence.WHERE_IT_OCCURS, link)
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(0, 1)
    for line, cells in enumerate(wording_evidence.occurrence_table(shown)):
        for column, text in enumerate(cells):
            made = label(text, "quiet" if not line else "value" if column == 3 else "plain")
            grid.addWidget(_right(made) if column or not line else made, line, column)
    inside.addLayout(grid)
    inside.addWidget(label(wording_evidence.expected_sentence(finding), "quiet", wrap=True))
    inside.addWidget(label(wording.training_sentence(finding), "quiet", wrap=True))
    return part


def weakening(shown: Material, show: ShowRows) -> QWidget:
    """What would weaken the claim, and whether it does."""
    part, inside = _section(wording_evidence.WEAKENING)
    elsewhere = len(shown.carriers_elsewhere())
    for doubt in wording.doubts(shown.finding, shown.contents(), elsewhere):
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(_doubt_icon(doubt), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label(doubt.text, wrap=True), 1)
        rows = _rows_behind(shown, doubt)
        if len(rows):
            link = LinkButton(f"Show {count(len(rows))}", f"Show {len(rows)} images: {doubt.text}")
            link.clicked.connect(
                lambda _=False, rows=rows, doubt=doubt: show(rows.tolist(), _CAPTIONS[doubt.images])
            )
            line.addWidget(link, 0, Qt.AlignmentFlag.AlignTop)
        inside.addLayout(line)
    return part


_CAPTIONS = {
    "carriers": "carriers in the pool",
    "carriers elsewhere": "carriers that are not of the class",
    "training elsewhere": "training images of other classes with the pattern",
}


def _rows_behind(shown: Material, doubt: Doubt) -> np.ndarray:
    if doubt.images == "carriers":
        return shown.rows.matches
    if doubt.images == "carriers elsewhere":
        return shown.carriers_elsewhere()
    if doubt.images == "training elsewhere":
        return shown.training_elsewhere()
    return np.empty(0, np.intp)


def _doubt_icon(doubt: Doubt) -> IconLabel:
    icon_name = {True: "circle-alert", False: "circle-check", None: "circle-help"}[doubt.weakens]
    return IconLabel(icon_name, wording_evidence.WEAKENS[doubt.weakens])


def training_images(shown: Material, show: ShowRows, save: Callable[[], None]) -> QWidget:
    """The training images that carry the pattern, what the person must clean; `save` as a table."""
    rows = shown.rows.training.tolist()
    document = shown.document
    link = None
    if rows:
        link = LinkButton(f"Show all {count(len(rows))}")
        link.clicked.connect(lambda: show(rows, "training images with the pattern"))
    part, inside = _section(wording_evidence.TRAINING_IMAGES, link)
    if not rows:
        why = wording_evidence.no_training_images(shown.finding)
        inside.addWidget(label(why, "quiet", wrap=True))
        return part
    thumbs = []
    for row, picture in zip(rows, _thumbs(document, rows[:MOST_TRAINING]), strict=False):
        key = document.keys[row]
        thumb = Captioned([picture], [Part(_short(key))], key, side_px=THUMB_PX)
        thumb.clicked.connect(lambda: show(rows, "training images with the pattern"))
        thumbs.append(thumb)
    inside.addWidget(OneRow(thumbs, gap=12))
    copy = LinkButton(f"Copy {count(len(rows))} keys")
    copy.clicked.connect(
        lambda: QGuiApplication.clipboard().setText("\n".join(document.keys[row] for row in rows))
    )
    table = LinkButton("Save the list…", "Save the list of training images as a table")
    table.clicked.connect(save)
    line = QHBoxLayout()
    line.setSpacing(16)
    for link_button in (copy, table):
        line.addWidget(link_button)
    line.addStretch(1)
    inside.addLayout(line)
    return part


def _thumbs(document: Document, rows: list[int]) -> list[QImage]:
    pixels = document.reader.read_rows("/images/pixels", rows)
    return [_thumb(picture) for picture in rgb(pixels)]


def _thumb(picture: Pictures) -> QImage:
    """A picture grown by a whole factor, or shrunk to fit, within the thumbnail's square."""
    side = max(picture.shape[:2])
    zoom = max(1, -(-THUMB_PX // side)) if side < SMOOTH_FROM_PX else 2 * THUMB_PX / side
    return to_qimage(enlarge(picture[None], zoom)[0])


def _short(key: str) -> str:
    return key.rsplit("/", 1)[-1]


def _right(made: QLabel) -> QLabel:
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made


def _column(gap: int) -> tuple[QWidget, QVBoxLayout]:
    part = QWidget()
    inside = QVBoxLayout(part)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(gap)
    return part, inside


def _section(title: str, link: LinkButton | None = None) -> tuple[QWidget, QVBoxLayout]:
    """A titled part, with a link at the right end of its title."""
    part, inside = _column(gap=8)
    line = QHBoxLayout()
    line.addWidget(label(title, "title"), 1)
    if link is not None:
        line.addWidget(link)
    inside.addLayout(line)
    return part, inside
