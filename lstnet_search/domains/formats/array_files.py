"""NumPy's .npz files, such as those of MedMNIST and Keras: named arrays of images and labels."""

import re

import numpy as np

from lstnet_search.domains.formats.arrays import ArrayPart, ImageArrays, as_images, as_labels
from lstnet_search.domains.formats.parts import known_part
from lstnet_search.domains.formats.trees import FileTree, refuse_expansion
from lstnet_search.errors import InputError, listed, one_line

IMAGES, LABELS = ("images", "image", "imgs", "x", "data"), ("labels", "label", "y", "target", "targets")
"""Names of the arrays, with or without the name of a part: images, train_images, x_test."""


def read_npz(tree: FileTree, name: str) -> ImageArrays:
    """Read a file of arrays. Arrays of objects, which would need pickle, are refused.

    Raises:
        InputError: if the file is damaged, or its arrays are not images and labels.
    """
    where = tree.where
    arrays: dict[tuple[str, bool], str] = {}
    unused: list[str] = []
    twice: list[tuple[str, str]] = []
    try:
        with tree.open(name) as file, np.load(file, allow_pickle=False) as content:
            for member in content.zip.infolist():
                refuse_expansion(member.file_size, member.compress_size)
            for key in content.files:
                role = _role(key)
                if role is None:
                    unused.append(key)
                elif arrays.setdefault(role, key) != key:
                    twice.append((arrays[role], key))
            found = {role: content[key] for role, key in arrays.items()}
    except Exception as error:  # NumPy raises any type of error if a file is damaged
        raise InputError(
            f"{where} is not a file of arrays that can be read ({one_line(error):.200}); save it again with numpy.savez"
        ) from None
    if twice:
        raise InputError(
            f"{where} has {' and '.join(map(repr, twice[0]))}, which mean the same; rename the one that is not wanted"
        )
    parts: list[ArrayPart] = []
    remarks: list[str] = []
    for (part, is_image), values in found.items():
        if is_image:
            images, changes = as_images(values, where)
            labels = found.get((part, False))
            parts.append(ArrayPart(part, images, None if labels is None else as_labels(labels, where)))
            remarks += changes
    if not parts:
        raise InputError(
            f"{where} has the arrays {listed(unused) or 'no others'}; it must have images and labels, or train_images, "
            "train_labels, test_images and test_labels, or x_train, y_train, x_test and y_test: rename them"
        )
    for part, is_image in found:
        if not is_image and (part, True) not in found:
            raise InputError(
                f"{where} has {arrays[part, False]!r} without images of the same name; rename the arrays, such as "
                "train_images and train_labels"
            )
    if unused:
        remarks.append(f"arrays that are not used: {listed(unused)}")
    return ImageArrays(tree, parts, remarks)


def _role(key: str) -> tuple[str, bool] | None:
    """The part that an array belongs to ("" for none), and whether it holds images; None for another array."""
    words = re.split(r"[_\W]+", key.lower())
    parts = [word for word in words if known_part(word) is not None]
    rest = [word for word in words if known_part(word) is None]
    if len(parts) > 1 or len(rest) != 1 or rest[0] not in IMAGES + LABELS:
        return None
    return (parts[0] if parts else "", rest[0] in IMAGES)
