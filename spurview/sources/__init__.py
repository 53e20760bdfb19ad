"""Where images come from: sources in, arrays of working images out. Knows no project file."""

from spurview.sources.digits import load_digits
from spurview.sources.reading import read_sources
from spurview.sources.spec import ImagesProduct, SkippedFile, SourceSpec, SourceSummary

__all__ = [
    "ImagesProduct",
    "SkippedFile",
    "SourceSpec",
    "SourceSummary",
    "load_digits",
    "read_sources",
]
