"""The pages: their commands are known to the command line and run, their links lead somewhere.

What each command does is tested elsewhere; here, that a page promises nothing that fails.
"""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from PIL import Image

from spurview.cli.app import _exit_code, cli
from tests.pipeline import tiny

REPOSITORY = Path(__file__).parents[1]
PAGES = sorted(
    str(page.relative_to(REPOSITORY))
    for pattern in ("*.md", "docs/**/*.md", "sample_projects/*.md", "resources/*.md")
    for page in REPOSITORY.glob(pattern)
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Fences that show something else than commands.
OTHER_LANGUAGES = {"python", "json", "toml", "text", "csv"}
PROGRAMS = ("spurview", "python3", "python", "torchrun", ".ci/run")
# Lines that other programs run, and where they are run.
RUN_ELSEWHERE = {
    "python3 -m pip install -e . && spurview demo": ".ci/run",
    "python3 -m pip install -e '.[test]' && python3 -m pytest": ".ci/run",
    ".ci/run": "itself",
    "torchrun --nproc-per-node 4 -m spurview run my.spurview": "tests/pipeline/test_sharing.py",
    "python3 resources/pack_digits.py package resources/digits.npz": "by hand, with its source",
    "python -m benchmarks": "by hand, hours",
    "python -m benchmarks --quick": "by hand, minutes",
    "python -m benchmarks scatter": "by hand, minutes",
    "python -m benchmarks engine --full --json figures.json": "by hand, hours",
}
# What takes long, why, and what is run in its place; RUNS is where `reported_runs` puts rows.
INSTEAD = {
    "spurview evaluate --suite full --jobs 2 --out docs/evaluation": (
        "a day: here its report is made anew of the rows that are reported",
        "spurview evaluate --suite full --report-only --out RUNS",
    ),
    "spurview evaluate --suite quick --jobs 2 --out DIR": (
        "ten minutes: here it goes on where one of its runs is missing",
        "spurview evaluate --suite quick --jobs 2 --out RUNS",
    ),
}
# The run of the quick suite that is left out of the rows.
MISSING_RUN = ("R3", "0")
REBUILD = "python3 sample_projects/rebuild.py"
NEW = ["new", "my.spurview", "--interest", "photos", "--pool", "others"]
PROJECTS = dict.fromkeys(("PROJECT", "mine.spurview", "FILE", "A", "B"), "my.spurview")
PLACES = {
    **PROJECTS,
    **dict.fromkeys(("photos/train", "train/"), "photos"),
    **dict.fromkeys(("photos/other", "other/"), "others"),
}
ALARMED = 3
# A suite of one's own, as docs/evaluation/README.md speaks of.
SUITE = """
name = "mine"
[[kinds]]
name = "few"
least = 1
most = 1
learnt = 0
pool_images = 400
interest_images = 60
plantings = [{patterns = ["noise-patch"]}]
"""


def text_of(page: str) -> str:
    return (REPOSITORY / page).read_text(encoding="utf-8")


def fenced(page: str) -> list[str]:
    """The commands in the fences of a page, without what explains them."""
    blocks = [m[2] for m in FENCE.finditer(text_of(page)) if m[1] not in OTHER_LANGUAGES]
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    # What stands two spaces apart explains the command.
    bare = [re.split(r"\s{2,}|\s+#", line.strip().removeprefix("$ "))[0] for line in lines]
    return [line for line in bare if line.split(" ")[0] in PROGRAMS]


def spoken(page: str) -> list[str]:
    """The commands that a page speaks of between its fences, some of them not whole."""
    found = re.findall(r"`(spurview [^`]+)`", re.sub(FENCE, "", text_of(page)))
    return [re.sub(r"\s+", " ", command) for command in found]


def concrete(command: str) -> list[str] | None:
    """The arguments after `spurview`, its placeholders filled in; None where some are left out."""
    words = shlex.split(command)[1:]
    if "…" in command or not words:
        return None
    before = ["", *words]
    # Trials on one's own images are refused a folder that holds other runs.
    out = "trials" if "--like" in words else "out"
    for place, word in enumerate(words):
        if word in ("DIR", "OUT"):
            known = {"--interest": "photos", "--pool": "others"}
            words[place] = known.get(before[place], out)
        words[place] = PLACES.get(word, words[place])
    return words


def ours(page: str) -> list[str]:
    return [command for command in fenced(page) if command.startswith("spurview")]


def parse(words: list[str]) -> None:
    """Raises click's errors where the command line does not know these words."""
    parent = click.Context(cli, info_name="spurview", help_option_names=["-h", "--help"])
    with contextlib.suppress(click.exceptions.Exit):
        cli.commands[words[0]].make_context(words[0], list(words[1:]), parent=parent)


@pytest.mark.parametrize("page", [page for page in PAGES if ours(page)])
def test_commands_of_a_page_are_known_with_their_options(page: str) -> None:
    for command in ours(page):
        words = concrete(command)
        if words is None or ".spurview" in words[0]:
            continue
        assert words[0] in cli.commands, command
        try:
            parse(words)
        except click.ClickException as error:
            pytest.fail(f"{command}: {error.format_message()}")


@pytest.mark.parametrize("page", [page for page in PAGES if spoken(page)])
def test_options_that_a_page_speaks_of_exist(page: str) -> None:
    for command in spoken(page):
        words = command.split()[1:]
        if words[0] in cli.commands:
            known = {option for p in cli.commands[words[0]].params for option in p.opts}
            named = {word.partition("=")[0] for word in words if word.startswith("--")}
            assert named <= known | {"--help"}, command
        else:
            assert words[0].startswith("-") or words[0].isupper() or "." in words[0], command


def test_commands_of_other_programs_are_run_somewhere() -> None:
    named = {command for page in PAGES for command in fenced(page)}
    others = {c for c in named if not c.startswith(("spurview", REBUILD))}
    assert others - RUN_ELSEWHERE.keys() == set()


def test_what_is_run_in_place_of_a_command_belongs_to_a_page() -> None:
    assert INSTEAD.keys() <= {command for page in PAGES for command in ours(page)}


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    plain = re.sub(r"[^\w\s-]", "", re.sub(r"`|\[|\]\([^)]*\)", "", heading.strip().lower()))
    return re.sub(r"\s", "-", plain)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_and_headings(page: str) -> None:
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(FENCE, "", text_of(page))):
        if "://" in target or target.startswith("mailto:"):
            continue
        file, _, anchor = target.partition("#")
        path = (REPOSITORY / page).parent / file if file else REPOSITORY / page
        if not path.exists():
            lost.append(target)
        elif anchor and path.suffix == ".md":
            headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            lost += [target] if anchor not in map(slug, headings) else []
    assert lost == []


def folder_of_images(folder: Path) -> None:
    """Tiny bars, 12 px: photos/a, photos/b and the pool, others; a suite and resnet18's weights."""
    arrays = tiny.arrays()
    for row, pixels in enumerate(arrays["/images/pixels"]):
        label = arrays["/images/label"][row]
        place = folder / ("others" if label < 0 else f"photos/{'ab'[label]}")
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels[..., 0]).save(place / f"{row:03}.png")
    (folder / "mine.toml").write_text(SUITE)


def weights(folder: Path) -> None:
    import torchvision
    from safetensors.torch import save_file

    network = torchvision.models.resnet18(num_classes=2)
    save_file(network.state_dict(), folder / "net.safetensors")


def reported_runs(folder: Path) -> None:
    """The rows of docs/evaluation, but for one."""
    reported = (REPOSITORY / "docs" / "evaluation" / "runs.csv").read_text(encoding="utf-8")
    head, *rows = reported.splitlines(keepends=True)
    kind, seed = MISSING_RUN
    kept = [row for row in rows if not re.match(rf"{kind},[^,]*,[^,]*,{seed},", row)]
    assert len(kept) == len(rows) - 1
    folder.mkdir()
    (folder / "runs.csv").write_text(head + "".join(kept), encoding="utf-8")


def each_share(words: list[str]) -> Iterator[list[str]]:
    """The command, for each share where it names one of several: `--shard 1/8` to `8/8`."""
    if "--shard" not in words:
        yield words
        return
    place = words.index("--shard") + 1
    n_shares = int(words[place].split("/")[1])
    for share in range(1, n_shares + 1):
        yield [*words[:place], f"{share}/{n_shares}", *words[place + 1 :]]


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("page", [page for page in PAGES if ours(page)])
def test_commands_of_a_page_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder_of_images(tmp_path)
    if "net.safetensors" in text_of(page):
        weights(tmp_path)
    if any(command in INSTEAD for command in ours(page)):
        reported_runs(tmp_path / "RUNS")
    project = tmp_path / "my.spurview"
    for words in filter(None, map(runnable, ours(page) + spoken(page))):
        if words[0] == "new":
            project.unlink(missing_ok=True)
        elif not project.exists():
            assert _exit_code(NEW) == 0
        for one in each_share(words):
            code = _exit_code(one)
            told = capsys.readouterr()
            assert code in (0, ALARMED if "--fail-on-alarm" in one else 0), f"{one}: {told.err}"


def runnable(command: str) -> list[str] | None:
    """The words of a command, or of what is run in its place; None where it is not whole, or waits
    for a person."""
    words = concrete(INSTEAD[command][1] if command in INSTEAD else command)
    if words is None or words[0] not in cli.commands:
        return None
    try:
        parse(words)
    except click.ClickException:
        return None
    return words
