"""Which images are for training and which for testing, by the names that people give to the parts of a set."""

import re
from collections.abc import Sequence
from typing import Literal

from lstnet_search.domains.domain import Part
from lstnet_search.errors import InputError, listed

KnownPart = Literal["train", "validation", "test"]

PART_NAMES: dict[str, KnownPart] = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
    "t10k": "test",
}
"""What people call the parts of a set; any case is allowed."""

_WORD = re.compile(r"[A-Za-z0-9]+")


def known_part(name: str) -> KnownPart | None:
    """The part that a folder or a value of the column `split` names; None for any other name."""
    return PART_NAMES.get(name.strip().lower())


def part_of_file(name: str) -> KnownPart | None:
    """The part that a file's path names, such as `data/train-00000-of-00002.parquet`: the last known word in it."""
    words = [known for word in _WORD.findall(name) if (known := known_part(word)) is not None]
    return words[-1] if words else None


def resolve_parts(found: Sequence[str], where: str, what: str) -> tuple[list[Part] | None, tuple[str, ...]]:
    """The part of each image, given the names of the parts.

    Validation images are used for training, because a search takes its own validation images from the training
    images. If there is no test set, they become the test set. If there are only training images, the result is None.

    Args:
        found: the name of each image's part, known to `known_part`.
        where: the set, for messages.
        what: what names the parts, for messages: "the folders", "the column 'split'".

    Raises:
        InputError: if a name is unknown, or there are no training images.
    """
    kinds = {name: known_part(name) for name in sorted(set(found), key=repr)}
    unknown = [name for name, kind in kinds.items() if kind is None]
    if unknown:
        raise InputError(
            f"{where}: {what} say {listed(map(repr, unknown))}; they must say train and test, or val, valid, "
            "validation, training, testing: rename or remove them"
        )
    present = set(kinds.values())
    if "train" not in present:
        raise InputError(
            f"{where}: {what} say {listed(map(repr, kinds))} and never 'train', so there is nothing to train on; add "
            "training images, or remove the split, so that a fixed fifth of each class is tested"
        )
    if present == {"train"}:
        return None, ()
    validation: Part = "train" if "test" in present else "test"
    remarks: tuple[str, ...] = ()
    if "validation" in present:
        named = next(name for name, kind in kinds.items() if kind == "validation")
        use = "are used for training" if validation == "train" else "are the test set, because there is no other"
        remarks = (f"the images of {named!r} {use}",)
    targets: dict[str, Part] = {
        name: validation if kind == "validation" else "train" if kind == "train" else "test"
        for name, kind in kinds.items()
    }
    return [targets[name] for name in found], remarks
