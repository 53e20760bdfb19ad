"""The page: every name shown as text, nothing loaded from anywhere, misses first."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from spurview.evaluation.drawing import Plot
from spurview.evaluation.page import page
from spurview.evaluation.plots import plots_of
from spurview.evaluation.run_lines import HEAD, run_lines, went_wrong
from spurview.evaluation.summary import summarised
from tests.evaluation.made_rows import NOT_FOUND, clean, decoy, planted

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
ROWS = [
    planted(seed=0),
    planted(NOT_FOUND, seed=1),
    planted({"learnt": 0.0, "true_flip": 0.1}, seed=2),
    planted({"rank": 2.0}, {}, seed=3, kind="three"),
    planted(seed=4, alarms=2, false_alarms=1),
    planted({"pattern_class": EVIL}, seed=5, kind=EVIL, commit=EVIL, version=EVIL),
    clean(seed=6),
    decoy(seed=7, alarms=1, false_alarms=1),
]
# What a page may hold; matplotlib's drawings are the lower line.
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "ul", "li", "pre"),
    *("div", "table", "tr", "th", "td", "figure", "figcaption"),
    *("svg", "g", "defs", "path", "use", "clippath", "rect"),
    *("metadata", "rdf:rdf", "cc:work", "dc:type", "dc:format"),
}


class Tags(HTMLParser):
    """All tags of a page, and all their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.fixture(scope="module")
def text() -> str:
    summary = summarised(ROWS, command=f"spurview evaluate --out {EVIL}")
    return page(summary, ROWS, plots_of(ROWS, summary))


def test_names_stay_text(text: str) -> None:
    parsed = Tags(text)
    assert parsed.tags <= TAGS
    assert not [name for name, _ in parsed.attributes if name.startswith("on")]
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 5


def test_nothing_is_loaded(text: str) -> None:
    parsed = Tags(text)
    assert "default-src 'none'" in text
    for name, value in parsed.attributes:
        assert name not in ("src", "srcset", "data"), value
        if name.endswith("href"):
            assert value.startswith("#"), value
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_ids_are_unique_and_every_reference_is_there(text: str) -> None:
    parsed = Tags(text)
    ids = [value for name, value in parsed.attributes if name == "id"]
    assert len(ids) == len(set(ids)) > 10
    asked = {value[1:] for name, value in parsed.attributes if name.endswith("href")}
    asked |= set(re.findall(r"url\(#([^)]+)\)", text))
    assert asked <= set(ids)


def test_plots_stand_with_what_they_show() -> None:
    plot = Plot("x", "A <plot>.", b"", '<?xml?><svg><g id="a"/><use href="#a"/></svg>')
    told = page(summarised([]), [], [plot, plot])
    assert '<svg><g id="p0-a"/><use href="#p0-a"/></svg>' in told
    assert '<use href="#p1-a"/>' in told
    assert "<figcaption>A &lt;plot&gt;.</figcaption>" in told


def test_what_went_wrong_stands_first() -> None:
    head, *lines = run_lines(ROWS)
    assert head == HEAD
    assert {len(line) for line in lines} == {len(HEAD)}
    told = [(line[0], line[1], line[2]) for line in lines]
    assert told[:4] == [
        ("strong", "1", "not found"),
        ("strong", "4", "first, alarmed"),
        ("decoy", "7", "1 alarm"),
        ("strong", "0", "first, alarmed"),
    ]
    assert told[-2:] == [("clean", "6", "silent"), ("strong", "2", "not learnt")]
    assert [went_wrong(line) for line in lines].count(True) == 3
