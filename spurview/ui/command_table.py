"""Every command of the window in one table: menu, name, keys, icon, tip.

Ids are spelled here once; menus, the key list and the command finder are all made from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Needs = Literal["nothing", "project", "writable", "candidate", "judge"]


@dataclass(frozen=True)
class Spec:
    """One command; `needs` says when it is enabled, an empty `id` is a line between groups."""

    id: str = ""
    menu: str = ""
    text: str = ""
    keys: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    needs: Needs = "nothing"


MENUS = ("File", "Edit", "View", "Judge", "Candidates", "Tools", "Help")

SPECS: tuple[Spec, ...] = (
    Spec(
        "new",
        "File",
        "&New project…",
        ("Ctrl+N",),
        "plus",
        "Make a project from your own images",
    ),
    Spec("open", "File", "&Open…", ("Ctrl+O",), "folder-open", "Open a project"),
    Spec(
        "open_sample", "File", "Open the &sample", (), "play", "Open the project that ships along"
    ),
    Spec(menu="File"),
    Spec("save", "File", "&Save", ("Ctrl+S",), "save", "Save verdicts and results", "writable"),
    Spec("save_as", "File", "Save &as…", ("Ctrl+Shift+S",), "", "Save elsewhere", "project"),
    Spec(menu="File"),
    Spec(
        "export",
        "File",
        "&Export this cluster's images…",
        ("Ctrl+E",),
        "file-output",
        "Save the cluster's highlighted images, its pattern and its figures in a folder",
        "candidate",
    ),
    Spec(
        "export_all",
        "File",
        "Export a&ll findings…",
        (),
        "",
        "Save the report, contact sheets, patterns, tables and JSON of every finding in a folder",
        "project",
    ),
    Spec(
        "save_report",
        "File",
        "Save the &report…",
        (),
        "",
        "Save one page with all findings and their evidence, for a browser or on paper",
        "project",
    ),
    Spec(
        "export_selection",
        "File",
        "Export the selected &images…",
        ("Ctrl+Shift+E",),
        "image",
        "Save the selected images and a table of their keys, classes and confidence in a folder",
        "project",
    ),
    Spec(
        "save_pattern",
        "File",
        "Save the pa&ttern as a picture…",
        (),
        "",
        "Save the focused cluster's pattern as PNG",
        "candidate",
    ),
    Spec(
        "export_plot",
        "File",
        "Save the &plot as a picture…",
        (),
        "image",
        "Save the plot that has the keyboard, or the first, as PNG or SVG",
        "project",
    ),
    Spec(menu="File"),
    Spec("close_project", "File", "&Close the project", ("Ctrl+W",), "", "", "project"),
    Spec("quit", "File", "&Quit", ("Ctrl+Q",), "log-out"),
    Spec("undo", "Edit", "&Undo", ("Ctrl+Z",), "undo-2", "Take back the last thing done"),
    Spec("redo", "Edit", "&Redo", ("Ctrl+Shift+Z",), "redo-2", "Do it again"),
    Spec(menu="Edit"),
    Spec(
        "select_members",
        "Edit",
        "Select the cluster's &images",
        (),
        "",
        "Select the members of the focused cluster",
        "candidate",
    ),
    Spec("clear_selection", "Edit", "&Clear the selection", (), "x", "Select nothing", "project"),
    Spec(
        "filter",
        "Edit",
        "&Filter classes and clusters",
        ("Ctrl+F",),
        "list-filter",
        "Go to the filter box",
        "project",
    ),
    Spec(menu="Edit"),
    Spec(
        "preferences",
        "Edit",
        "&Preferences…",
        ("Ctrl+,",),
        "settings-2",
        "Theme, text size, device, threads, confirmations, where the log is",
    ),
    Spec(
        "reset_layout",
        "View",
        "&Reset the layout",
        (),
        "layout-panel-left",
        "Show every part of the window in its first place",
        "project",
    ),
    Spec(
        "next_part",
        "View",
        "Go to the &next part",
        ("F6",),
        "",
        "Give the keyboard to the next part of the window",
        "project",
    ),
    Spec(
        "previous_part",
        "View",
        "Go to the &part before",
        ("Shift+F6",),
        "",
        "Give the keyboard to the part of the window before",
        "project",
    ),
    Spec(
        "next_undecided",
        "Judge",
        "&Next undecided",
        ("Space",),
        "arrow-right",
        "Go to the next candidate without a verdict",
        "project",
    ),
    Spec(
        "previous_undecided",
        "Judge",
        "&Previous undecided",
        ("Shift+Space",),
        "arrow-left",
        "Go back to the one before",
        "project",
    ),
    Spec(menu="Judge"),
    Spec(
        "spurious",
        "Judge",
        "&Spurious",
        ("S",),
        "ban",
        "The class should not depend on this; go to the next",
        "judge",
    ),
    Spec(
        "genuine",
        "Judge",
        "&Genuine",
        ("G",),
        "circle-check",
        "A true feature of the class; go to the next",
        "judge",
    ),
    Spec(
        "unsure", "Judge", "&Unsure", ("U",), "circle-help", "Cannot tell; go to the next", "judge"
    ),
    Spec("undecided", "Judge", "&Take the verdict back", ("Backspace",), "circle", "", "judge"),
    Spec(menu="Judge"),
    Spec(
        "note", "Judge", "N&ote…", ("N",), "sticky-note", "Write a note on the candidate", "judge"
    ),
    Spec(
        "new_candidate",
        "Candidates",
        "&New candidate from the selection",
        ("Ctrl+G",),
        "lasso",
        "Test what the selected images share, as the found candidates are tested",
        "writable",
    ),
    Spec(
        "merge",
        "Candidates",
        "&Merge with…",
        ("Ctrl+M",),
        "merge",
        "Make one candidate of this and others of its class",
        "judge",
    ),
    Spec(
        "split",
        "Candidates",
        "&Split by the selection",
        ("Ctrl+D",),
        "split",
        "Make two candidates: of the selected members, and of the rest",
        "judge",
    ),
    Spec(
        "take_out",
        "Candidates",
        "Take &out",
        ("Delete",),
        "trash-2",
        "Take out a candidate made by hand; found ones stay",
        "judge",
    ),
    Spec(menu="Candidates"),
    Spec("rename", "Candidates", "&Rename…", ("F2",), "pencil", "Name the candidate", "judge"),
    Spec("tags", "Candidates", "&Tags…", ("T",), "tag", "Add and remove tags", "judge"),
    Spec(menu="Candidates"),
    Spec(
        "compute_by_hand",
        "Candidates",
        "&Compute again what was made by hand",
        (),
        "",
        "Test candidates made by hand anew, after something they rest on has changed",
        "writable",
    ),
    Spec(
        "aside",
        "Candidates",
        "&Verdicts that match nothing now…",
        (),
        "",
        "Verdicts of an earlier run whose candidates were not found again",
        "project",
    ),
    Spec(
        "run",
        "Tools",
        "&Run what is stale or missing",
        ("Ctrl+R",),
        "play",
        "Bring every stage up to date",
        "writable",
    ),
    Spec(
        "chance",
        "Tools",
        "Count what c&hance would give",
        (),
        "",
        "Search again and again with permuted classes: how many candidates would that give?",
        "writable",
    ),
    Spec(
        "cancel_run",
        "Tools",
        "&Cancel what is under way",
        ("Ctrl+.",),
        "circle-stop",
        "Stop; the next run goes on from here",
    ),
    Spec(menu="Tools"),
    Spec(
        "plant",
        "Tools",
        "&Plant a test pattern…",
        (),
        "stamp",
        "Make an experiment beside this project, with a pattern that is to be found",
        "project",
    ),
    Spec(
        "sensitivity",
        "Tools",
        "How s&ensitive is this?",
        (),
        "activity",
        "Try how weak a pattern would have been found in these images",
        "writable",
    ),
    Spec(
        "compare",
        "Tools",
        "Compare with another &network…",
        (),
        "git-compare",
        "Which findings of another project on the same pool are new, gone, unchanged",
        "project",
    ),
    Spec(
        "locate",
        "Tools",
        "&Locate moved images…",
        (),
        "folder-search",
        "Find the originals again after they were moved or renamed",
        "writable",
    ),
    Spec(menu="Tools"),
    Spec(
        "find_command",
        "Tools",
        "&Find a command…",
        ("Ctrl+K",),
        "search",
        "Find any command by its name",
    ),
    Spec("keys", "Help", "&Keys", ("F1", "?"), "keyboard", "All keys"),
    Spec("about", "Help", "&About spurview", (), "info"),
)

# The menu beside a candidate of the list, by ids; an empty one is a line between groups.
CANDIDATE_MENU = (
    "spurious",
    "genuine",
    "unsure",
    "undecided",
    "",
    "note",
    "rename",
    "tags",
    "",
    "merge",
    "split",
    "take_out",
    "",
    "select_members",
    "export",
    "save_pattern",
)

# What can be done with the focused candidate in the large view as well.
JUDGING = (
    "spurious",
    "genuine",
    "unsure",
    "undecided",
    "note",
    "next_undecided",
    "previous_undecided",
    "undo",
    "redo",
)

# Keys that views handle themselves, for the list of keys.
VIEW_KEYS: tuple[tuple[str, str, str], ...] = (
    ("Plots", "H, L, R", "Pan, lasso, rectangle"),
    ("Plots", "Wheel, + and −", "Zoom"),
    ("Plots", "Arrows", "Pan"),
    ("Plots", "Shift, Ctrl, Ctrl+Shift", "While drawing: add, take away, intersect"),
    ("Plots", "F", "Fit everything"),
    ("Plots", "Esc", "Clear the selection"),
    ("Stages", "Ctrl+1 to Ctrl+6", "Last run, curves and settings of a stage"),
    ("Stages", "Left, Right", "The stage beside"),
    ("Images", "Arrows, Shift+arrows", "Go, select"),
    ("Images", "Enter", "Open large"),
    ("Images", "Ctrl+C", "Copy the picture"),
    ("Large view", "Left, Right", "The image beside"),
    ("Large view", "1, 2, 3, 4", "Heat, outline, dim the rest, off"),
    ("Large view", "V", "Original, residual, reference"),
    ("Large view", "Esc", "Close"),
    ("Evidence", "Ctrl+C", "Copy the table as text"),
)
