"""Every form of source: a small real one gives the right pixels, labels, keys; bad ones say so."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from spurview.core.errors import InputError
from spurview.core.settings import ImagesSettings
from spurview.sources import ImagesProduct, SourceSpec, class_names_of, read_sources
from spurview.sources.forms import FORMS
from tests.sources import made

LABELS = [0, 1, 2] * 4


def read(interest: str, root: Path, classes: tuple[str, ...] | None = None) -> ImagesProduct:
    pool = root / "pool-of-others"
    if not pool.exists():
        made.pool(pool)
    return read_sources(
        [SourceSpec(interest, classes)],
        [SourceSpec(str(pool))],
        settings=ImagesSettings(test_share=0.01),
        seed=0,
        project_dir=root,
    )


def by_key(product: ImagesProduct) -> dict[str, tuple[str, np.ndarray]]:
    """Class name and pixels of every image of interest, by key."""
    data, start, found = product.arrays["/images/keys"].tobytes(), 0, {}
    names = [*product.label_names, ""]
    for end, label, pixels in zip(
        product.arrays["/images/keys_end"].tolist(),
        product.arrays["/images/label"].tolist(),
        product.arrays["/images/pixels"],
        strict=True,
    ):
        found[data[start:end].decode()] = (names[label], pixels)
        start = end
    return {key: value for key, value in found.items() if key.startswith("interest/")}


def as_folder(root: Path, text: str = "tree") -> tuple[str, np.ndarray, Callable[[int], str]]:
    pixels = made.images()
    for number, label in enumerate(LABELS):
        path = root / text / str(label) / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.png(pixels[number]))
    return str(root / text), pixels, lambda n: f"interest/{LABELS[n]}/{n}.png"


def as_imagefolder(root: Path) -> tuple[str, np.ndarray, Callable[[int], str]]:
    text, pixels, key = as_folder(root)
    return f"imagefolder:{text}", pixels, key


def as_mnist(root: Path) -> tuple[str, np.ndarray, Callable[[int], str]]:
    pixels = made.images()
    raw = root / "data" / "MNIST" / "raw"
    made.idx(raw, "train", pixels[:9], LABELS[:9], packed=True)
    made.idx(raw, "t10k", pixels[9:], LABELS[9:], packed=False)
    return f"mnist:{root / 'data'}", pixels, lambda n: f"interest/{LABELS[n]}/{n}"


def as_fashion(root: Path) -> tuple[str, np.ndarray, Callable[[int], str]]:
    pixels, names = made.images(), ("T-shirt-top", "Trouser", "Pullover")
    made.idx(root / "FashionMNIST" / "raw", "train", pixels, LABELS, packed=False)
    return f"fashionmnist-train:{root}", pixels, lambda n: f"interest/{names[LABELS[n]]}/{n}"


def as_cifar_binary(root: Path) -> tuple[str, np.ndarray, Callable[[int], str]]:
    pixels, names = made.images(12, 32, 3), ("airplane", "automobile", "bird")
    folder = root / "cifar-10-batches-bin"
    made.cifar_binary(folder, "data_batch_1", pixels[:9], LABELS[:9])
    made.cifar_binary(folder, "test_batch", pixels[9:], LABELS[9:])
    return f"cifar10:{root}", pixels, lambda n: f"interest/{names[LABELS[n]]}/{n}"


def as_cifar_python(root: Path) -> tuple[str, np.ndarray, Callable[[int], str]]:
    pixels, labels = made.images(36, 32, 3), LABELS * 3
    names = ("airplane", "automobile", "bird")
    made.cifar_python(root / "cifar-10-batches-py", "data_batch_1", pixels, labels)
    return f"cifar10-train:{root}", pixels, lambda n: f"interest/{names[labels[n]]}/{n}"


def as_npz(root: Path) -> tuple[str, np.ndarray, Callable[[int], str]]:
    pixels = made.images(channels=3)
    np.savez(root / "a.npz", images=pixels, labels=LABELS, class_names=["cat", "dog", "owl"])
    names = ("cat", "dog", "owl")
    return str(root / "a.npz"), pixels, lambda n: f"interest/{names[LABELS[n]]}/{n}"


def as_packed_npz(root: Path) -> tuple[str, np.ndarray, Callable[[int], str]]:
    pixels = made.images()
    np.savez_compressed(root / "a.npz", images=pixels[..., 0], labels=[f"c{n}" for n in LABELS])
    return str(root / "a.npz"), pixels, lambda n: f"interest/c{LABELS[n]}/{n}"


def as_h5(root: Path) -> tuple[str, np.ndarray, Callable[[int], str]]:
    pixels = made.images(channels=3)
    made.h5(root / "a.h5", images=pixels, labels=LABELS, class_names=["cat", "dog", "owl"])
    names = ("cat", "dog", "owl")
    return str(root / "a.h5"), pixels, lambda n: f"interest/{names[LABELS[n]]}/{n}"


def as_csv(root: Path) -> tuple[str, np.ndarray, Callable[[int], str]]:
    pixels = made.images()
    (root / "files").mkdir()
    with (root / "list.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["label", "path"])
        for number, label in enumerate(LABELS):
            (root / "files" / f"{number}.png").write_bytes(made.png(pixels[number]))
            writer.writerow([label, f"files/{number}.png"])
    return str(root / "list.csv"), pixels, lambda n: f"interest/{LABELS[n]}/files/{n}.png"


def as_parquet(root: Path) -> tuple[str, np.ndarray, Callable[[int], str]]:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    text, pixels, key = as_csv(root)
    paths = [f"files/{number}.png" for number in range(len(LABELS))]
    parquet.write_table(pyarrow.table({"image": paths, "class": LABELS}), root / "list.parquet")
    return str(root / "list.parquet"), pixels, key


def as_shards(root: Path) -> tuple[str, np.ndarray, Callable[[int], str]]:
    pixels = made.images()
    (root / "shards").mkdir()
    for start in (0, 6):
        samples = {
            f"{n:04}": (made.png(pixels[n]), str(LABELS[n])) for n in range(start, start + 6)
        }
        made.shard(root / "shards" / f"part-{start}.tar", samples)
    (root / "shards" / "classes.txt").write_text("cat\ndog\nowl\n")
    names = ("cat", "dog", "owl")
    return (
        str(root / "shards"),
        pixels,
        lambda n: f"interest/{names[LABELS[n]]}/part-{n // 6 * 6}.tar/{n:04}.png",
    )


def as_shard_pattern(root: Path) -> tuple[str, np.ndarray, Callable[[int], str]]:
    text, pixels, key = as_shards(root)
    return f"{text}/part-*.tar", pixels, key


@pytest.mark.parametrize(
    "make",
    [as_folder, as_imagefolder, as_mnist, as_fashion, as_cifar_binary, as_cifar_python, as_npz,
     as_packed_npz, as_h5, as_csv, as_parquet, as_shards, as_shard_pattern],
)  # fmt: skip
def test_every_form_gives_its_images_under_their_keys_and_classes(
    tmp_path: Path, make: Callable[[Path], tuple[str, np.ndarray, Callable[[int], str]]]
) -> None:
    text, pixels, key = make(tmp_path)
    side = pixels.shape[1]
    if side != 10:
        made.pool(tmp_path / "pool-of-others", side)
    product = read(text, tmp_path)
    found = by_key(product)
    assert len(found) == len(pixels)
    for number, expected in enumerate(pixels):
        name, read_pixels = found[key(number)]
        assert (read_pixels == expected).all()
        assert key(number).split("/")[1] == name.replace("/", "-")
    assert product.sources[0].images == len(pixels)


@pytest.mark.parametrize("make", [as_folder, as_mnist, as_npz, as_h5, as_csv, as_shards])
def test_classes_are_chosen_in_every_form_and_unknown_ones_named(
    tmp_path: Path, make: Callable[[Path], tuple[str, np.ndarray, Callable[[int], str]]]
) -> None:
    text, _, key = make(tmp_path)
    names = [key(number).split("/")[1] for number in range(3)]
    product = read(text, tmp_path, (names[0], names[2]))
    assert product.class_names == sorted([names[0], names[2]])
    assert set(by_key(product)) == {key(n) for n in range(12) if LABELS[n] != 1}
    with pytest.raises(InputError, match=r"has no class zebra; its classes are .*"):
        read(text, tmp_path, ("zebra",))


def test_imagenet_tree_takes_names_from_its_file(tmp_path: Path) -> None:
    pixels, wnids = made.images(), ("n01440764", "n02012849", "n03126707")
    for number, label in enumerate(LABELS):
        path = tmp_path / "net" / "train" / wnids[label] / f"{number}.JPEG"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.png(pixels[number]))
    (tmp_path / "net" / "LOC_synset_mapping.txt").write_text(
        "n01440764 tench, Tinca tinca\nn02012849 crane\nn03126707 crane\n"
    )
    product = read(f"imagenet:{tmp_path / 'net'}", tmp_path)
    assert product.class_names == ["crane (n02012849)", "crane (n03126707)", "tench"]
    assert by_key(product)["interest/n01440764/0.JPEG"][0] == "tench"
    assert class_names_of(f"imagenet:{tmp_path / 'net'}") == product.class_names
    chosen = read(str(tmp_path / "net" / "train"), tmp_path, ("tench", "n03126707"))
    assert chosen.class_names == ["crane (n03126707)", "tench"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([0.0, 0.5, 1.0], np.float32), [0, 128, 255]),
        (np.array([0.0, 100.4, 255.0]), [0, 100, 255]),
        (np.array([0.0, np.nan, 1.0], np.float16), [0, 0, 255]),
        (np.array([0, 256, 65535], np.uint16), [0, 1, 255]),
        (np.array([0, 7, 200], np.int64), [0, 7, 200]),
        (np.array([0, 512, 4000], np.int32), [0, 2, 15]),
        (np.array([False, True, True]), [0, 255, 255]),
    ],
)
@pytest.mark.parametrize("form", ["npz", "h5"])
def test_numbers_of_any_kind_are_brought_to_bytes(
    tmp_path: Path, form: str, values: np.ndarray, expected: list[int]
) -> None:
    pixels = np.zeros((4, 9, 9), values.dtype)
    pixels[:, 0, :3] = values
    pixels[:, 1, 1] = np.linspace(0, 1, 4).astype(values.dtype)
    arrays = {"images": pixels, "labels": [0, 0, 1, 1]}
    path = tmp_path / f"a.{form}"
    np.savez(path, **arrays) if form == "npz" else made.h5(path, **arrays)
    made.pool(tmp_path / "pool-of-others", 9)
    found = by_key(read(str(path), tmp_path))["interest/0/0"][1]
    assert found[0, :3, 0].tolist() == expected


def test_planes_first_are_turned(tmp_path: Path) -> None:
    pixels = made.images(channels=3)
    np.savez(tmp_path / "a.npz", images=pixels.transpose(0, 3, 1, 2), labels=LABELS)
    assert (by_key(read(str(tmp_path / "a.npz"), tmp_path))["interest/1/1"][1] == pixels[1]).all()


def refused(source: str, root: Path, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as met:
        read(source, root)
    text = str(met.value)
    assert text.endswith(".")
    assert "\n" not in text


ARRAYS_REFUSED: list[tuple[dict[str, object], str]] = [
    ({"pictures": made.images()}, "images"),
    ({"images": made.images()}, "no labels: images of interest need"),
    ({"images": made.images(), "labels": [1]}, "has 12 images and 1 labels"),
    ({"images": made.images()[0, ..., 0], "labels": LABELS}, r"shape \(10, 10\): they must be"),
    ({"images": made.images(channels=5), "labels": LABELS}, "they must be"),
    ({"images": made.images() - 300.0, "labels": LABELS}, "values from -.* to"),
    ({"images": made.images(), "labels": LABELS, "class_names": ["a"]}, "label 1 and only 1"),
    ({"images": made.images(), "labels": np.ones((12, 2))}, "labels"),
]


@pytest.mark.parametrize(("arrays", "sentence"), ARRAYS_REFUSED)
@pytest.mark.parametrize("form", ["npz", "h5"])
def test_arrays_that_cannot_be_images_are_refused(
    tmp_path: Path, form: str, arrays: dict[str, object], sentence: str
) -> None:
    path = tmp_path / f"a.{form}"
    np.savez(path, **arrays) if form == "npz" else made.h5(path, **arrays)  # type: ignore[arg-type]
    refused(str(path), tmp_path, sentence)


def test_python_objects_in_an_array_file_are_never_loaded(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "made"),)

    np.savez(tmp_path / "a.npz", images=np.array([Bomb()] * 12), labels=LABELS)
    refused(str(tmp_path / "a.npz"), tmp_path, "Python objects, which could run code")
    assert not (tmp_path / "made").exists()


def test_a_batch_that_would_run_something_is_refused(tmp_path: Path) -> None:
    made.cifar_python(tmp_path, "data_batch_1", made.images(30, 32, 3), [0] * 30)
    path = tmp_path / "data_batch_1"
    wish = f"cos\nmkdir\n(U{chr(4)}madetRU\x04data".encode()
    path.write_bytes(path.read_bytes().replace(b"U\x04data", wish, 1))
    refused(f"cifar10:{tmp_path}", tmp_path, r"without running it \(it would call os\.mkdir\)")


def test_a_cut_file_is_refused_in_every_packed_form(tmp_path: Path) -> None:
    cases = [(as_mnist, "*-images-idx3-ubyte"), (as_cifar_python, "data_batch_1"),
             (as_cifar_binary, "test_batch.bin"), (as_npz, "a.npz"), (as_h5, "a.h5"),
             (as_shards, "part-0.tar")]  # fmt: skip
    for number, (make, name) in enumerate(cases):
        root = tmp_path / str(number)
        root.mkdir()
        text, _, _ = make(root)
        path = next(root.rglob(name))
        data = path.read_bytes()
        path.write_bytes(data[: len(data) * 3 // 5 if path.suffix != ".tar" else 3000])
        refused(text, root, "damaged|cut short|cannot be used|no batch")


def test_a_tar_cut_between_two_files_is_told(tmp_path: Path) -> None:
    text, _, _ = as_shards(tmp_path)
    path = Path(text) / "part-6.tar"
    path.write_bytes(path.read_bytes()[: 2 * 2048])
    product = read(text, tmp_path)
    assert product.sources[0].images == 8
    assert "part-6.tar has no end mark: it may be cut short." in product.notes


def test_listed_files_that_are_missing_are_skipped_with_their_reason(tmp_path: Path) -> None:
    text, _, _ = as_csv(tmp_path)
    with Path(text).open("a") as file:
        file.write("0,files/away.png\n1,files/0.png\n,files/none.png\n")
    skipped = {(file.path, file.reason) for file in read(text, tmp_path).skipped}
    assert skipped == {
        ("files/away.png", "cannot be read: no such file or directory"),
        ("files/0.png", "listed twice"),
        ("files/none.png", "without a label"),
    }


def test_a_list_without_a_heading_has_paths_first(tmp_path: Path) -> None:
    as_csv(tmp_path)
    lines = [f"files/{number}.png;{label}" for number, label in enumerate(LABELS)]
    (tmp_path / "plain.csv").write_text("\n".join(lines), "utf-8-sig")
    assert read(str(tmp_path / "plain.csv"), tmp_path).class_names == ["0", "1", "2"]


def test_what_is_odd_in_a_shard_is_skipped_with_its_reason(tmp_path: Path) -> None:
    picture = made.png(made.images()[0])
    samples = {f"s{n}": (made.png(image), str(n % 2)) for n, image in enumerate(made.images())}
    made.shard(
        tmp_path / "a.tar",
        samples | {"cut": (picture[:60], "0"), "plain": (picture, None), "text": (b"text", "1")},
    )
    reasons = {f.path: f.reason for f in read(str(tmp_path / "a.tar"), tmp_path).skipped}
    assert set(reasons) == {"cut.png", "plain.png", "text.png"}
    assert reasons["plain.png"] == "without a label"
    assert reasons["cut.png"].startswith("damaged")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("mnist:{0}", "There is no MNIST in"),
        ("mnist:{0}/away", "There is no folder"),
        ("fashionmnist-test:{0}", "t10k-images-idx3-ubyte"),
        ("cifar10:{0}", r"There is no CIFAR-10 in .*data_batch_1\.bin"),
        ("imagenet:{0}/away", "There is no folder"),
        ("{0}/away.npz", "There is no file"),
        ("{0}/away.h5", "There is no file"),
        ("{0}/away.csv", "cannot be read: no such file"),
        ("{0}/away.parquet", "cannot be read as Parquet|needs pyarrow"),
        ("{0}/away-*.tar", "There is no file"),
        ("{0}/some.tar.gz", "is packed: unpack it"),
        ("{0}/text.npz", "damaged or no .npz"),
        ("{0}/text.h5", "cannot be used"),
        ("{0}/text.tar", "damaged or no tar"),
    ],
)
def test_missing_and_wrong_files_are_refused(tmp_path: Path, text: str, sentence: str) -> None:
    for ending in ("npz", "h5", "tar"):
        (tmp_path / f"text.{ending}").write_text("a text, long enough to be looked at" * 40)
    refused(text.format(tmp_path), tmp_path, sentence)


def test_hostile_hdf5_reads_no_other_file(tmp_path: Path) -> None:
    import h5py

    made.h5(tmp_path / "other.h5", images=made.images())
    with h5py.File(tmp_path / "link.h5", "w") as file:
        file["images"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/images")
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        secret = [(str(tmp_path / "other.h5"), 0, 1200)]
        file.create_dataset("images", (12, 10, 10), "u1", external=secret)
    with h5py.File(tmp_path / "virtual.h5", "w") as file:
        layout = h5py.VirtualLayout((12, 10, 10, 1), "u1")
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "images", (12, 10, 10, 1))
        file.create_virtual_dataset("images", layout)
    for name, why in (("link", "external link"), ("raw", "another file"), ("virtual", "other fi")):
        refused(str(tmp_path / f"{name}.h5"), tmp_path, why)


def test_prefixes_of_the_table_are_told_apart() -> None:
    prefixes = [form.prefix for form in FORMS if form.prefix]
    assert len(set(prefixes)) == len(prefixes)
    assert all(a == b or not a.startswith(b) for a in prefixes for b in prefixes)
