"""Where images come from: sources in, arrays of working images out. Knows no project file."""

from spurview.sources.assembly import SMALL_POOL, notes_on_pool
from spurview.sources.digits import load_digits
from spurview.sources.forms import class_names_of
from spurview.sources.preview import ClassPreview, Overlap, SourcePreview, find_overlap, preview
from spurview.sources.reading import forget_reading, read_sources
from spurview.sources.spec import ImagesProduct, Role, SkippedFile, SourceSpec, SourceSummary

__all__ = [
    "SMALL_POOL",
    "ClassPreview",
    "ImagesProduct",
    "Overlap",
    "Role",
    "SkippedFile",
    "SourcePreview",
    "SourceSpec",
    "SourceSummary",
    "class_names_of",
    "find_overlap",
    "forget_reading",
    "load_digits",
    "notes_on_pool",
    "preview",
    "read_sources",
]
