"""The report: one whole page, nothing outside it, every name harmless, figures as in the JSON."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import msgspec
import pytest

from spurview.core.arrays import MemoryReader
from spurview.core.errors import Cancelled, InputError
from spurview.core.progress import Report
from spurview.pipeline.export_origin import Material
from spurview.pipeline.findings import Finding, collect
from spurview.pipeline.report import report_html
from spurview.pipeline.report_markup import text
from spurview.pipeline.sensitivity_wording import record_mark
from spurview.pipeline.wording import SILENCE_UNTESTED, doubts, headline
from spurview.project.model import SensitivityPoint, SensitivityRecord, SkippedImage, Verdict
from tests import constructed
from tests.pipeline.test_export import material_of

VOID = {"meta", "img", "br", "rect", "path"}
HOSTILE = '"><script src="https://example.org/x.js">alert(1)</script><img src=x onerror=alert(1)>'
TURNED = "evil\u202egnp.exe"


class Page(HTMLParser):
    """A page read strictly: raises where an element is not closed in its turn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def told(self) -> str:
        return " ".join(" ".join(self.words).split())

    def attributes(self, name: str) -> list[str]:
        return [
            value or "" for _, attrs in self.tags for key, value in attrs.items() if key == name
        ]


@pytest.fixture
def material() -> Material:
    return material_of(constructed.arrays())


def findings_of(material: Material) -> list[Finding]:
    return collect(material.reader, material.info, material.verdicts, material.keys).findings


def hostile(material: Material) -> Material:
    """The same with names, notes and keys that try to be more than words."""
    info = msgspec.structs.replace(
        material.info,
        class_names=["a", HOSTILE, TURNED],
        label_names=["a", HOSTILE, TURNED],
        sources=[
            msgspec.structs.replace(source, location=f"{HOSTILE}/photos")
            for source in material.info.sources
        ],
        skipped=[SkippedImage(source=0, path=HOSTILE, reason=TURNED)],
        skipped_total=1,
    )
    said = Verdict(
        class_name=HOSTILE, verdict="spurious", name=HOSTILE, note=HOSTILE, tags=[HOSTILE, TURNED]
    )
    keys = [f"{key}/{HOSTILE}\udcff" for key in material.keys]
    return Material(material.reader, info, {"1-aaaaaaaa": said}, keys, HOSTILE)


def test_the_page_is_whole_and_needs_nothing_else(material: Material) -> None:
    page = report_html(material)
    read = Page(page)
    assert not re.search(r"https?://", page)
    assert all(source.startswith("data:image/png;base64,") for source in read.attributes("src"))
    assert all(link.startswith("#") for link in read.attributes("href"))
    targets = read.attributes("id")
    assert len(targets) == len(set(targets))
    assert all(link[1:] in targets for link in read.attributes("href"))
    assert "default-src 'none'" in page
    assert not {tag for tag, _ in read.tags} & {"script", "link", "iframe", "object", "base"}


def test_names_and_notes_cannot_become_more_than_words(material: Material) -> None:
    page = report_html(hostile(material))
    read = Page(page)
    assert {tag for tag, _ in read.tags}.isdisjoint({"script", "iframe"})
    assert not [key for _, attrs in read.tags for key in attrs if key.startswith("on")]
    assert all(source.startswith("data:image/png") for source in read.attributes("src"))
    assert HOSTILE in read.told
    assert "\u202e" not in page
    assert "evil\\u202egnp.exe" in read.told
    page.encode("utf-8")


def test_words_from_right_to_left_do_not_turn_the_figures_after_them() -> None:
    assert text("Class קט לב: 5 of 6") == "Class \u2068קט לב\u2069: 5 of 6"
    assert text("猫 5") == "猫 5"


def test_hidden_letters_are_shown_by_their_code() -> None:
    assert text("a\x00b\u2066c\udcff") == "a\\u0000b\\u2066c\\udcff"
    assert text("naïve 数 <b>\n") == "naïve 数 &lt;b&gt;\n"


def test_every_finding_has_its_article_with_its_sentences(material: Material) -> None:
    found = findings_of(material)
    read = Page(report_html(material))
    assert [i for i in read.attributes("id") if i.startswith("finding-")] == [
        f"finding-{finding.rank}" for finding in found
    ]
    told = read.told.replace("\u00a0", " ")
    for finding in found:
        assert headline(finding) in told
        assert finding.id in told
        assert all(doubt.text in told for doubt in doubts(finding, {}, 0)[:1])


def test_figures_are_those_of_the_json(material: Material) -> None:
    read = Page(report_html(material))
    exact = {float(value) for tag, attrs in read.tags if tag == "data" for value in attrs.values()}
    for finding in findings_of(material):
        put, out, pool = finding.insertion, finding.removal, finding.pool
        known = [pool.lift, pool.p, pool.q, put and put.flip, put and put.null_control]
        known += [put and put.scrambled, put and put.rolled, out and out.drop, out and out.control]
        known += [finding.training and finding.training.rate]
        assert {value for value in known if value is not None} <= exact


def test_all_training_images_of_an_alarm_are_listed(material: Material) -> None:
    alarm = findings_of(material)[0]
    told = Page(report_html(material)).told
    assert alarm.training is not None
    assert alarm.training.matches
    assert all(key in told for key in alarm.training.matches)


def test_what_a_person_said_is_told(material: Material) -> None:
    said = Verdict(
        class_name="b", verdict="spurious", name="sticker", note="seen\nin May", tags=["glare"]
    )
    told = Page(report_html(replace(material, verdicts={"1-aaaaaaaa": said}))).told
    for words in ("Verdict: spurious", "sticker", "seen in May", "Tags: glare"):
        assert words in told
    assert "Judged by a person: 1 of 2 (1 spurious)." in told


def test_classes_that_cannot_be_told_have_their_reason(material: Material) -> None:
    told = Page(report_html(material)).told
    assert "cannot tell: only 11 pool images got this class, about 40 are needed" in told


def test_how_weak_a_pattern_would_have_been_seen(material: Material) -> None:
    told = Page(report_html(material)).told
    assert "is not known yet" in told
    assert "spurview evaluate --like" in told
    measured = replace(material, sensitivity=("A patch of 5 px would have been found.",))
    told = Page(report_html(measured)).told
    assert "A patch of 5 px would have been found." in told
    assert "is not known yet" not in told


def test_where_it_comes_from_is_told(material: Material) -> None:
    told = Page(report_html(material, written="2026-01-03T00:00:00Z")).told
    for words in (
        material.info.project_id,
        "Revision 1",
        "photos (60 images)",
        "test accuracy 0.9",
    ):
        assert words in told
    assert "2026-01-03T00:00:00Z" in told
    assert '"insertions": 500' in told


def test_a_project_that_has_not_run_says_so(material: Material) -> None:
    arrays = {
        name: array
        for name, array in constructed.arrays().items()
        if not name.startswith(("/candidates", "/verification"))
    }
    read = Page(report_html(Material(MemoryReader(arrays), material.info, {}, material.keys)))
    assert "There are no findings to report. The stage candidates has not run yet" in read.told
    assert material.info.project_id in read.told


def test_a_moved_pattern_is_marked_at_its_own_place() -> None:
    stays = report_html(material_of(constructed.arrays()), written="now")
    moved = report_html(material_of(constructed.moved()), written="now")
    assert "It moves from image to image" in moved
    assert "It moves from image to image" not in stays
    assert "in changing places" in moved


def test_only_the_findings_asked_for(material: Material) -> None:
    read = Page(report_html(material, ids=["0-bbbbbbbb"]))
    assert [i for i in read.attributes("id") if i.startswith("finding-")] == ["finding-2"]
    assert "Only 1 of 2 findings are in it." in read.told
    with pytest.raises(InputError, match="no finding 9-zzzzzzzz"):
        report_html(material, ids=["9-zzzzzzzz"])


def test_writing_it_can_be_stopped(material: Material) -> None:
    def stop(done: int, total: int, message: str) -> None:
        raise Cancelled

    stopping: Report = stop
    with pytest.raises(Cancelled):
        report_html(material, report=stopping)


def test_what_the_project_keeps_of_its_trials_is_told(material: Material) -> None:
    def point(strength: float, learnt: int, found: int) -> SensitivityPoint:
        return SensitivityPoint(
            strength=strength,
            share_of_class=0.5,
            share_of_pool=0.05,
            trials=5,
            learnt=learnt,
            found=found,
            alarmed=0,
            low=0.31,
            high=0.83,
        )

    record = SensitivityRecord(
        fingerprint=record_mark(material.info),
        made="",
        side_px=6,
        points=[point(1, 5, 3), point(0.25, 0, 0)],
        clean_runs=5,
        clean_alarms=0,
    )
    info = msgspec.structs.replace(material.info, sensitivity=record)
    told = Page(report_html(replace(material, info=info))).told
    assert "(3 of 5 trials on these images; 95 % interval 0.31–0.83)" in told
    assert "1 50 % 5 % 3 of 5 31–83 % 0 of 5 5 of 5" in told.replace("\u00a0", " ")
    assert "0.25 50 % 5 % not known not known 0 of 5" in told.replace("\u00a0", " ")
    assert SILENCE_UNTESTED not in told
    assert "with nothing planted none of 5 runs on these images alarmed." in told
