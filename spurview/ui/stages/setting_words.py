"""What each setting is called and what it does, in plain words: one table for every form."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A setting's name, what it does, its unit, and what 0 stands for where it is no number."""

    name: str
    tip: str
    unit: str = ""
    zero: str = ""


_EPOCHS = "How often the training goes through all images: more fits better and takes longer."
_BATCH = "Images per step of the training: fewer need less memory."
_RATE = "How far each step of the training goes: smaller is steadier and needs more epochs."

# By the setting's dotted key, as `core.settings` and the command line have it.
SETTING_WORDS: dict[str, Words] = {
    "seed": Words(
        "Seed of all stages",
        "Start of every draw of lots: the same seed gives the same results on the same machine.",
    ),
    "images.size_px": Words(
        "Working size",
        "Width and height that all images are brought to.",
        "pixels",
        "As the sources",
    ),
    "images.aspect": Words(
        "Shape", "What is done with images that are not square, or differ in shape."
    ),
    "images.test_share": Words(
        "Share for testing", "Share of the images of interest that is kept back from training."
    ),
    "classifier.architecture": Words(
        "Network", "The network that is trained: a small one of ours, or one of torchvision's."
    ),
    "classifier.epochs": Words("Epochs", _EPOCHS),
    "classifier.batch": Words("Batch", _BATCH, "images"),
    "classifier.learning_rate": Words("Learning rate", _RATE),
    "classifier.augmentation": Words(
        "Augmentation",
        "Flipped or shifted copies in the training: a pattern is flipped and shifted along.",
    ),
    "classifier.patience": Words(
        "Patience",
        "Stop after so many epochs without a better accuracy on held-out images, and keep the "
        "best epoch.",
        "epochs",
        "Never stop",
    ),
    "classifier.class_weights": Words(
        "Class weights", "Balanced lets each class count alike, however few images it has."
    ),
    "classifier.mixed_precision": Words(
        "Mixed precision", "Shorter numbers where they are faster, on a GPU alone."
    ),
    "classifier.weights": Words(
        "Weights to start from", "A safetensors file; empty starts from chance."
    ),
    "embedding.latent_dims": Words(
        "Latent dimensions",
        "How many numbers describe an image's content: too few lose content, too many let "
        "patterns hide in it.",
    ),
    "embedding.epochs": Words("Epochs", _EPOCHS),
    "embedding.batch": Words("Batch", _BATCH, "images"),
    "embedding.learning_rate": Words("Learning rate", _RATE),
    "embedding.neighbours": Words(
        "Neighbours",
        "How many images of the nearest content an image is compared with, to see what is "
        "unusual in it.",
        "images",
    ),
    "candidates.method": Words(
        "Method",
        "Matched searches what is unusual for an image's content; literal searches clusters of "
        "the latents themselves, which mostly shows content.",
    ),
    "candidates.per_class": Words(
        "Most per class", "At most so many candidates are proposed for one class.", "candidates"
    ),
    "verification.insertions": Words(
        "Insertions",
        "How many other images the pattern is put into: more give narrower intervals.",
        "images",
    ),
    "verification.controls": Words(
        "Controls",
        "How many patterns made the same way from random groups are tried beside each candidate.",
        "patterns",
    ),
    "chance.repeats": Words(
        "Repeats for chance",
        "How often the search is repeated with shuffled classes to count what chance gives.",
        "searches",
    ),
}


def words_of(key: str) -> Words:
    """The words of a setting; its own name where the table has none yet."""
    plain = key.rpartition(".")[2].replace("_", " ").capitalize()
    return SETTING_WORDS.get(key, Words(plain, ""))
